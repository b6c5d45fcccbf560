"""Certificates: from what a user sends to what is served."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.errors import BadCertificate, BadKey, Conflict, Forbidden, Invalid, KeyMismatch
from chalicelib.service.certificates import Upload
from tests.authority import CA, LeafCert
from tests.unit.service.conftest import ROOT, House, upload


def test_certificate_is_served_with_its_key(house: House, leaf: LeafCert) -> None:
    """The sealed version holds both; the record shows the key nowhere."""
    endpoint, version = house.served(leaf)
    opened = house.vault.open(endpoint.app_id, endpoint.id, endpoint.active_id).decode()

    assert (1, True, "unit") == (version.number, version.verdict.trusted, version.created_by)
    assert leaf.pem.strip() + "\n" + leaf.key_pem == opened
    assert not any("PRIVATE KEY" in str(item) for item in house.record.partitions(""))


def test_app_without_the_addon_is_refused(house: House, leaf: LeafCert) -> None:
    """With the command that mends it."""
    with pytest.raises(Forbidden, match="heroku addons:create"):
        house.certificates.add(house.caller(), house.whole(house.app()), upload(leaf))


def test_same_certificate_again_changes_nothing(house: House, leaf: LeafCert, newer: LeafCert) -> None:
    """Its sender may not have heard of the success; another one is refused where one is to be added."""
    endpoint, version = house.served(leaf)
    record = house.app_items.record(endpoint.app_id)
    assert record is not None

    assert (endpoint, version) == house.certificates.add(house.caller(), record, upload(leaf))
    assert (endpoint, version) == house.certificates.update(house.caller(), endpoint, None, upload(leaf))
    with pytest.raises(Invalid, match="certificate already"):
        house.certificates.add(house.caller(), record, upload(newer))


def test_of_two_that_add_one_wins(house: House, leaf: LeafCert, newer: LeafCert) -> None:
    """Both saw the app without a certificate; nothing sealed is left of the other."""
    record = house.with_addon()
    house.certificates.add(house.caller(), record, upload(leaf))
    with pytest.raises(Conflict):
        house.certificates.add(house.caller(), record, upload(newer))

    assert 1 == sum(len(page) for page in house.vault.pages())


def test_addon_that_goes_meanwhile_takes_the_certificate_along(house: House, leaf: LeafCert) -> None:
    """The transaction sees it."""
    record = house.with_addon()
    assert record.addon is not None
    house.addons.deprovision(house.caller(), record.addon)
    with pytest.raises(Invalid, match="add-on was removed"):
        house.certificates.add(house.caller(), record, upload(leaf))


def test_of_two_that_update_one_wins(house: House, leaf: LeafCert, newer: LeafCert) -> None:
    """The other one is told to look again."""
    endpoint, _ = house.served(leaf)
    after, version = house.certificates.update(house.caller(), endpoint, None, upload(newer))
    with pytest.raises(Conflict):
        house.certificates.update(house.caller(), endpoint, None, upload(ROOT.issue_cert("www.example.com")))

    assert (2, 1, newer.fingerprint) == (after.active, after.previous, version.leaf.fingerprint)


def test_update_without_a_key_keeps_the_one_in_use(house: House, leaf: LeafCert, newer: LeafCert) -> None:
    """A certificate for another key is refused, with what to send."""
    endpoint, version = house.served(leaf)
    renewed = ROOT.issue_cert("www.example.com", key=leaf.key)
    after, _ = house.certificates.update(house.caller(), endpoint, version, Upload(renewed.pem, ""))

    assert leaf.key_pem in house.vault.open(after.app_id, after.id, after.active_id).decode()
    with pytest.raises(KeyMismatch, match="send its key, too"):
        house.certificates.update(house.caller(), after, None, Upload(newer.pem, ""))


@pytest.mark.parametrize("wrong", ["nothing", "key", "mismatch"])
def test_unusable_upload_is_refused(house: House, leaf: LeafCert, newer: LeafCert, wrong: str) -> None:
    """Nothing is sealed, nothing is kept."""
    sent, refusal = {
        "nothing": (Upload("", leaf.key_pem), BadCertificate),
        "key": (Upload(leaf.pem, "no key"), BadKey),
        "mismatch": (Upload(leaf.pem, newer.key_pem), KeyMismatch),
    }[wrong]
    record = house.with_addon()
    with pytest.raises(refusal):
        house.certificates.add(house.caller(), record, sent)

    assert [] == list(house.vault.pages())
    assert None is house.whole(record.app).endpoint


def test_chain_as_sent_is_not_completed(house: House) -> None:
    """What is known already completes every other one."""
    lower = ROOT.issue_ca("Unit Intermediate")
    house.intermediates.learn_text(lower.pem)
    alone = lower.issue_cert("www.example.com")
    sent = Upload(alone.pem, alone.key_pem)
    _, completed = house.certificates.add(house.caller(), house.with_addon("one"), sent)
    _, as_sent = house.certificates.add(house.caller(), house.with_addon("two"), replace(sent, preprocess=False))

    assert (2, 1) == (len(completed.chain), len(as_sent.chain))
    assert (True, False) == (completed.verdict.trusted, as_sent.verdict.trusted)


def test_upload_teaches_its_intermediates(house: House) -> None:
    """Those that lead to a root that is trusted, and no other."""
    lower, stranger = ROOT.issue_ca("Unit Teacher"), CA("Stranger").issue_ca("Strange Intermediate")
    house.served(lower.issue_cert("www.example.com"), "one")
    house.served(stranger.issue_cert("www.example.com"), "two")

    assert 1 == len(list(house.record.partitions("POOL#")))


def test_inspection_stores_nothing(house: House, leaf: LeafCert) -> None:
    """It says what would be served, and takes no private key."""
    found = house.certificates.inspect(leaf.pem)

    assert (True, [leaf.fingerprint]) == (found.verdict.trusted, [each.fingerprint for each in found.chain])
    with pytest.raises(Invalid, match="private key"):
        house.certificates.inspect(leaf.pem + leaf.key_pem)
    assert [] == list(house.record.partitions(""))
