"""A surge of requests that somebody expects and announces: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.errors import Invalid

MOST_RATE = 1_000_000  # requests a second
MOST_SURGES = 100  # of an app
LONGEST_NOTE = 500
AHEAD = timedelta(days=365)  # at most
NOTICE = timedelta(days=1)  # what whoever runs the edges asks for
KEPT = timedelta(days=90)  # after it was to come
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(?:\.\d{1,9})?(?:[Zz]|[+-]00:?00)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Surge:
    """An announcement."""

    id: str
    app_id: str
    at: datetime
    requests_per_second: int
    note: str
    created_at: datetime
    created_by: str  # the token's name

    @property
    def is_short_notice(self) -> bool:
        """Tell whether it was announced less than a day ahead."""
        return self.at - self.created_at < NOTICE

    @property
    def sentence(self) -> str:
        """Return whether the announcement came in time, in words."""
        if self.is_short_notice:
            return "That is less than 1 day ahead: the edges may not be ready for it. Tell your operator directly."
        return "Thank you: that is at least 1 day ahead."


def check_at(text: str, now: datetime) -> datetime:
    """Return when a surge is to come, from ISO 8601 text in UTC, to the second.

    Raises Invalid for anything else, for the past, and for what is more than a year ahead.
    """
    match = MOMENT.fullmatch(text.strip())
    try:
        at = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ':00'}+00:00") if match else None
    except ValueError:
        at = None
    if at is None:
        example = f"{now + 2 * NOTICE:%Y-%m-%dT%H:00:00Z}"
        raise Invalid(f"{text[:40]!r} is no time: give it in UTC, such as {example}.")
    if not now < at <= now + AHEAD:
        raise Invalid("The time 'at' has to be in the future, and at most a year ahead.")
    return at


def check_note(note: str | None) -> str:
    """Return what is said about a surge; raise Invalid for more than LONGEST_NOTE characters, or odd ones."""
    note = (note or "").strip()
    if len(note) > LONGEST_NOTE or not note.isprintable():
        raise Invalid(f"The field 'note' has at most {LONGEST_NOTE} printable characters, in one line.")
    return note
