"""When jobs run by the clock."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import partial

import pytest

from chalicelib.errors import Unavailable
from chalicelib.service.schedules import Job, Schedules, Steps

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.now += timedelta(seconds=seconds)


class Kept:
    """The last runs, in memory."""

    def __init__(self) -> None:
        self.ended: dict[str, datetime] = {}

    def keep(self, name: str, ended: datetime, result: Mapping[str, int]) -> None:
        """Keep a run."""
        self.ended[name] = ended

    def last(self) -> dict[str, datetime]:
        """Return the last runs."""
        return dict(self.ended)


class Work:
    """A job that notes when it ran."""

    def __init__(self, clock: Clock, dues: list[timedelta] | None = None) -> None:
        self.clock = clock
        self.ran: list[timedelta] = []
        self.dues = dues or []

    def run(self) -> dict[str, int]:
        """Note the time, and do what is due."""
        self.ran.append(self.clock() - NOW)
        self.dues = [due for due in self.dues if NOW + due > self.clock()]
        return {"done": 1}

    def next_due(self) -> datetime | None:
        """Return when there is something to do."""
        return NOW + min(self.dues) if self.dues else None


def schedules(clock: Clock, *jobs: Job) -> Schedules:
    """Return schedules that keep their runs in memory."""
    return Schedules({job.name: job for job in jobs}, Kept(), clock, clock.sleep)  # type: ignore[arg-type]


def test_job_runs_at_first_and_then_when_its_time_has_passed() -> None:
    """What never ran is due; what ran waits for its interval."""
    clock = Clock()
    work = Work(clock)
    found = schedules(clock, Job("work", timedelta(hours=6), work.run))
    for _ in range(13):
        found.run_due()
        clock.sleep(3600)

    assert [timedelta(hours=hours) for hours in (0, 6, 12)] == work.ran


def test_job_runs_early_when_it_has_something_to_do() -> None:
    """Something that is due is not kept waiting for the interval."""
    clock = Clock()
    work = Work(clock, [timedelta(seconds=20)])
    found = schedules(clock, Job("work", MINUTE, work.run, work.next_due))
    for _ in range(4):
        found.run_due()
        clock.sleep(10)

    assert [timedelta(0), timedelta(seconds=20)] == work.ran


def test_tick_waits_for_what_becomes_due_and_no_longer() -> None:
    """One call does what is due within its time, to the second, and ends when there is nothing left in it."""
    clock = Clock()
    work = Work(clock, [timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=90)])
    schedules(clock, Job("work", MINUTE, work.run, work.next_due)).tick(timedelta(seconds=50))

    assert [timedelta(0), timedelta(seconds=5), timedelta(seconds=15)] == work.ran
    assert NOW + timedelta(seconds=15) == clock()


def test_tick_ends_in_time_although_something_stays_due() -> None:
    """What cannot be done, such as a message whose receiver is down, is left to the next call."""
    clock = Clock()
    work = Work(clock)
    schedules(clock, Job("work", MINUTE, work.run, lambda: NOW)).tick(timedelta(seconds=50))

    assert timedelta(seconds=50) <= clock() - NOW <= timedelta(seconds=51)
    assert clock() - NOW == work.ran[-1]


def test_tick_leaves_alone_what_runs_less_often() -> None:
    """Sweeps have functions of their own; a tick has not the rights for them."""
    clock = Clock()
    work, sweep = Work(clock), Work(clock)
    jobs = (Job("work", MINUTE, work.run), Job("sweep", timedelta(hours=6), sweep.run))
    schedules(clock, *jobs).tick(timedelta(seconds=50))

    assert ([timedelta(0)], []) == (work.ran, sweep.ran)


@pytest.mark.parametrize("error", [Unavailable("The database does not answer."), ValueError("odd")])
def test_failing_job_hurts_no_other_and_counts_as_not_done(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """The next job runs all the same, and the one that failed is tried again the next time."""
    clock = Clock()
    work, tries = Work(clock), []

    def fail() -> dict[str, int]:
        tries.append(clock())
        raise error

    found = schedules(clock, Job("fails", timedelta(hours=6), fail), Job("work", MINUTE, work.run))
    with caplog.at_level(logging.WARNING, "ssl_endpoint"):
        found.run_due()
        found.run_due()

    assert 2 == len(tries)
    assert [timedelta(0)] == work.ran
    assert "the schedule fails failed" in caplog.text


def test_every_step_is_done_also_after_one_that_failed() -> None:
    """What the first failure said is raised in the end."""
    done: list[str] = []

    def failing(name: str) -> Mapping[str, int]:
        done.append(name)
        raise Unavailable(name)

    def working(name: str) -> Mapping[str, int]:
        done.append(name)
        return {name: 1}

    steps = Steps((partial(working, "a"), partial(failing, "b"), partial(failing, "c"), partial(working, "d")))
    with pytest.raises(Unavailable, match="b"):
        steps.run()

    assert ["a", "b", "c", "d"] == done
    assert {"a": 1, "d": 1} == Steps((partial(working, "a"), partial(working, "d"))).run()
