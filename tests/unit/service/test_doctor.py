"""The answers of Heroku's ssl-doctor."""

from __future__ import annotations

import pytest

from chalicelib.service.doctor import (
    BAD_REQUEST,
    MALFORMED_KEY,
    MANY_LEAVES,
    NO_CERTIFICATE,
    NO_FITTING_KEY,
    NO_KEY,
    NO_LEAF,
    UNPROCESSABLE,
    Doctor,
    NoDiagnosis,
)
from tests.authority import CA
from tests.unit.service.conftest import ROOT, House

LOWER = ROOT.issue_ca("Doctor Intermediate")
LEAF, OTHER = LOWER.issue_cert("www.example.com"), LOWER.issue_cert("shop.example.com")


@pytest.fixture
def doctor(house: House) -> Doctor:
    """Return a doctor who knows the intermediate."""
    house.intermediates.learn_text(LOWER.pem)
    return Doctor(house.intermediates, house.anchors, house.clock)


def said(question: object, text: str) -> tuple[int, str]:
    """Return what the doctor says instead of an answer."""
    with pytest.raises(NoDiagnosis) as refused:
        question(text)  # type: ignore[operator]
    return refused.value.status, refused.value.message


def test_chain_is_completed(doctor: Doctor) -> None:
    """With its key, where one is asked for."""
    found = doctor.chain_and_key(LEAF.key_pem + LEAF.pem)

    assert LEAF.chain_pem == doctor.chain(LEAF.pem) == found["pem"]
    assert LEAF.key_pem == found["key"]


def test_what_was_sent_is_put_in_order(doctor: Doctor) -> None:
    """Nothing is added, and the leaf is the one that is for a domain."""
    assert LEAF.chain_pem == doctor.ordered(LOWER.pem + LEAF.pem)
    assert LEAF.pem == doctor.ordered(LEAF.pem)
    assert LEAF.pem == doctor.leaf(LOWER.pem + LEAF.pem)


def test_fitting_key_is_found_among_others(doctor: Doctor) -> None:
    """Whatever else is there."""
    assert LEAF.key_pem == doctor.key(OTHER.key_pem + LEAF.pem + LEAF.key_pem)


def test_refusals_are_herokus(doctor: Doctor) -> None:
    """With its statuses and its words: clients show them as they are."""
    nameless = CA("A CA").issue_cert(common_name="nobody at all")
    broken = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"

    assert NO_CERTIFICATE == said(doctor.chain, "")
    assert NO_LEAF == said(doctor.chain, nameless.pem)
    assert MANY_LEAVES == said(doctor.leaf, LEAF.pem + OTHER.pem)
    assert NO_KEY == said(doctor.key, LEAF.pem)
    assert MALFORMED_KEY == said(doctor.key, LEAF.pem + broken)
    assert NO_FITTING_KEY == said(doctor.chain_and_key, LEAF.pem + OTHER.key_pem)
    assert (BAD_REQUEST, UNPROCESSABLE) == (NO_KEY[0], NO_LEAF[0])
