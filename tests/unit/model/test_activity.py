"""Ids of what happened."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from uuid import UUID

from chalicelib.model import names
from chalicelib.model.activity import identity

NOW = datetime(2027, 3, 1, 12, 30, 15, 999_998, tzinfo=timezone.utc)
TICK = timedelta(microseconds=1)


def test_text_order_is_the_order_of_time() -> None:
    """Of two events the later one has the greater id, be it by a microsecond, whatever chance gives."""
    chance = random.Random(6)
    moments = [NOW + TICK * step for step in (*range(2000), 10**9, 10**13)]
    ids = [identity(at, chance.randbytes(8)) for at in moments]

    assert sorted(ids) == ids


def test_id_is_a_uuid_that_tells_the_time() -> None:
    """It is a UUID of version 7, with the milliseconds since 1970 in front (RFC 9562 §5.7)."""
    made = identity(NOW, b"\xff" * 8)
    read = UUID(made)

    assert names.UUID.fullmatch(made)
    assert (7, "specified in RFC 4122") == (read.version, read.variant)
    assert int(NOW.timestamp() * 1000) == read.int >> 80


def test_two_events_of_one_moment_have_two_ids() -> None:
    """Chance tells them apart."""
    assert identity(NOW, bytes(8)) != identity(NOW, bytes(7) + b"\1")
