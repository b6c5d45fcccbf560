"""What the edge serves, judged, and in curl's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.served import Handshake, TlsState, judge, words
from chalicelib.x509.facts import Facts, Key, Verdict

WWW = "www.example.com"
START, END = (
    datetime(2027, 1, 1, 9, 5, tzinfo=timezone.utc),
    datetime(2027, 3, 12, 23, 59, 59, tzinfo=timezone.utc),
)
LEAF = Facts(
    "C=US; CN=www.example.com",
    "CN=Issuer",
    (WWW, "*.example.org"),
    START,
    END,
    "01",
    "ab",
    Key("EC", 256, "P-256"),
    "",
    False,
    False,
)
ENDPOINT = Endpoint("e", "app", "account", "tokyo-2121", None, 2, "v2", 1, "v1", 2, START, START)
TRUSTED, NOT_TRUSTED = Verdict(trusted=True, reasons=()), Verdict(trusted=False, reasons=())
GOOD = Handshake(b"", "TLSv1.3", "TLS_AES_128_GCM_SHA256")
BAD = replace(GOOD, code=20, reason="unable to get local issuer certificate")


def version(number: int, fingerprint: str, verdict: Verdict = TRUSTED) -> Version:
    """Return a version with that leaf."""
    chain = (replace(LEAF, fingerprint=fingerprint),)
    return Version("e", number, f"v{number}", "", chain, verdict, (), START, "test")


def judged(
    name: str = WWW,
    shown: Handshake = GOOD,
    endpoint: Endpoint | None = ENDPOINT,
    fingerprint: str = "ab",
    verdict: Verdict = TRUSTED,
) -> TlsState:
    """Judge a handshake; the active version has the fingerprint ab, the one before cd."""
    versions = [version(2, "ab", verdict), version(1, "cd")]
    return judge(name, shown, replace(LEAF, fingerprint=fingerprint), endpoint, versions)


def test_active_version_is_served() -> None:
    """The active version, for a name that it covers, needs no sentence."""
    found = judged()

    assert ("served", 2, "ab", "") == (found.state, found.version, found.fingerprint, found.sentence)
    assert (True, True, True) == (found.covered, found.verified, found.complete)
    assert ("TLSv1.3", "TLS_AES_128_GCM_SHA256") == (found.protocol, found.cipher)


@pytest.mark.parametrize(
    ("found", "state", "number"),
    [
        (judged(fingerprint="cd"), "waiting", 1),
        (judged(fingerprint="ef"), "waiting", None),
        (judged(name="shop.example.com"), "mismatch", 2),
        (judged(endpoint=None), "none", 2),
    ],
)
def test_other_states_have_a_sentence(found: TlsState, state: str, number: int | None) -> None:
    """Another version, our own certificate, another name and no certificate are told apart."""
    assert (state, number) == (found.state, found.version)
    assert found.sentence.endswith(".")


@pytest.mark.parametrize("fingerprint", ["ab", "cd"])
def test_sentence_names_the_wildcard(fingerprint: str) -> None:
    """It is looked at by a name below it, of which nobody but curl's words has to know."""
    found = judged(name="*.shop.example.com", fingerprint=fingerprint)

    assert " *.shop.example.com" in found.sentence
    assert " subjectAltName does not match ssl-endpoint-check.shop.example.com" in found.words


def test_what_should_verify_and_does_not_is_told() -> None:
    """A chain that was trusted when uploaded, and is not as it is served, has a sentence with the reason."""
    found, expected = judged(shown=BAD), judged(shown=BAD, verdict=NOT_TRUSTED)

    assert ("served", False, False) == (found.state, found.verified, found.complete)
    assert "unable to get local issuer certificate" in found.sentence
    assert "" == expected.sentence


@pytest.mark.parametrize(
    ("code", "complete"), [(2, False), (20, False), (21, False), (10, True), (18, True), (19, True)]
)
def test_chain_may_be_complete_and_not_trusted(code: int, complete: bool) -> None:
    """An expired or self-signed certificate misses no intermediate."""
    assert complete == judged(shown=replace(BAD, code=code)).complete


def test_words_are_those_of_curl() -> None:
    """Line by line what curl writes, but for its leading asterisk."""
    assert [
        "SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256",
        "Server certificate:",
        " subject: C=US; CN=www.example.com",
        " start date: Jan  1 09:05:00 2027 GMT",
        " expire date: Mar 12 23:59:59 2027 GMT",
        ' subjectAltName: host "shop.example.org" matched cert\'s "*.example.org"',
        " issuer: CN=Issuer",
        " SSL certificate verify ok.",
    ] == list(words("shop.example.org", GOOD, LEAF))


def test_words_tell_what_is_wrong() -> None:
    """A name that is not covered, and OpenSSL's reason with its number."""
    told = list(words("other.example.net", BAD, LEAF))

    assert " subjectAltName does not match other.example.net" in told
    verdict = " SSL certificate verify result: unable to get local issuer certificate (20), continuing anyway."
    assert verdict == told[-1]
