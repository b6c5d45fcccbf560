"""When the service is well."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.model import health
from chalicelib.model.edge import EdgeState
from chalicelib.model.health import DEGRADED, DOWN, LAGGING, SILENT, UP, EdgesState, Health, ScheduleState

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
HOUR, SECOND, NOTHING = timedelta(hours=1), timedelta(seconds=1), timedelta(0)
LONG_AGO = NOW - timedelta(days=365)


@pytest.mark.parametrize(("ago", "late"), [(NOTHING, False), (2 * HOUR, False), (2 * HOUR + SECOND, True)])
def test_schedule_is_late_after_twice_its_interval(ago: timedelta, late: bool) -> None:
    """To the second; one that never ran has as long from the beginning on."""
    assert ScheduleState(NOW - ago, late) == health.schedule(NOW - ago, HOUR, LONG_AGO, NOW)
    assert ScheduleState(None, late) == health.schedule(None, HOUR, NOW - ago, NOW)


def test_edges_are_as_far_as_the_last_of_them() -> None:
    """The one that is furthest behind counts, and how many say nothing; without one there is no lag."""
    states = [
        EdgeState("e-1", NOTHING, SILENT, 0),
        EdgeState("e-2", 3 * SECOND, SILENT + SECOND, 0),
        EdgeState("e-3", SECOND, SECOND, 2),
    ]

    assert EdgesState(3, 3 * SECOND, 1) == health.edges(states)
    assert EdgesState(0, None, 0) == health.edges([])


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (Health(True, True), UP),
        (Health(True, True, {"tick": ScheduleState(None, late=False)}, EdgesState(1, LAGGING, 0)), UP),
        (Health(True, True, {"tick": ScheduleState(LONG_AGO, late=True)}), DEGRADED),
        (Health(True, True, {}, EdgesState(2, NOTHING, 1)), DEGRADED),
        (Health(True, True, {}, EdgesState(2, LAGGING + SECOND, 0)), DEGRADED),
        (Health(True, False), DOWN),
        (Health(False, True), DOWN),
    ],
)
def test_status(found: Health, status: str) -> None:
    """It is down only when no change can be made; whatever else is wrong makes it degraded."""
    assert status == found.status
