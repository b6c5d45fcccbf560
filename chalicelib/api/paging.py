"""Long lists in pieces, as Heroku's clients ask for them: Range and Next-Range."""

from __future__ import annotations

import re
from typing import Any

MOST_ROWS = 1000
LONGEST = 200  # characters of a Range header that is one of ours
# "id ]<last id>..; max=200": what follows the row with that id. Anything else is no range that we know.
RANGE = re.compile(r"id +(?:\](?P<after>[A-Za-z0-9-]{1,64}))?\.\.; *(?:max=(?P<most>[0-9]{1,6});?)? *")


def page(rows: list[Any], asked: str) -> tuple[list[Any], int, dict[str, str]]:
    """Return the rows that a Range header asks for, the status and the headers.

    A range that cannot be read, or that begins behind a row that is gone, is ignored: clients send odd ones.
    """
    match = RANGE.fullmatch(asked.strip()) if len(asked) <= LONGEST else None
    after, most = (match["after"], int(match["most"] or MOST_ROWS)) if match else (None, MOST_ROWS)
    most = min(max(most, 1), MOST_ROWS)
    start = next((place for place, row in enumerate(rows, 1) if after and row.get("id") == after), 0)
    found = rows[start : start + most]
    if start + most >= len(rows):
        return found, 200, {}
    return found, 206, {"Next-Range": f"id ]{found[-1]['id']}..; max={most}", "Accept-Ranges": "id"}
