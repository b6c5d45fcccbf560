"""The stored check of each domain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.model.answer import Answer
from chalicelib.model.check import LEASE, Look
from chalicelib.model.domain import Domain
from chalicelib.model.record import AppRecord
from chalicelib.service.checks import Checks
from tests.unit.service.conftest import OWN, OWNER, House

WWW = "www.example.com"
HOUR = timedelta(hours=1)


@pytest.fixture
def record(house: House) -> AppRecord:
    """Return an app with a domain that leads nowhere."""
    made = house.with_addon()
    house.domains.add(house.caller(), made, WWW)
    return house.whole(made.app)


def lead(house: House, record: AppRecord) -> None:
    """Let DNS lead the domain to the app's target."""
    target = record.target(OWN.app_zone)
    house.names.answers[target] = Answer(ipv4=("203.0.113.1",))
    house.names.answers[WWW] = Answer(aliases=(target,), ipv4=("203.0.113.1",))


def test_new_domain_is_looked_at_at_once(house: House, record: AppRecord) -> None:
    """And again after a pause."""
    assert house.clock() == house.check_items.next_due()
    assert {"looked": 1, "changed": 0, "unknown": 0} == house.domain_checks.recheck_due()
    assert {"looked": 0, "changed": 0, "unknown": 0} == house.domain_checks.recheck_due()
    due = house.check_items.next_due()
    assert due is not None
    assert due > house.clock()


def test_change_is_told(house: House, record: AppRecord) -> None:
    """Once: the same again is no news."""
    house.domain_checks.recheck_due()
    lead(house, record)
    house.clock.tick(HOUR)
    assert 1 == house.domain_checks.recheck_due()["changed"]
    house.clock.tick(HOUR)
    assert 0 == house.domain_checks.recheck_due()["changed"]
    house.outbox.deliver_due()

    assert [OWNER] == [channel.target for channel, _ in house.letters.arrived]
    assert "valid" == house.whole(record.app).checks[WWW].state
    assert 1 == house.actions(record.app).count("domain.check")


def test_look_by_hand_is_kept(house: House, record: AppRecord) -> None:
    """Whoever looked meanwhile, or removed the domain, has no conflict of it."""
    lead(house, record)
    look = house.domain_checks.check(record, record.domains[0])
    again = house.domain_checks.check(record, record.domains[0])

    assert "valid" == look.dns.state == again.dns.state == house.whole(record.app).checks[WWW].state
    house.domains.remove(house.caller(), record.domains[0])
    house.domain_checks.check(record, record.domains[0])
    assert {} == house.whole(record.app).checks


def test_claimed_check_is_somebody_elses(house: House, record: AppRecord) -> None:
    """Until the lease is over."""
    house.check_items.replace(record.checks[WWW].claim(house.clock()))
    assert 0 == house.domain_checks.recheck_due()["looked"]
    house.clock.tick(LEASE)

    assert 1 == house.domain_checks.recheck_due()["looked"]


def test_check_that_two_found_is_looked_at_once(
    house: House, record: AppRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record lets one have it."""
    found = list(house.check_items.due(house.clock()))
    monkeypatch.setattr(house.check_items, "due", lambda now: iter(found))

    assert [1, 0] == [house.domain_checks.recheck_due()["looked"] for _ in range(2)]


def test_check_without_a_domain_is_struck(
    house: House, record: AppRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that is behind brings up what is gone already; it hurts nothing."""
    found = list(house.check_items.due(house.clock()))
    house.domains.remove(house.caller(), record.domains[0])
    monkeypatch.setattr(house.check_items, "due", lambda now: iter(found))

    assert 0 == house.domain_checks.recheck_due()["looked"]
    house.record.commit([house.check_items.new(record.checks[WWW])])
    assert 0 == house.domain_checks.recheck_due()["looked"]
    assert {} == house.whole(record.app).checks


def test_look_that_took_longer_than_its_lease_stores_nothing(
    house: House, record: AppRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else has looked by then; the run goes on."""
    look = house.checks.of

    def slowly(wanted: list[tuple[AppRecord, Domain]]) -> tuple[Look, ...]:
        current = house.whole(record.app).checks[WWW]
        house.check_items.replace(replace(current, looks=7, ver=current.ver + 1))
        return look(wanted)

    monkeypatch.setattr(Checks, "of", lambda self, wanted: slowly(wanted))

    assert {"looked": 1, "changed": 0, "unknown": 0} == house.domain_checks.recheck_due()
    assert 7 == house.whole(record.app).checks[WWW].looks
