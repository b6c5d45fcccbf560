"""Completion, learning, verdicts and inspection over the API, with roots that the tests made."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from chalicelib import wiring
from chalicelib.errors import Unavailable
from chalicelib.model.endpoint import Version
from chalicelib.record import endpoints
from chalicelib.service.intermediates import Intermediates
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.trust import Anchors
from tests.authority import CA, LeafCert
from tests.functional.conftest import Api, issue
from tests.records import MOTO, SQLITE
from tests.unit.x509.forms import pkcs12_file

RECORDS = (SQLITE, MOTO)
ENDPOINTS = "/apps/example/ssl-endpoints"


def loaded(ca: CA) -> Certificate:
    """Return an authority's certificate as the product reads it."""
    return Certificate(ca.certificate)


@pytest.fixture
def root() -> Iterator[CA]:
    """Return a root that passes for one of Mozilla's."""
    ca = CA("Mozilla Root")
    anchors = Anchors([loaded(ca)])
    with pytest.MonkeyPatch.context() as patch:
        for made in ("certificates", "intermediates"):
            getattr(wiring, made).cache_clear()
        patch.setattr(wiring, "anchors", lambda: anchors)
        yield ca
    for made in ("certificates", "intermediates"):
        getattr(wiring, made).cache_clear()


def upload(issued: LeafCert, chain: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the body that uploads a certificate."""
    return {"certificate_chain": chain or issued.chain_pem, "private_key": issued.key_pem, **more}


def codes(body: dict[str, Any]) -> list[str]:
    """Return the codes of an answer's reasons."""
    return [reason["code"] for reason in body["ssl_cert"]["reasons"]]


def did(body: dict[str, Any]) -> list[str]:
    """Return what was done with each certificate."""
    return [change["action"] for change in body["chain_changes"]]


def test_trusted_chain_is_kept_as_sent(example: Api, root: CA) -> None:
    """An ordered, trusted chain stays byte for byte, comments included, and is trusted."""
    issued = issue(root.issue_ca("Intermediate"), "www.example.com")
    sent = "the leaf\n" + issued.chain_pem
    made = example.call("POST", ENDPOINTS, upload(issued, sent)).body

    assert sent == made["certificate_chain"]
    assert (True, True, []) == (made["ssl_cert"]["trusted"], made["ssl_cert"]["ca_signed?"], codes(made))
    assert ["kept", "kept"] == did(made)


def test_shuffled_chain_is_put_right(example: Api, root: CA) -> None:
    """Root, strangers and repetitions are left out, the rest is ordered, and the answer says so."""
    intermediate = root.issue_ca("Intermediate")
    issued = issue(intermediate, "www.example.com")
    sent = root.pem + CA("Stranger").pem + intermediate.pem * 2 + issued.pem
    made = example.call("POST", ENDPOINTS, upload(issued, sent)).body

    assert issued.chain_pem == made["certificate_chain"]
    assert made["ssl_cert"]["trusted"]
    assert ["kept", "kept", "dropped", "dropped", "dropped"] == did(made)


def test_bypass_serves_what_was_sent(example: Api, root: CA) -> None:
    """With preprocess false the chain stays as it is, useless parts included."""
    issued = issue(root.issue_ca("Intermediate"), "www.example.com")
    sent = issued.chain_pem + root.pem + CA("Stranger").pem
    made = example.call("POST", ENDPOINTS, upload(issued, sent, preprocess=False)).body

    assert sent == made["certificate_chain"]


def test_missing_intermediate_is_told_and_learnt(example: Api, root: CA) -> None:
    """A missing issuer is named; once anybody sent it, everybody's chain is completed with it."""
    intermediate = root.issue_ca("Intermediate")
    alone, whole = issue(intermediate, "www.example.com"), issue(intermediate, "other.example.com")
    before = example.call("POST", ENDPOINTS, upload(alone, alone.pem)).body
    path = f"{ENDPOINTS}/{before['name']}"
    example.call("PATCH", path, upload(whole))
    completed = example.call("PATCH", path, upload(alone, alone.pem))
    after, warning = completed.body, "1 missing intermediate certificate(s) were added to the chain."

    assert warning == completed.headers["X-Heroku-Warning"]
    assert (False, ["missing_intermediate"]) == (before["ssl_cert"]["trusted"], codes(before))
    assert "CN=Intermediate" in before["ssl_cert"]["reasons"][0]["sentence"]
    assert (True, []) == (after["ssl_cert"]["trusted"], codes(after))
    assert ["kept", "added"] == did(after)


def test_private_intermediates_are_not_learnt(example: Api, root: CA) -> None:
    """What leads to no root of Mozilla is never added to anybody's chain."""
    private = CA("Private Root").issue_ca("Private Intermediate")
    example.call("POST", ENDPOINTS, upload(issue(private, "www.example.com")))

    assert [] == wiring.intermediates().known(loaded(private).subject_key)


def test_operator_fills_the_pool(example: Api, root: CA) -> None:
    """A PEM file of intermediates, with junk and strangers in it, is learnt as far as it leads to a root."""
    upper = root.issue_ca("Upper")
    lower = upper.issue_ca("Lower")
    text = lower.pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + CA("X").pem + upper.pem
    alone = issue(lower, "www.example.com")

    assert 2 == wiring.intermediates().learn_text(text)
    assert ["kept", "added", "added"] == did(example.call("POST", ENDPOINTS, upload(alone, alone.pem)).body)


def fetching(root: CA, served: dict[str, bytes]) -> Intermediates:
    """Return known intermediates that may be fetched from these URLs; count the fetches in `served`."""

    def fetch(url: str) -> bytes:
        served["fetches"] = served.get("fetches", b"") + b"x"
        if url not in served:
            raise Unavailable("gone")
        return served[url]

    return Intermediates(wiring.intermediates().pool, wiring.anchors(), fetch, wiring.now)


def complete(monkeypatch: pytest.MonkeyPatch, intermediates: Intermediates) -> None:
    """From now on let chains be completed by these."""
    made = replace(wiring.certificates(), intermediates=intermediates)
    monkeypatch.setattr(wiring, "certificates", lambda: made)


def test_issuers_are_fetched_where_that_is_on(example: Api, root: CA, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two missing issuers are fetched hop by hop, DER or PEM, and the chain is trusted."""
    upper = root.issue_ca("Upper")
    lower = upper.issue_ca("Lower", issuer_url="http://ca.example/upper")
    alone = issue(lower, "www.example.com", issuer_url="http://ca.example/lower")
    served = {"http://ca.example/upper": upper.pem.encode(), "http://ca.example/lower": loaded(lower).der}
    complete(monkeypatch, fetching(root, served))
    made = example.call("POST", ENDPOINTS, upload(alone, alone.pem)).body

    assert ["kept", "added", "added"] == did(made)
    assert made["ssl_cert"]["trusted"]
    assert b"xx" == served["fetches"]


def test_failed_fetch_is_remembered(example: Api, root: CA, monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL that does not answer, or answers with junk, is told as missing and is not asked again."""
    lower = root.issue_ca("Lower")
    for url, served in (("http://ca.example/a", {}), ("http://ca.example/b", {"http://ca.example/b": b"junk"})):
        alone = issue(lower, "www.example.com", issuer_url=url)
        counted: dict[str, bytes] = dict(served)
        complete(monkeypatch, fetching(root, counted))
        for _ in range(2):
            found = example.call("POST", "/certificates/inspect", {"certificate_chain": alone.pem}).body
            assert ["missing_intermediate"] == codes(found)
            assert url in found["ssl_cert"]["reasons"][0]["remedy"]
        assert b"x" == counted["fetches"]


def test_inspection_stores_nothing(example: Api, root: CA) -> None:
    """Inspecting says what an upload would say, and leaves no endpoint behind."""
    issued = issue(root.issue_ca("Intermediate"), "www.example.com")
    found = example.call("POST", "/certificates/inspect", {"certificate_chain": root.pem + issued.chain_pem})

    assert 200 == found.status
    assert issued.chain_pem == found.body["certificate_chain"]
    assert (True, ["kept", "kept", "dropped"]) == (found.body["ssl_cert"]["trusted"], did(found.body))
    assert [] == example.call("GET", ENDPOINTS).body


def test_inspection_refuses_a_key(example: Api, root: CA) -> None:
    """A private key is refused with a warning: in any field, alone, and if it cannot be read."""
    issued = issue(root, "www.example.com")
    encryption = BestAvailableEncryption(b"secret")
    encrypted = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()
    for body in (
        {"certificate_chain": issued.pem + issued.key_pem},
        {"certificate_chain": issued.pem, "private_key": issued.key_pem},
        {"certificate_chain": base64.b64encode((issued.key_pem + issued.pem).encode()).decode()},
        {"certificate_chain": issued.key_pem},
        {"certificate_chain": encrypted},
        {"certificate_chain": pkcs12_file(issued.key, issued.certificate, pass_phrase=b"secret")},
    ):
        refused = example.call("POST", "/certificates/inspect", body)
        assert 422 == refused.status
        assert re.search("There is a private key|Do not send a private key", refused.body["message"])
        assert issued.key_pem[30:80] not in str(refused.body)


def test_mismatch_names_the_domains(example: Api, root: CA) -> None:
    """A domain that the certificate does not cover is named, and the chain stays trusted."""
    for hostname in ("www.example.com", "shop.example.com"):
        example.call("POST", "/apps/example/domains", {"hostname": hostname})
    made = example.call("POST", ENDPOINTS, upload(issue(root.issue_ca("I"), "www.example.com"))).body

    assert (True, ["name_mismatch"]) == (made["ssl_cert"]["trusted"], codes(made))
    assert "shop.example.com" in made["ssl_cert"]["reasons"][0]["sentence"]
    assert "www" not in made["ssl_cert"]["reasons"][0]["sentence"]
    assert ["shop.example.com"] == made["ssl_cert"]["reasons"][0]["subjects"]


def test_version_of_an_older_release_is_read(example: Api, root: CA, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version whose record has no key as values, and no subjects in its verdict, is described as today."""

    def described_before(version: Version) -> str:
        told = json.loads(described(version))
        for facts, stored in zip(version.chain, told["chain"], strict=True):
            del stored["key"], stored["common_names"]
            stored["key_type"] = facts.key.name
        for reason in told["verdict"]["reasons"]:
            del reason["subjects"]
        return json.dumps(told)

    described = endpoints.described
    monkeypatch.setattr(endpoints, "described", described_before)
    issued = issue(root.issue_ca("I"), "www.example.com")
    made = example.call("POST", ENDPOINTS, {**upload(issued), "certificate_chain": issued.pem}).body
    read = example.call("GET", f"{ENDPOINTS}/{made['id']}").body

    assert {"type": "EC", "bits": 256, "curve": "P-256"} == read["details"]["key"] == made["details"]["key"]
    assert ["missing_intermediate"] == codes(read)
    assert [] == read["ssl_cert"]["reasons"][0]["subjects"]
