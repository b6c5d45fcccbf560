"""Reports to the record how far this edge has followed it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from chalicelib.model.edge import Progress, Report

SECONDS = 1.0  # between two looks at the progress, and so between two reports
EVERY_SECONDS = 30  # a report comes, although nothing has changed

log = logging.getLogger(__name__)


class Reporter:
    """Reports in a thread of its own, so that a record that does not answer delays nothing else.

    `progress` returns how far the edge is; `report` keeps a report in the record, and `forget` takes the last one
    back, or they raise; `clock` counts seconds.
    """

    def __init__(
        self,
        edge_id: str,
        progress: Callable[[], Progress],
        report: Callable[[Report], None],
        now: Callable[[], datetime],
        clock: Callable[[], float],
        forget: Callable[[], None],
    ) -> None:
        self._edge_id = edge_id
        self._progress = progress
        self._report = report
        self._now = now
        self._clock = clock
        self._forget = forget
        self._reported = Progress()  # so that nothing is reported before there is something to report
        self._reported_at = clock()
        self._has_reported = False

    def run(self, stop: threading.Event) -> None:
        """Report until told to stop, and take the report back then: an edge that ended on purpose is not missed.

        A failure is logged when it begins.
        """
        failing = False
        while not stop.is_set():
            failing = self._try(self.report, failing)
            stop.wait(SECONDS)
        if self._has_reported:
            self._try(self._forget, failing)

    def report(self) -> None:
        """Report if there is something new, or nothing was reported for a while; raise what `report` raises."""
        progress, at = self._progress(), self._clock()
        if progress != self._reported or at - self._reported_at >= EVERY_SECONDS:
            self._has_reported = True  # perhaps, even if it fails
            self._report(Report(self._edge_id, progress.applied, len(progress.waiting), self._now()))
            self._reported, self._reported_at = progress, at

    def _try(self, do: Callable[[], None], failing: bool) -> bool:
        try:
            do()
        except Exception as error:  # whatever it is, serving goes on
            if not failing:
                log.warning("The edge cannot report how far it is: %s", type(error).__name__)
            return True
        return False
