"""When an edge tells how far it is."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.edge.reporter import EVERY_SECONDS, Reporter
from chalicelib.errors import Unavailable
from chalicelib.model.edge import Progress, Report
from tests.unit.edge.entries import at

START = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


@dataclass
class Record:
    """The other side, and what the edge knows of itself."""

    progress: Progress = field(default_factory=Progress)
    reports: list[Report] = field(default_factory=list)
    seconds: float = 100
    error: Exception | None = None
    forgotten: int = 0

    def forget(self) -> None:
        """Take the last report back, or fail."""
        if self.error:
            raise self.error
        self.forgotten += 1

    def take(self, report: Report) -> None:
        """Take a report, or fail."""
        if self.error:
            raise self.error
        self.reports.append(report)

    def reporter(self) -> Reporter:
        """Return a reporter as after a start."""
        return Reporter("e-1", lambda: self.progress, self.take, self.now, lambda: self.seconds, self.forget)

    def now(self) -> datetime:
        """Return the time."""
        return START + timedelta(seconds=self.seconds)


def test_news_are_told_once() -> None:
    """A change of the progress is told at the next look, and then not again for a while."""
    record = Record()
    reporter = record.reporter()
    reporter.report()
    record.progress = Progress(at(1), ("v1", "v2"))
    reporter.report()
    record.seconds += EVERY_SECONDS - 1
    reporter.report()

    assert [Report("e-1", at(1), 2, START + timedelta(seconds=100))] == record.reports


def test_without_news_it_says_that_it_lives() -> None:
    """A report comes every half minute, whether there is progress or not."""
    record = Record()
    reporter = record.reporter()
    for _ in range(2 * EVERY_SECONDS + 1):
        reporter.report()
        record.seconds += 1

    assert 2 == len(record.reports)


def test_a_failure_is_told_once_and_made_up_for(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the record does not answer the thread goes on, and then tells what is true by then."""
    record, stop = Record(progress=Progress(at(1)), error=Unavailable("secret")), threading.Event()
    reporter = record.reporter()
    looks: list[None] = []

    def look(_: float | None = None) -> bool:
        looks.append(None)
        if len(looks) == 3:
            record.error = None
        if len(looks) == 5:
            stop.set()
        return False

    monkeypatch.setattr(stop, "wait", look)
    with caplog.at_level(logging.WARNING):
        reporter.run(stop)

    assert [at(1)] == [report.applied for report in record.reports]
    assert ["The edge cannot report how far it is: Unavailable"] == caplog.messages


def test_an_edge_that_ends_takes_its_report_back() -> None:
    """It is not missed; one that never reported has nothing to take back."""
    stop = threading.Event()
    stop.set()
    silent, ended = Record(), Record(progress=Progress(at(1)))
    silent.reporter().run(stop)
    reporter = ended.reporter()
    reporter.report()
    reporter.run(stop)

    assert (0, 1) == (silent.forgotten, ended.forgotten)


def test_a_report_that_cannot_be_taken_back_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The edge ends all the same."""
    stop, record = threading.Event(), Record(progress=Progress(at(1)))
    reporter = record.reporter()
    reporter.report()
    record.error = Unavailable("secret")
    stop.set()
    reporter.run(stop)

    assert ["The edge cannot report how far it is: Unavailable"] == caplog.messages
