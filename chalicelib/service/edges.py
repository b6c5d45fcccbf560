"""Edges: how far each has followed the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from chalicelib.model.edge import KEPT, EdgeState
from chalicelib.record.indexes import Feed
from chalicelib.record.reports import EdgeItems


@dataclass(frozen=True, slots=True)
class Edges:
    """The use-case of the people who watch over the edges."""

    repository: EdgeItems
    feed: Feed
    now: Callable[[], datetime]

    def states(self) -> list[EdgeState]:
        """Return how each edge stands that reported within the last day, by id."""
        reports, newest, now = self.repository.list(), self.feed.newest(), self.now()
        after = cache(self.feed.after)
        return [
            report.state(after(report.applied) if report.applied < newest else None, now)
            for report in reports
            if now - report.at < KEPT
        ]
