"""The transitions of an endpoint."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.errors import NoPreviousCertificate
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.x509.facts import Facts, Key, Reason, Verdict

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
LATER = NOW + timedelta(hours=1)
FIRST = Endpoint("e", "a", "owner", "tokyo-2121", "tokyo-2121.ssl.localhost", 1, "v1", None, None, 1, NOW, NOW)


def facts(subject: str, expires_at: datetime) -> Facts:
    """Return a certificate's facts of which only name and end matter."""
    return Facts(subject, "", (), NOW - timedelta(days=1), expires_at, "01", subject, Key(""), "", False, False)


def version(*chain: Facts, reasons: tuple[Reason, ...] = ()) -> Version:
    """Return a version with that chain and verdict."""
    return Version("e", 1, "v1", "", chain, Verdict(not reasons, reasons), (), NOW, "test")


def test_update_keeps_the_one_before() -> None:
    """After an update the new version is active and the old one can be rolled back to."""
    second = FIRST.update("v2", LATER)

    assert (2, "v2", 1, "v1", 2, 2) == (
        second.active,
        second.active_id,
        second.previous,
        second.previous_id,
        second.last,
        second.ver,
    )


def test_roll_back_happens_once() -> None:
    """A roll-back serves the previous version; another one has nothing to go back to."""
    back = FIRST.update("v2", LATER).roll_back(LATER)

    assert (1, "v1", None, None, 2) == (back.active, back.active_id, back.previous, back.previous_id, back.last)
    with pytest.raises(NoPreviousCertificate, match="No previous certificate to roll back to"):
        back.roll_back(LATER)


def test_numbers_are_never_used_twice() -> None:
    """An update after a roll-back gets the next number, not the one that was rolled back."""
    third = FIRST.update("v2", LATER).roll_back(LATER).update("v3", LATER)

    assert (3, 1) == (third.active, third.previous)


def test_changes_are_ordered_even_if_the_clock_stands_still() -> None:
    """Each transition is later than the one before it, so that followers see them in order."""
    second = FIRST.update("v2", NOW - timedelta(days=1))
    third = second.remove(NOW - timedelta(days=1))

    assert FIRST.updated_at < second.updated_at < third.updated_at
    assert third.removed


def test_verdict_follows_the_clock() -> None:
    """A chain that was trusted is not once its leaf, or a certificate above it, has expired."""
    leaf, intermediate = facts("leaf", LATER), facts("intermediate", LATER + timedelta(hours=1))

    assert version(leaf, intermediate).verdict_at(NOW).trusted
    assert ["expired"] == [each.code for each in version(leaf, intermediate).verdict_at(LATER).reasons]
    long_leaf = replace(leaf, expires_at=LATER + timedelta(days=9))
    assert ["chain_expired"] == [
        each.code for each in version(long_leaf, intermediate).verdict_at(LATER + timedelta(days=1)).reasons
    ]


def test_verdict_tells_an_expiry_once() -> None:
    """A chain that had expired when it was uploaded has the reason it was given then."""
    known = Reason("expired", "It expired.", "Renew it.")

    assert (known,) == version(facts("leaf", NOW), reasons=(known,)).verdict_at(LATER).reasons
