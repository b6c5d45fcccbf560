"""Accounts and tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.errors import Conflict, Invalid, NotFound, Unauthorized
from tests.unit.service.conftest import OTHER, OWNER, House

HOUR = timedelta(hours=1)


def test_account_is_made_once_with_a_channel_to_itself(house: House) -> None:
    """However the address is written; nobody has to know of channels to hear of an expiry."""
    made = house.tokens.account(" Owner@Example.com".strip())

    assert made == house.tokens.account(OWNER)
    assert [("email", OWNER)] == [(each.kind, each.target) for each in house.channel_items.of_account(made.id)]
    with pytest.raises(Invalid):
        house.tokens.account("nobody")


def test_token_tells_who_calls(house: House) -> None:
    """With its name and scope; what is stored of it is a digest."""
    token, secret = house.tokens.make(house.caller(), "ci", "write", None)
    caller = house.tokens.caller(secret, "r")

    assert (house.account().id, "ci", "write", "r") == (
        caller.account_id,
        caller.token_name,
        caller.scope,
        caller.request_id,
    )
    assert [token] == house.tokens.of_caller(house.caller())
    assert not any(secret in str(item) for item in house.record.partitions(""))


@pytest.mark.parametrize("secret", ["", "ssle_", "ssle_" + "0" * 64])
def test_unknown_token_is_refused(house: House, secret: str) -> None:
    """So is none."""
    with pytest.raises(Unauthorized):
        house.tokens.caller(secret, "r")


def test_token_ends_at_its_last_instant(house: House) -> None:
    """One microsecond before it is good, at the moment itself it is not."""
    _, secret = house.tokens.make(house.caller(), "ci", "read", HOUR)
    house.clock.tick(HOUR - timedelta(microseconds=1))
    house.tokens.caller(secret, "r")
    house.clock.tick(timedelta(microseconds=1))
    with pytest.raises(Unauthorized):
        house.tokens.caller(secret, "r")


def test_token_without_an_end_does_not_end(house: House) -> None:
    """Ten years are nothing."""
    secret = house.tokens.issue(house.account(), "operator", "admin")
    house.clock.tick(3650 * timedelta(days=1))

    assert "admin" == house.tokens.caller(secret, "r").scope


@pytest.mark.parametrize(("name", "scope"), [("ci", "root"), ("", "read"), ("a\nb", "read"), ("a" * 101, "read")])
def test_unusable_token_is_refused(house: House, name: str, scope: str) -> None:
    """Nothing is kept of it."""
    with pytest.raises(Invalid):
        house.tokens.make(house.caller(), name, scope, None)

    assert [] == house.tokens.of_caller(house.caller())


def test_revoked_token_is_refused_at_once(house: House) -> None:
    """It goes once, and no other account can take it away."""
    token, secret = house.tokens.make(house.caller(), "ci", "read", None)
    for wrong in (token.id, "nothing", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(NotFound):
            house.tokens.revoke(house.caller(OTHER), wrong)

    assert token == house.tokens.revoke(house.caller(), token.id)
    with pytest.raises(Unauthorized):
        house.tokens.caller(secret, "r")
    with pytest.raises(NotFound):
        house.tokens.revoke(house.caller(), token.id)


def test_repetition_makes_no_second_token(house: House) -> None:
    """The secret was shown once, and stays the only one."""
    house.tokens.make(house.caller(once="k"), "ci", "read", None)
    with pytest.raises(Conflict):
        house.tokens.make(house.caller(once="k"), "ci", "read", None)

    assert 1 == len(house.tokens.of_caller(house.caller()))


def test_addresses_are_of_those_who_have_a_part_in_the_app(house: House) -> None:
    """The owner's only where it is asked for, and nobody else's."""
    record, stranger = house.whole(house.app()), house.account(OTHER)

    assert {record.app.account_id: OWNER} == house.tokens.addresses(record, [record.app.account_id, stranger.id])
    assert {} == house.tokens.addresses(record, [stranger.id, None])
    assert {record.app.account_id: house.account()} == house.tokens.owners([record.app])


def test_known_account_is_found_by_its_address(house: House) -> None:
    """One that is not there is told so, and is not made."""
    assert (house.account().id, OWNER) == house.tokens.known("OWNER@example.com")
    with pytest.raises(Invalid, match="no account"):
        house.tokens.known(OTHER)
    assert house.account() == house.tokens.account_of(house.caller())
