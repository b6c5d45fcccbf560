"""Facts of earlier releases."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from chalicelib.x509 import stored_facts
from chalicelib.x509.facts import Key

OTHERS = {"issuer": "CN=Issuer", "names": []}


@pytest.mark.parametrize(
    "key",
    [
        Key("RSA", 2048),
        Key("DSA", 2048),
        Key("EC", 256, "P-256"),
        Key("EC", 521, "P-521"),
        Key("EC", None, "secp256k1"),
        Key("Ed25519"),
        Key(""),
    ],
)
def test_key(key: Key) -> None:
    """A key that was stored as a name only is known by it."""
    read = stored_facts.today({**OTHERS, "subject": "O=Example", "key_type": key.name})

    assert {**OTHERS, "subject": "O=Example", "key": asdict(key), "common_names": []} == {
        **read,
        "key": asdict(Key(**read["key"])),
    }


@pytest.mark.parametrize(
    ("subject", "names"),
    [
        ("C=US; O=Example; CN=www.example.com", ["www.example.com"]),
        ("CN=a; OU=x; CN=b", ["a", "b"]),
        ("O=XCN=a", []),
    ],
)
def test_common_names(subject: str, names: list[str]) -> None:
    """The common names are read from the subject as it is shown."""
    assert names == stored_facts.today({"subject": subject, "key_type": "RSA 2048"})["common_names"]


def test_what_is_stored_today_stays() -> None:
    """Facts that have values are taken as they are."""
    stored = {"subject": "CN=a", "key": asdict(Key("RSA", 2048)), "common_names": ["a"]}

    assert stored == stored_facts.today(stored)
