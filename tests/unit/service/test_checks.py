"""What is true now, by an edge and a DNS of our own."""

from __future__ import annotations

import pytest

from chalicelib.model.answer import Answer
from chalicelib.model.record import AppRecord
from tests.authority import LeafCert, self_signed
from tests.unit.service.conftest import OWN, ROOT, House, upload

WWW = "www.example.com"


@pytest.fixture
def served(house: House, leaf: LeafCert) -> AppRecord:
    """Return an app with a certificate and a domain."""
    endpoint, _ = house.served(leaf)
    record = house.app_items.record(endpoint.app_id)
    assert record is not None
    house.domains.add(house.caller(), record, WWW)
    return house.whole(record.app)


def lead(house: House, record: AppRecord) -> None:
    """Let DNS lead the domain to the app's target, and the edge show its certificate."""
    target = record.target(OWN.app_zone)
    house.names.answers[target] = Answer(ipv4=("203.0.113.1",))
    house.names.answers[WWW] = Answer(aliases=(target,), ipv4=("203.0.113.1",))


def test_domain_that_is_all_right(house: House, served: AppRecord, leaf: LeafCert) -> None:
    """It leads here, and its certificate is served."""
    lead(house, served)
    house.edge.shown[WWW] = leaf
    [look] = house.checks.of_app(served).domains

    assert ("valid", "served", 1) == (look.dns.state, look.tls.state, look.tls.version)


def test_domain_without_anything(house: House, served: AppRecord) -> None:
    """DNS leads nowhere, and the edge says why it shows nothing."""
    [look] = house.checks.of([(served, served.domains[0])])

    assert ("invalid", "down") == (look.dns.state, look.tls.state)
    assert WWW in look.tls.sentence


def test_edge_that_is_behind_serves_another_version(
    house: House, served: AppRecord, leaf: LeafCert, newer: LeafCert
) -> None:
    """An older one of the endpoint, or none of its own."""
    assert served.endpoint is not None
    house.edge.shown[WWW] = ROOT.issue_cert(WWW)
    [unknown] = house.checks.of([(served, served.domains[0])])
    house.certificates.update(house.caller(), served.endpoint, None, upload(newer))
    house.edge.shown[WWW] = leaf
    after = house.whole(served.app)
    [older] = house.checks.of([(after, after.domains[0])])

    assert [("waiting", None), ("waiting", 1)] == [(each.tls.state, each.tls.version) for each in (unknown, older)]


def test_target_is_right_whatever_its_certificate_is_for(house: House, served: AppRecord, leaf: LeafCert) -> None:
    """Nobody's certificate covers the DNS target."""
    house.edge.shown[served.target(OWN.app_zone)] = leaf

    assert "served" == house.checks.of_app(served).edge.state


def test_app_without_a_certificate_has_none_served(house: House) -> None:
    """Whatever the edge shows."""
    record = house.with_addon()
    house.edge.shown[record.target(OWN.app_zone)] = self_signed("default.invalid")

    assert "none" == house.checks.of_app(record).edge.state
