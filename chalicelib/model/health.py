"""How well the service is, for whoever watches over it: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.model.edge import EdgeState

UP, DEGRADED, DOWN = ("up", "degraded", "down")
LATE_AFTER = 2  # intervals without a run
SILENT = timedelta(seconds=90)  # three reports of an edge that did not come
LAGGING = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """When a schedule last ended well, and whether that is too long ago."""

    last: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class EdgesState:
    """How all edges together stand."""

    edges: int = 0
    lag: timedelta | None = None  # of the one that is furthest behind; None if there is none
    silent: int = 0  # edges that do not report


@dataclass(frozen=True, slots=True)
class Health:
    """What was found when somebody looked."""

    store: bool
    key: bool
    schedules: Mapping[str, ScheduleState] = field(default_factory=dict)
    edges: EdgesState = EdgesState()

    @property
    def status(self) -> str:
        """Return DOWN if no change can be made, DEGRADED if something else is not as it should be, else UP."""
        if not (self.store and self.key):
            return DOWN
        behind = self.edges.lag is not None and self.edges.lag > LAGGING
        late = any(schedule.late for schedule in self.schedules.values())
        return DEGRADED if late or behind or self.edges.silent else UP


def schedule(last: datetime | None, every: timedelta, since: datetime, now: datetime) -> ScheduleState:
    """Return how a schedule stands that is to run so often; `since` is when the service began.

    One that never ran has the same time for its first run as for any other.
    """
    return ScheduleState(last, now - (last or since) > LATE_AFTER * every)


def edges(states: Sequence[EdgeState]) -> EdgesState:
    """Return how edges stand together."""
    silent = sum(state.silent_for > SILENT for state in states)
    return EdgesState(len(states), max((state.lag for state in states), default=None), silent)
