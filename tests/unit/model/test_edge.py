"""How an edge stands, by its last report."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.model import times
from chalicelib.model.edge import Report

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("missing", "lag"),
    [(None, 0 * SECOND), (NOW - 3 * SECOND, 3 * SECOND), (NOW, 0 * SECOND), (NOW + SECOND, 0 * SECOND)],
)
def test_lag_is_how_long_a_change_has_been_waiting(missing: datetime | None, lag: timedelta) -> None:
    """However long the record was quiet before; a clock that is ahead makes no negative lag."""
    report = Report("e-1", times.text(NOW - timedelta(days=9)), 2, NOW - 5 * SECOND)
    state = report.state(times.text(missing) if missing else None, NOW)

    assert (lag, 5 * SECOND, 2) == (state.lag, state.silent_for, state.waiting)
