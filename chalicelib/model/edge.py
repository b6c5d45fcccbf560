"""How far edges have followed the record: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.model import times

KEPT = timedelta(days=1)  # of an edge that no longer reports


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an edge has followed."""

    applied: str = ""  # the newest change that is served
    waiting: tuple[str, ...] = ()  # versions that cannot be opened yet


@dataclass(frozen=True, slots=True)
class Report:
    """What an edge last told of itself."""

    edge_id: str
    applied: str
    waiting: int  # versions that cannot be opened yet
    at: datetime

    def state(self, missing: str | None, now: datetime) -> EdgeState:
        """Return how the edge stands; `missing` is the oldest change of the record that it has not applied."""
        lag = max(now - times.moment(missing), timedelta(0)) if missing else timedelta(0)
        return EdgeState(self.edge_id, lag, max(now - self.at, timedelta(0)), self.waiting)


@dataclass(frozen=True, slots=True)
class EdgeState:
    """How an edge stands at a moment."""

    edge_id: str
    lag: timedelta  # how long the oldest change that it does not serve has been waiting
    silent_for: timedelta  # since its last report
    waiting: int
