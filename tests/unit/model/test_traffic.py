"""Minutes of traffic, and what of it is a surge."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.model import traffic
from chalicelib.model.traffic import DOUBLING_FLOOR, SURGE_RATE, Minute

START = datetime(2026, 11, 24, 18, tzinfo=timezone.utc)
FLOOR = DOUBLING_FLOOR * 60
SURGE = SURGE_RATE * 60


def series(counts: dict[int, int]) -> list[Minute]:
    """Return minutes after START with so many requests."""
    return [Minute(START + timedelta(minutes=minute), requests, 0) for minute, requests in counts.items()]


def crossed(counts: dict[int, int]) -> tuple[int | None, int | None]:
    """Return the minute at which each threshold was crossed last."""
    judged = traffic.thresholds(series(counts))

    assert ["rate", "doubling"] == [each.code for each in judged]
    first, second = (None if each.at is None else (each.at - START) // timedelta(minutes=1) for each in judged)
    return first, second


def test_an_hour_is_told_by_its_minutes() -> None:
    """Minutes without figures are left out; what is no figure is not looked at."""
    found = traffic.minutes(START, {"r00": 7, "h00": 2, "h59": 1, "r05": 0, "ttl": 9})

    assert "2026-11-24T18" == traffic.hour(START + timedelta(minutes=59))
    assert [Minute(START, 7, 2), Minute(START + timedelta(minutes=59), 0, 1)] == found


def test_the_peak_is_the_first_of_the_highest() -> None:
    """Without any traffic there is none."""
    assert START + timedelta(minutes=2) == getattr(traffic.peak(series({1: 5, 2: 9, 3: 9})), "at", None)
    assert None is traffic.peak([])


@pytest.mark.parametrize(
    ("counts", "rate", "doubling"),
    [
        ({}, None, None),
        ({0: SURGE}, None, None),
        ({0: SURGE + 1}, 0, None),
        ({0: SURGE + 1, 1: SURGE + 9, 2: SURGE}, 1, None),
        ({0: 1, 1: 2}, None, None),
        ({0: 1, 1: FLOOR - 1}, None, None),
        ({0: FLOOR // 2, 1: FLOOR}, None, 1),
        ({0: FLOOR // 2 + 1, 1: FLOOR}, None, None),
        ({0: FLOOR, 5: 2 * FLOOR}, None, 5),
        ({0: FLOOR, 6: 2 * FLOOR}, None, None),
        ({0: FLOOR, 1: 2 * FLOOR - 1, 2: 2 * FLOOR, 9: FLOOR}, None, 2),
        ({0: FLOOR, 2: 0, 3: FLOOR}, None, None),
        ({0: 2 * FLOOR, 1: FLOOR}, None, None),
        ({0: FLOOR, 1: 2 * FLOOR, 30: FLOOR, 33: 3 * FLOOR, 40: FLOOR}, None, 33),
    ],
)
def test_thresholds(counts: dict[int, int], rate: int | None, doubling: int | None) -> None:
    """More than 150 requests a second, and twice as many within 5 minutes, if that is more than a trickle."""
    assert (rate, doubling) == crossed(counts)


def test_thresholds_are_told_in_words() -> None:
    """With what it was, and when."""
    quiet, surge = (traffic.thresholds(series(counts)) for counts in ({}, {0: 600, 3: 12_000}))

    assert "No minute had more than 150 requests a second on average." == quiet[0].sentence
    assert "They never doubled within 5 minutes to 10 a second or more." == quiet[1].sentence
    assert surge[0].sentence.startswith("There were more than 150 requests a second: 200 at 2026-11-24 18:03 UTC.")
    assert "from 10.0 a second at 2026-11-24 18:00 UTC to 200.0 at 2026-11-24 18:03 UTC" in surge[1].sentence
