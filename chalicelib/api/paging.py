"""Long lists in pieces, as Heroku's clients ask for them: Range and Next-Range."""

from __future__ import annotations

import re
from typing import Any

MOST_ROWS = 1000
LONGEST = 200  # characters of a Range header that is one of ours
# "id ]<last id>..; max=200": what follows the row with that id. Anything else is no range that we know.
RANGE = re.compile(r"id +(?:\](?P<after>[A-Za-z0-9-]{1,80}))?\.\.; *(?:max=(?P<most>[0-9]{1,6});?)? *")


def asked(header: str) -> tuple[str | None, int]:
    """Return behind which row a Range header asks for a page, None for the first one, and for how many rows.

    A range that cannot be read is ignored: clients send odd ones.
    """
    match = RANGE.fullmatch(header.strip()) if len(header) <= LONGEST else None
    after, most = (match["after"], int(match["most"] or MOST_ROWS)) if match else (None, MOST_ROWS)
    return after, min(max(most, 1), MOST_ROWS)


def ending(last: str, most: int, *, more: bool) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of a page that ends at a place, unless there is no more."""
    if not more:
        return 200, {}
    return 206, {"Next-Range": f"id ]{last}..; max={most}", "Accept-Ranges": "id"}


def page(rows: list[Any], header: str) -> tuple[list[Any], int, dict[str, str]]:
    """Return the rows that a Range header asks for, the status and the headers.

    A range that begins behind a row that is gone is ignored, too.
    """
    after, most = asked(header)
    start = next((place for place, row in enumerate(rows, 1) if after and row.get("id") == after), 0)
    found = rows[start : start + most]
    more = start + most < len(rows)
    return found, *ending(found[-1]["id"] if more else "", most, more=more)
