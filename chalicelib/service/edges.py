"""Edges: how far each has followed the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

from chalicelib.model.edge import KEPT, EdgeState
from chalicelib.record.indexes import Feed
from chalicelib.record.reports import EdgeItems


class Edges:
    """The use-case of whoever watches over the edges."""

    def __init__(self, repository: EdgeItems, feed: Feed, now: Callable[[], datetime]) -> None:
        self._repository = repository
        self._feed = feed
        self._now = now

    def states(self) -> list[EdgeState]:
        """Return how each edge stands that reported within the last day, by id."""
        reports, newest, now = self._repository.list(), self._feed.newest(), self._now()
        after = cache(self._feed.after)
        return [
            report.state(after(report.applied) if report.applied < newest else None, now)
            for report in reports
            if now - report.at < KEPT
        ]
