"""Notices in words."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from jinja2 import UndefinedError

from chalicelib import settings
from chalicelib.model.endpoint import Version
from chalicelib.model.notice import Channel, Delivery, Message, Notice
from chalicelib.service import expiry, messages
from chalicelib.service.messages import Messages
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.facts import Verdict
from tests.authority import CA, DAY, NOW, LeafCert

CHANNEL = Channel("c", "account", None, "email", "me@example.com", NOW)
PLACE = {
    "app": "example",
    "stage": "renew",
    "certificate": "f",
    "endpoint": "tokyo-2121",
    "hostname": "tokyo-2121.ssl.localhost",
    "domains": ["www.example.com"],
    "more_domains": 0,
}
FACTS: dict[str, dict[str, Any]] = {
    "domain": {
        "app": "example",
        "hostname": "*.example.com",
        "before": "valid",
        "after": "invalid",
        "sentence": "It leads elsewhere.",
    },
    "moved": {"app": "example", "hostname": "www.example.com", "to_us": True, "sentence": "It moved."},
    "distrust": {
        "app": "example",
        "hostname": "tokyo-2121.ssl.localhost",
        "reasons": [{"sentence": "Its root is gone.", "remedy": "Take another authority."}],
    },
    "surge": {
        "app": "example",
        "hostname": "tokyo-2121.ssl.localhost",
        "at": "2027-01-01 12:00 UTC",
        "requests_per_second": 400,
        "account": "me@example.com",
        "note": "the sale begins",
    },
    "test": {"app": "example", "actor": "ci"},
}


def of_chain(issued: LeafCert) -> dict[str, Any]:
    """Return the facts of an expiry."""
    chain = tuple(Certificate(each).facts for each in (issued.certificate, *issued.issuers))
    version = Version("e", 1, "v", "", chain, Verdict(trusted=True, reasons=()), (), NOW, "test")
    return {**PLACE, **expiry._described(version)}


def write(kind: str, facts: dict[str, Any], now: datetime = NOW, console: str = "") -> Message:
    """Return a notice in words."""
    ours = replace(settings.from_environment({}), console=console)
    return Messages(ours, lambda: now).write(Delivery(Notice("key", kind, "app", NOW, facts), CHANNEL))


def commands(text: str) -> list[list[str]]:
    """Return the command lines of a text, as a shell reads them."""
    lines = text.replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.strip().startswith(("openssl", "heroku", "curl"))]


@pytest.mark.parametrize("kind", FACTS)
@pytest.mark.parametrize("console", ["", "https://console.example.com/"])
def test_every_kind_has_words(kind: str, console: str) -> None:
    """Each has a subject of one line that names the app, a text, and the console's link if there is one."""
    told = write(kind, FACTS[kind], console=console)

    assert "example" in told.subject
    assert told.subject.isprintable()
    assert told.text.endswith(".\n") or len(told.text.splitlines()) > 2
    assert "{" not in told.text
    assert (bool(console) and kind != "surge") == (console in told.text and bool(console))


def test_moved_domain_is_told_to_both_sides() -> None:
    """Who got it hears that, and who lost it what to look at."""
    lost = write("moved", {**FACTS["moved"], "to_us": False})

    assert "is yours now" in write("moved", FACTS["moved"]).subject
    assert "taken over" in lost.subject
    assert "look at your DNS provider" in lost.text
    assert "It moved." in lost.text


def test_surge_is_told_with_its_note() -> None:
    """Whoever runs the edges reads what was said about it; without a note there is no line for it."""
    without = write("surge", {**FACTS["surge"], "note": ""}).text

    assert "\n  note      the sale begins\n" in write("surge", FACTS["surge"]).text
    assert "note" not in without
    assert without.endswith("  endpoint  tokyo-2121.ssl.localhost\n")


def test_surge_that_is_off_is_told_as_such() -> None:
    """The subject and the first line say that nothing is to be prepared for."""
    told = write("surge", {**FACTS["surge"], "withdrawn": True})

    assert "example: a surge of 400 requests/s is no longer expected for 2027-01-01 12:00 UTC" == told.subject
    assert told.text.startswith(
        "me@example.com no longer expects 400 requests a second from 2027-01-01 12:00 UTC on."
    )


def test_missing_fact_is_an_error() -> None:
    """A notice whose maker forgot a fact is no message with a hole in it."""
    with pytest.raises(UndefinedError):
        write("moved", {"app": "example", "hostname": "www.example.com", "to_us": True})


