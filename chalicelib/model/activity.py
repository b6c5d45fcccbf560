"""What happened to an app: written in the same transaction as the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from uuid import UUID

from chalicelib.model.times import TICK

KEPT_DAYS = 400
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECONDS = 1000  # in a millisecond
FINEST = 4096  # parts of a millisecond that rand_a can tell
CHANCE_BITS = 62


@dataclass(frozen=True, slots=True)
class Activity:
    """Who did what, and when. Never holds key material."""

    id: str  # see identity: of two, the later one is greater
    app_id: str
    at: datetime
    actor: str  # the token's name, or the schedule's
    account_id: str | None  # whose token it was; None for what happened by the clock
    request_id: str
    action: str  # "endpoint.update"
    detail: str  # "v1 → v2, 3f0a… → 77bc…"


def identity(at: datetime, chance: bytes) -> str:
    """Return an id whose text order is the order of time: a UUID of version 7 (RFC 9562 §5.7).

    The microseconds are in rand_a (§6.2, method 3); `chance` is 8 random bytes.
    """
    milliseconds, rest = divmod((at - EPOCH) // TICK, MICROSECONDS)
    finer = rest * FINEST // MICROSECONDS
    tail = int.from_bytes(chance, "big") & ((1 << CHANCE_BITS) - 1)
    return str(UUID(int=milliseconds << 80 | 7 << 76 | finer << 64 | 0b10 << CHANCE_BITS | tail))
