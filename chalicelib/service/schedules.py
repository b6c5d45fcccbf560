"""What happens without anybody asking: each job with how often it runs, and when it ran last."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.errors import SSLEndpointError, Unavailable
from chalicelib.record.reports import RunItems

MINUTE = timedelta(minutes=1)
log = logging.getLogger("ssl_endpoint")


def _never() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again; it may die anywhere and be repeated, and run twice at once."""

    name: str
    every: timedelta
    run: Callable[[], Mapping[str, int]]  # returns what it counted
    next_due: Callable[[], datetime | None] = _never  # when there is something to do before its time


@dataclass(frozen=True, slots=True)
class Steps:
    """Jobs that are done one after the other, as one."""

    steps: tuple[Callable[[], Mapping[str, int]], ...]

    def run(self) -> dict[str, int]:
        """Do every step, also after one that failed, and return what was counted; raise what the first one did."""
        counted: dict[str, int] = {}
        failures: list[Unavailable] = []
        for step in self.steps:
            try:
                counted |= step()
            except Unavailable as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return counted


@dataclass(frozen=True, slots=True)
class Schedules:
    """Runs jobs when their time has come."""

    jobs: Mapping[str, Job]  # by name
    runs: RunItems
    now: Callable[[], datetime]
    sleep: Callable[[float], object]

    def run(self, name: str) -> dict[str, int]:
        """Do a job, keep that it was done, and return what it counted."""
        counted = dict(self.jobs[name].run())
        self.runs.keep(name, self.now(), counted)
        return counted

    def run_due(self) -> None:
        """Do the jobs that have not run for as long as they may, or have something to do; one hurts no other."""
        self._run_due(self.jobs)

    def _run_due(self, jobs: Mapping[str, Job]) -> None:
        now, last = self.now(), self.runs.last()
        for name, job in jobs.items():
            try:
                if now - last.get(name, datetime.min.replace(tzinfo=now.tzinfo)) >= job.every or _is_due(job, now):
                    self.run(name)
            except SSLEndpointError as error:
                log.warning("the schedule %s failed: %s", name, error.message)
            except Exception:
                log.exception("the schedule %s failed", name)

    def tick(self, length: timedelta) -> None:
        """Do what is due every minute, and what becomes due within the next `length`: then wait for it.

        What runs less often has a Lambda of its own, with rights and time that a tick does not have.
        """
        jobs = {name: job for name, job in self.jobs.items() if job.every <= MINUTE}
        until = self.now() + length
        while True:
            self._run_due(jobs)
            dues = [due for job in jobs.values() if (due := job.next_due())]
            now = self.now()
            if not dues or max(now, min(dues)) > until:
                return
            self.sleep(max((min(dues) - now).total_seconds(), 1.0))


def _is_due(job: Job, now: datetime) -> bool:
    due = job.next_due()
    return due is not None and due <= now
