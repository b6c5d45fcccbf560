"""Moments as text."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import times

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    """What is later sorts later, and reading gives back what was written."""
    assert one == times.moment(times.text(one))
    assert (one < other) == (times.text(one) < times.text(other))


def test_other_zones_are_written_in_utc() -> None:
    """A moment in another zone is written as the same moment in UTC."""
    tokyo = timezone(timedelta(hours=9))

    assert "2027-01-01T00:00:00.000000Z" == times.text(datetime(2027, 1, 1, 9, tzinfo=tokyo))
