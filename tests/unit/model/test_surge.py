"""Announcements of surges."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.errors import Invalid
from chalicelib.model.surge import LONGEST_NOTE, NOTICE, Surge, check_at, check_note

NOW = datetime(2026, 11, 24, 18, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27T06:00:00Z",
        " 2026-11-27t06:00:00z ",
        "2026-11-27 06:00Z",
        "2026-11-27T06:00:00.999999Z",
        "2026-11-27T06:00:00+00:00",
        "2026-11-27T06:00:00-0000",
    ],
)
def test_a_time_in_utc_is_read(text: str) -> None:
    """ISO 8601 in its usual spellings, to the second."""
    assert datetime(2026, 11, 27, 6, tzinfo=timezone.utc) == check_at(text, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-11-27",
        "2026-11-27T06:00:00",
        "2026-11-27T06:00:00+01:00",
        "2026-13-27T06:00:00Z",
        "2026-11-31T06:00:00Z",
        "2026-11-27T25:00:00Z",
        "2026-11-27T06:00:00Z\nx",
        "٢٠٢٦-11-27T06:00:00Z",
        "1795544915",
    ],
)
def test_anything_else_is_no_time(text: str) -> None:
    """The refusal shows how to write one."""
    with pytest.raises(Invalid, match="give it in UTC, such as 2026-11-26T18:00:00Z"):
        check_at(text, NOW)


@pytest.mark.parametrize(
    ("ahead", "fits"),
    [(0 * SECOND, False), (SECOND, True), (timedelta(days=365), True), (timedelta(days=365) + SECOND, False)],
)
def test_a_surge_is_ahead(ahead: timedelta, fits: bool) -> None:
    """In the future, and at most a year."""
    text = (NOW + ahead).isoformat()
    if fits:
        assert NOW + ahead == check_at(text, NOW)
    else:
        with pytest.raises(Invalid, match="at most a year"):
            check_at(text, NOW)


@pytest.mark.parametrize(("ahead", "short"), [(NOTICE, False), (NOTICE - SECOND, True)])
def test_short_notice_is_told(ahead: timedelta, short: bool) -> None:
    """Less than a day ahead is short."""
    surge = Surge("s", "a", NOW + ahead, 200, "", NOW, "token")

    assert short is surge.is_short_notice
    assert short is ("less than 1 day ahead" in surge.sentence)


def test_a_note_is_one_line() -> None:
    """None is an empty one."""
    assert ("", "sale", "é" * LONGEST_NOTE) == (
        check_note(None),
        check_note(" sale "),
        check_note("é" * LONGEST_NOTE),
    )
    for note in ("x" * (LONGEST_NOTE + 1), "a\nb", "a\x1b[0m"):
        with pytest.raises(Invalid):
            check_note(note)
