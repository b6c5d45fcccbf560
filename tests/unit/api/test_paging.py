"""Long lists in pieces."""

from __future__ import annotations

import pytest

from chalicelib.api.paging import MOST_ROWS, page

ROWS = [{"id": f"row-{number}"} for number in range(2500)]


def test_all_pages_together_are_the_list() -> None:
    """Following Next-Range gives every row once, in order, and ends with a 200."""
    found, asked, statuses = [], "", []
    while True:
        rows, status, headers = page(ROWS, asked)
        found += rows
        statuses.append(status)
        if "Next-Range" not in headers:
            break
        asked = headers["Next-Range"]

    assert ROWS == found
    assert [206, 206, 200] == statuses


def test_short_list_is_one_page() -> None:
    """A list that fits is a 200 without a Next-Range."""
    assert (ROWS[:MOST_ROWS], 200, {}) == page(ROWS[:MOST_ROWS], "id ..; max=1000")


def test_smaller_pages_can_be_asked_for() -> None:
    """`max` makes a page smaller, never larger than the limit."""
    assert ROWS[:2] == page(ROWS, "id ..; max=2")[0]
    assert ROWS[3:5] == page(ROWS, "id ]row-2..; max=2;")[0]
    assert MOST_ROWS == len(page(ROWS, "id ..; max=999999")[0])


@pytest.mark.parametrize(
    "asked", ["domain ..; ;", "bytes=0-1", "id ]gone..; max=1000", "id ..; max=", "]", "x" * 9999]
)
def test_odd_ranges_are_ignored(asked: str) -> None:
    """What is no range that we know begins at the beginning."""
    assert ROWS[:MOST_ROWS] == page(ROWS, asked)[0]
