"""Known intermediates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.errors import Unavailable
from chalicelib.service.intermediates import MOST_HOPS, REMEMBERED, Intermediates
from chalicelib.x509 import bundle, chain
from chalicelib.x509.certificate import Certificate
from tests.authority import CA, LeafCert, self_signed
from tests.unit.service.conftest import ROOT, House

URL = "http://ca.example/issuer"
LOWER = ROOT.issue_ca("Pool Intermediate")


def fetching(house: House, **served: bytes) -> tuple[Intermediates, list[str]]:
    """Return known intermediates of which some can be fetched, and a list of what was."""
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        if (name := url.rpartition("/")[2]) not in served:
            raise Unavailable("There is nothing.")
        return served[name]

    return replace(house.intermediates, fetch=fetch), asked


def completed(house: House, known: Intermediates, leaf: LeafCert) -> list[str]:
    """Return the subjects of the chain that is built for a leaf that was sent alone."""
    sent = bundle.read_certificates(leaf.pem)
    built = known.completed(lambda pool: chain.inspect(sent, house.anchors, pool, house.clock()))
    return [each.subject for each in built.certificates]


def test_what_leads_to_a_root_is_learnt(house: House) -> None:
    """And nothing else: no stranger's, no leaf, no root."""
    text = LOWER.pem + CA("Stranger").issue_ca("Strange").pem + self_signed("a.example").pem

    assert 1 == house.intermediates.learn_text(text)
    key = Certificate(LOWER.certificate).subject_key
    assert [Certificate(LOWER.certificate)] == house.intermediates.known(key)
    assert [] == house.intermediates.known("unknown")


def test_known_intermediate_completes_a_chain(house: House) -> None:
    """Without asking anybody."""
    leaf = LOWER.issue_cert("www.example.com")
    assert 1 == len(completed(house, house.intermediates, leaf))
    house.intermediates.learn_text(LOWER.pem)

    assert 2 == len(completed(house, house.intermediates, leaf))


def test_missing_issuer_is_fetched_and_learnt(house: House) -> None:
    """From then on it is there for everybody, also where nothing is fetched."""
    leaf = LOWER.issue_cert("www.example.com", issuer_url=URL)
    known, asked = fetching(house, issuer=LOWER.pem.encode())

    assert [2, 2] == [len(completed(house, known, leaf)) for _ in range(2)]
    assert [URL] == asked
    assert 2 == len(completed(house, house.intermediates, leaf))


@pytest.mark.parametrize("body", [None, b"junk", b""])
def test_failed_fetch_is_remembered(house: House, body: bytes | None) -> None:
    """Whoever asks again within a day does not wait again."""
    leaf = LOWER.issue_cert("www.example.com", issuer_url=URL)
    known, asked = fetching(house, **({} if body is None else {"issuer": body}))

    assert [1, 1] == [len(completed(house, known, leaf)) for _ in range(2)]
    assert [URL] == asked
    house.clock.tick(REMEMBERED)
    completed(house, known, leaf)
    assert [URL, URL] == asked


def test_fetching_ends(house: House) -> None:
    """After some hops, however long the chain is."""
    top = CA("Far Root")
    served: dict[str, bytes] = {}
    for number in range(MOST_HOPS + 2):
        top = top.issue_ca(f"Hop {number}", issuer_url=f"http://ca.example/{number}")
        served[str(number + 1)] = top.pem.encode()
    leaf = top.issue_cert("www.example.com", issuer_url=f"http://ca.example/{MOST_HOPS + 2}")
    known, asked = fetching(house, **served)
    completed(house, known, leaf)

    assert MOST_HOPS == len(asked)


def test_record_that_does_not_answer_hurts_no_upload(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What could not be learnt is learnt the next time."""

    def down(*_: object) -> None:
        raise Unavailable("The database does not answer.")

    certificates = [Certificate(LOWER.certificate)]
    with monkeypatch.context() as broken:
        broken.setattr(house.intermediates.pool, "learn", down)
        house.intermediates.learn_in_passing(certificates)
    assert "could not be kept" in caplog.text
    house.intermediates.learn_in_passing(certificates)

    assert certificates == house.intermediates.known(certificates[0].subject_key)


def test_expired_intermediate_is_not_learnt(house: House) -> None:
    """It would complete nothing."""
    house.clock.tick(timedelta(days=3000))

    assert 0 == house.intermediates.learn_text(LOWER.pem)


def test_certificate_that_did_not_sign_is_no_issuer(house: House) -> None:
    """Whatever is behind the URL: one of the same name with another key changes nothing."""
    leaf = LOWER.issue_cert("www.example.com", issuer_url=URL)
    namesake = ROOT.issue_ca("Pool Intermediate")
    known, asked = fetching(house, issuer=namesake.pem.encode())

    assert 1 == len(completed(house, known, leaf))
    assert [URL] == asked
    assert [] == list(house.record.partitions("POOL#"))
