"""Custom domains: add and remove; and names that are another account's."""

from __future__ import annotations

import pytest

from chalicelib.errors import Conflict, Invalid, NotFound, Unproven
from tests.unit.service.conftest import OTHER, OWN, OWNER, House

WWW = "www.example.com"


def add(house: House, hostname: str = WWW, name: str = "example", email: str = OWNER) -> None:
    """Add a domain to an app."""
    record = house.apps.find(house.caller(email), name, "write")
    house.domains.add(house.caller(email), record, hostname)


def remove(house: House, hostname: str = WWW, name: str = "example", email: str = OWNER) -> None:
    """Remove a domain from an app."""
    record = house.apps.find(house.caller(email), name, "write")
    house.domains.remove(house.caller(email), record.need_domain(hostname))


def hostnames(house: House, name: str = "example", email: str = OWNER) -> list[str]:
    """Return an app's domains."""
    return [each.hostname for each in house.apps.find(house.caller(email), name, "read").domains]


def demanded(house: House, hostname: str = WWW) -> dict[str, str]:
    """Return the record that would prove that a name is the other account's."""
    with pytest.raises(Unproven) as refused:
        add(house, hostname, "other", OTHER)
    return refused.value.record


def prove(house: House, hostname: str = WWW) -> None:
    """Set that record."""
    record = demanded(house, hostname)
    house.names.records[f"{record['name']}.{record['zone']}"] = (record["value"],)


@pytest.fixture
def taken(house: House) -> House:
    """Return a house where a name is the owner's, and somebody else has an app."""
    house.app()
    house.app("other", OTHER)
    add(house)
    return house


def test_domain_comes_and_goes(house: House) -> None:
    """It can be added again over what is left of it."""
    app = house.app()
    for _ in range(2):
        add(house, "WWW.example.com")
        assert [WWW] == hostnames(house)
        remove(house)
        assert [] == hostnames(house)
        house.clock.tick()

    assert ["app.create", *["domain.add"] * 2, *["domain.remove"] * 2] == house.actions(app)


@pytest.mark.parametrize("hostname", ["", "no name", f"a.{OWN.zone}", f"a.{OWN.app_zone}", "*.*.example.com"])
def test_unusable_name_is_refused(house: House, hostname: str) -> None:
    """And one of our own zones."""
    house.app()
    with pytest.raises(Invalid):
        add(house, hostname)


def test_name_is_added_once(taken: House) -> None:
    """Neither the same app nor another one of the account can have it again."""
    taken.app("second")
    with pytest.raises(Invalid, match="already added"):
        add(taken)
    with pytest.raises(Invalid, match="in use by another app"):
        add(taken, name="second")


def test_domain_goes_once(taken: House) -> None:
    """Whoever saw it before it went is told that it is gone."""
    domain = taken.apps.find(taken.caller(), "example", "read").need_domain(WWW)
    taken.domains.remove(taken.caller(), domain)
    with pytest.raises(NotFound):
        taken.domains.remove(taken.caller(), domain)


def test_name_of_another_account_needs_a_proof(taken: House) -> None:
    """The refusal has the record to set, and says what is there instead."""
    record = demanded(taken)

    assert ("TXT", "_ssl-endpoint.www", "example.com") == (record["type"], record["name"], record["zone"])
    assert taken.account(OTHER).id in record["value"]
    taken.names.records["_ssl-endpoint.www.example.com"] = ("something else",)
    with pytest.raises(Unproven, match="something else"):
        add(taken, name="other", email=OTHER)
    taken.names.down = "The name servers do not answer."
    with pytest.raises(Unproven, match="do not answer"):
        add(taken, name="other", email=OTHER)
    assert [WWW] == hostnames(taken)


def test_proved_name_moves_and_both_are_told(taken: House) -> None:
    """The loser's activity does not name the winner's token."""
    prove(taken)
    taken.clock.tick()
    add(taken, name="other", email=OTHER)
    taken.outbox.deliver_due()
    loser = taken.apps.find(taken.caller(), "example", "read").app

    assert ([], [WWW]) == (hostnames(taken), hostnames(taken, "other", OTHER))
    assert {OWNER, OTHER} == {channel.target for channel, _ in taken.letters.arrived}
    page, _ = taken.activities.page(loser.id, None, 10)
    assert ["domain claim"] == [each.actor for each in page if each.action == "domain.lost"]


def test_proof_counts_once(taken: House) -> None:
    """Who lost the name since cannot take it back with what is left in the zone."""
    prove(taken)
    add(taken, name="other", email=OTHER)
    remove(taken, name="other", email=OTHER)
    add(taken)

    assert demanded(taken)["value"].endswith("/2")


def test_name_that_is_being_removed_is_not_taken(taken: House) -> None:
    """It was the owner's when it was looked at, and nobody's when it was to be taken."""
    prove(taken)
    other = taken.apps.find(taken.caller(OTHER), "other", "write")
    texts = taken.names.texts

    def slowly(name: str, seconds: float) -> tuple[str, ...]:
        remove(taken)
        return texts(name, seconds)

    taken.names.texts = slowly  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        taken.domains.add(taken.caller(OTHER), other, WWW)

    assert ([], []) == (hostnames(taken), hostnames(taken, "other", OTHER))


def test_name_under_another_accounts_wildcard_needs_a_proof(house: House) -> None:
    """With one it is added; the wildcard stays, and its account is told."""
    house.app()
    house.app("other", OTHER)
    add(house, "*.example.com")
    prove(house)
    add(house, name="other", email=OTHER)
    house.outbox.deliver_due()

    assert (["*.example.com"], [WWW]) == (hostnames(house), hostnames(house, "other", OTHER))
    assert [OWNER] == [channel.target for channel, _ in house.letters.arrived]


def test_removed_app_takes_no_domain(house: House) -> None:
    """The transaction sees that it is gone."""
    record = house.whole(house.app())
    house.apps.remove(house.caller(), record)
    with pytest.raises(NotFound):
        house.domains.add(house.caller(), record, WWW)
