"""What happens without anybody asking: each job with how often it runs, and when it ran last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.aws.runs import Runs


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again; it may die anywhere and be repeated, and run twice at once."""

    name: str
    every: timedelta
    run: Callable[[], Mapping[str, int]]  # returns what it counted


class Schedules:
    """The jobs by name."""

    def __init__(self, jobs: tuple[Job, ...], runs: Runs, now: Callable[[], datetime]) -> None:
        self.jobs = {job.name: job for job in jobs}
        self._runs = runs
        self._now = now

    def run(self, name: str) -> dict[str, int]:
        """Do a job, keep that it was done, and return what it counted."""
        counted = dict(self.jobs[name].run())
        self._runs.keep(name, self._now(), counted)
        return counted

    def due(self) -> list[str]:
        """Return the names of the jobs that have not run for as long as they may."""
        now, last = self._now(), self._runs.last()
        return [name for name, job in self.jobs.items() if name not in last or now - last[name] >= job.every]