def test_expiry_says_what_where_when_and_how() -> None:
    """Names, issuer, fingerprint, place, time left, and commands that a shell can take."""
    issued = CA("Words Root").issue_cert("www.example.com", "*.example.com", not_after=NOW + 12 * DAY)
    told = write("expiry", of_chain(issued), NOW)
    openssl, heroku, curl, mute = commands(told.text)

    assert "example: the certificate of www.example.com expires in 12 days" == told.subject
    for said in (
        "www.example.com, *.example.com",
        "CN=Words Root",
        issued.fingerprint,
        PLACE["hostname"],
        "12 days",
    ):
        assert str(said) in told.text
    assert "subjectAltName=DNS:www.example.com,DNS:*.example.com" == openssl[-1]
    assert "ec_paramgen_curve:P-256" in openssl
    assert [
        "heroku",
        "certs:update",
        "server.crt",
        "server.key",
        "--app",
        "example",
        "--confirm",
        "example",
    ] == heroku
    assert "$API/apps/example/ssl-endpoints/tokyo-2121" in curl
    assert "muted=true" == mute[-1]
    assert "this one's or a later one's" in told.text


@pytest.mark.parametrize(
    ("passed", "said"),
    [(0, "expires in 12 days"), (11, "expires in 24 hours"), (12, "has expired"), (14, "has expired")],
)
def test_time_left_is_that_of_the_try(passed: int, said: str) -> None:
    """A message that waited says what is left when it goes out."""
    issued = CA("Words Root").issue_cert("www.example.com", not_after=NOW + 12 * DAY)
    told = write("expiry", of_chain(issued), NOW + passed * DAY)

    assert said in told.subject
    assert ("Browsers refuse" in told.text) == (passed >= 12)


def test_intermediate_is_told_as_such() -> None:
    """If the leaf is not what ends first the message says what is, and that the leaf may stay."""
    ca = CA("Words Root").issue_ca("Old Intermediate", not_after=NOW + 5 * DAY)
    told = write("expiry", of_chain(ca.issue_cert("www.example.com")), NOW)

    assert "an intermediate certificate of www.example.com expires in 5 days" in told.subject
    assert "CN=Old Intermediate" in told.text
    assert "which itself is valid until" in told.text
    assert "present intermediate" in told.text


@pytest.mark.parametrize(
    ("kind", "option"),
    [("RSA 2048", "rsa:2048"), ("P-384", "ec_paramgen_curve:P-384"), ("Ed25519", "ec_paramgen_curve:P-256")],
)
def test_new_key_is_like_the_old_one(kind: str, option: str) -> None:
    """Type and size stay; what browsers do not take becomes P-256."""
    issued = CA("Words Root").issue_cert("www.example.com", kind=kind)

    assert option in commands(write("expiry", of_chain(issued)).text)[0]


def test_hundreds_of_names_are_not_all_told() -> None:
    """A message tells the first hundred, and how to get at the rest."""
    issued = CA("Words Root").issue_cert(*(f"{n}.example.com" for n in range(130)))
    told = write("expiry", of_chain(issued))

    assert "99.example.com and 30 more" in told.text
    assert "100.example.com" not in told.text
    assert "all its 130 names" in told.text


def test_names_cannot_break_out() -> None:
    """Line ends and a terminal's commands become spaces, and a shell sees a name as one word."""
    issued = CA("Words Root").issue_cert("www.example.com", common_name="x")
    facts = {**of_chain(issued), "names": ["a'; rm -rf $HOME\r\nBcc: all@example.com\x1b[2J"], "sans": ["`id`"]}
    told = write("expiry", facts)

    assert told.subject.isprintable()
    assert "\r" not in told.text
    assert "\x1b" not in told.text
    assert "\nBcc" not in told.text
    assert "subjectAltName=DNS:`id`" == commands(told.text)[0][-1]


def test_subject_is_short() -> None:
    """SNS takes no more than a hundred characters."""
    told = write("domain", {**FACTS["domain"], "hostname": "a" * 200})

    assert messages.LONGEST_SUBJECT == len(told.subject)


def test_moment_is_written_in_utc() -> None:
    """Whoever reads it elsewhere knows which time is meant."""
    east = datetime(2027, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))

    assert "2027-01-01 00:00 UTC" == messages._day(east.astimezone(timezone.utc))
