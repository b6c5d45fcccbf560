"""Tells the record how far this edge has followed it."""

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

    `progress` returns how far the edge is; `report` tells the record, or raises; `clock` counts seconds.
    """

    def __init__(
        self,
        edge_id: str,
        progress: Callable[[], Progress],
        report: Callable[[Report], None],
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        self._edge_id = edge_id
        self._progress = progress
        self._report = report
        self._now = now
        self._clock = clock
        self._told = Progress()  # so that nothing is told before there is something to tell
        self._told_at = clock()

    def run(self, stop: threading.Event) -> None:
        """Report until told to stop; a failure is logged when it begins."""
        failing = False
        while not stop.is_set():
            failing = self._try_to_report(failing)
            stop.wait(SECONDS)

    def report(self) -> None:
        """Report if there is something new, or nothing was told for a while; raise what `report` raises."""
        progress, at = self._progress(), self._clock()
        if progress != self._told or at - self._told_at >= EVERY_SECONDS:
            self._report(Report(self._edge_id, progress.applied, len(progress.waiting), self._now()))
            self._told, self._told_at = progress, at

    def _try_to_report(self, failing: bool) -> bool:
        try:
            self.report()
        except Exception as error:  # whatever it is, serving goes on
            if not failing:
                log.warning("The edge cannot report how far it is: %s", type(error).__name__)
            return True
        return False
