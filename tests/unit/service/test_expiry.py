"""The expiry sweep: each stage is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.errors import Unavailable
from chalicelib.model import expiry
from chalicelib.model.notice import LEASE
from chalicelib.service.outbox import FRESH
from tests.authority import DAY, NOW, LeafCert
from tests.unit.service.conftest import OWNER, ROOT, House, upload


def at_stage(house: House, leaf: LeafCert, stage: str) -> None:
    """Serve a certificate, and let time pass until it has reached a stage."""
    _, version = house.served(leaf)
    house.clock.at = expiry.moments(version)[stage]


def stages(house: House) -> list[str]:
    """Return the stages that arrived, in order."""
    return [message.notice.facts["stage"] for _, message in house.letters.arrived]


def test_stage_is_told_once(house: House, leaf: LeafCert) -> None:
    """When it is reached and no moment sooner; the activity has it."""
    at_stage(house, leaf, "renew")
    house.clock.tick(-timedelta(microseconds=1))
    assert {} == house.expiry.sweep()
    house.clock.tick(timedelta(microseconds=1))

    assert {"told": 1} == house.expiry.sweep()
    assert {} == house.expiry.sweep()
    assert [OWNER] == [channel.target for channel, _ in house.letters.arrived]
    assert "certificate.renew" in house.actions(house.apps.find(house.caller(), "example", "read").app)


def test_stages_come_one_after_the_other(house: House, leaf: LeafCert) -> None:
    """The last one is told a day after the end, and then no more."""
    _, version = house.served(leaf)
    for at in expiry.moments(version).values():
        house.clock.at = at
        house.expiry.sweep()
    house.clock.tick(400 * DAY)

    assert {} == house.expiry.sweep()
    assert list(expiry.STAGES) == stages(house)


def test_stage_that_was_missed_is_not_told(house: House, leaf: LeafCert) -> None:
    """The one that is reached says more."""
    at_stage(house, leaf, "expired")
    house.expiry.sweep()

    assert ["expired"] == stages(house)


def test_muted_endpoint_tells_nobody(house: House, leaf: LeafCert) -> None:
    """The activity has it all the same."""
    endpoint, version = house.served(leaf)
    house.endpoints.mute(house.caller(), endpoint, muted=True)
    house.clock.at = expiry.moments(version)["soon"]

    assert {"silent": 1} == house.expiry.sweep()
    assert [] == house.letters.arrived
    assert "certificate.soon" in house.actions(house.apps.find(house.caller(), "example", "read").app)


def test_endpoint_that_changes_meanwhile_is_left_alone(
    house: House, leaf: LeafCert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told of a certificate that was just replaced."""
    endpoint, version = house.served(leaf)
    house.clock.at = expiry.moments(version)["renew"]
    [seen] = house.endpoint_items.due(house.clock())
    house.certificates.update(
        house.caller(), endpoint, None, upload(ROOT.issue_cert("www.example.com", not_after=NOW + 300 * DAY))
    )
    monkeypatch.setattr(house.endpoint_items, "due", lambda now: iter([seen]))

    assert {"replaced": 1} == house.expiry.sweep()
    assert [] == house.letters.arrived


def test_two_sweeps_at_once_tell_once(house: House, leaf: LeafCert, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both found the same; one commits."""
    at_stage(house, leaf, "renew")
    found = list(house.endpoint_items.due(house.clock()))
    monkeypatch.setattr(house.endpoint_items, "due", lambda now: iter(found))

    assert [{"told": 1}, {"replaced": 1}] == [house.expiry.sweep() for _ in range(2)]
    assert ["renew"] == stages(house)


def test_one_that_hurts_hurts_no_other(house: House, leaf: LeafCert, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is still due; the others are told."""
    at_stage(house, leaf, "renew")
    other, _ = house.certificates.add(house.caller(), house.with_addon("other"), upload(leaf))
    whole = house.app_items.record

    def record(app_id: str) -> object:
        if app_id == other.app_id:
            raise Unavailable("The database does not answer.")
        return whole(app_id)

    monkeypatch.setattr(house.app_items, "record", record)
    assert {"told": 1, "unfinished": 1} == house.expiry.sweep()
    monkeypatch.setattr(house.app_items, "record", whole)
    assert {"told": 1} == house.expiry.sweep()


def test_what_fails_waits_and_is_dropped_when_it_is_no_longer_so(
    house: House, leaf: LeafCert, newer: LeafCert
) -> None:
    """A certificate that was replaced before its notice could go out is no news."""
    endpoint, version = house.served(leaf)
    house.clock.at = expiry.moments(version)["renew"]
    house.letters.down = "No."
    house.expiry.sweep()
    house.letters.down = ""
    house.certificates.update(house.caller(), endpoint, None, upload(newer))
    house.clock.tick(LEASE + FRESH)

    assert {"dropped": 1} == house.outbox.deliver_due()
    assert [] == house.letters.arrived


def test_what_is_muted_before_it_could_go_out_is_dropped(house: House, leaf: LeafCert) -> None:
    """Whoever muted the endpoint meanwhile has heard enough."""
    endpoint, version = house.served(leaf)
    house.clock.at = expiry.moments(version)["renew"]
    house.letters.down = "No."
    house.expiry.sweep()
    house.letters.down = ""
    house.endpoints.mute(house.caller(), endpoint, muted=True)
    house.clock.tick(LEASE + FRESH)

    assert {"dropped": 1} == house.outbox.deliver_due()
