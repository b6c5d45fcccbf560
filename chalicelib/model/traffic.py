"""How much traffic an app has, minute by minute, and what of it is a surge: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(days=14)
MOST_HOURS = KEPT // timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECONDS = 60  # of a minute

# Two rises of which whoever runs the edges wants to know a day ahead.
SURGE_RATE = 150  # requests a second, more than which come at once
DOUBLING = timedelta(minutes=5)
WINDOW = DOUBLING // MINUTE
DOUBLING_FLOOR = 10  # requests a second: a doubling to less than that is nothing

RATE, DOUBLED = "rate", "doubling"
REQUESTS, HANDSHAKES = "r", "h"  # an hour's counts are r00 to r59 and h00 to h59


@dataclass(frozen=True, slots=True)
class Minute:
    """What an app had within one minute."""

    at: datetime
    requests: int
    handshakes: int

    @property
    def rate(self) -> float:
        """Return the requests a second."""
        return self.requests / SECONDS


@dataclass(frozen=True, slots=True)
class Batch:
    """Counts of one app and hour, on their way from an edge to the record, where they are added once."""

    app_id: str
    hour: str  # 2026-11-24T18
    number: int  # of two batches of an edge, the later one has the higher
    counts: Mapping[str, int]  # r00 to r59 and h00 to h59


@dataclass(frozen=True, slots=True)
class Threshold:
    """Whether, and when last, an app's requests rose so that it should have been announced."""

    code: str
    at: datetime | None  # None: never
    sentence: str


def hour(at: datetime) -> str:
    """Return the hour of a moment in UTC, as the record writes it."""
    return at.strftime("%Y-%m-%dT%H")


def minutes(start: datetime, counts: Mapping[str, int]) -> list[Minute]:
    """Return the minutes with figures of the hour that begins at `start`, in order."""
    found = []
    for minute in range(SECONDS):
        requests, handshakes = (counts.get(f"{kind}{minute:02}", 0) for kind in (REQUESTS, HANDSHAKES))
        if requests or handshakes:
            found.append(Minute(start + minute * MINUTE, requests, handshakes))
    return found


def peak(series: Iterable[Minute]) -> Minute | None:
    """Return the first of the minutes with the most requests."""
    return max(series, key=lambda each: (each.requests, -each.at.timestamp()), default=None)


def thresholds(series: Sequence[Minute]) -> list[Threshold]:
    """Judge a series of minutes in order, of which those without figures are left out."""
    return [_rate(series), _doubling(series)]


def _rate(series: Sequence[Minute]) -> Threshold:
    over = [each for each in series if each.rate > SURGE_RATE]
    if not over:
        return Threshold(RATE, None, f"No minute had more than {SURGE_RATE} requests a second on average.")
    last = over[-1]
    return Threshold(
        RATE,
        last.at,
        f"There were more than {SURGE_RATE} requests a second: {last.rate:,.0f} at {_text(last.at)}."
        " Announce it a day ahead when you expect that again.",
    )


def _doubling(series: Sequence[Minute]) -> Threshold:
    for place in reversed(range(len(series))):
        after = series[place]
        if after.rate < DOUBLING_FLOOR:
            continue
        window = (each for each in series[max(place - WINDOW, 0) : place] if after.at - each.at <= DOUBLING)
        before = min((each for each in window if each.requests), key=lambda each: each.requests, default=None)
        if before is not None and after.requests >= 2 * before.requests:
            return Threshold(
                DOUBLED,
                after.at,
                f"The requests doubled within 5 minutes: from {before.rate:,.1f} a second at {_text(before.at)}"
                f" to {after.rate:,.1f} at {_text(after.at)}. Announce it a day ahead when you expect that again.",
            )
    return Threshold(DOUBLED, None, f"They never doubled within 5 minutes to {DOUBLING_FLOOR} a second or more.")


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
