"""The table of key types."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.x509 import der, key_types, public_key
from chalicelib.x509.facts import Key
from tests.authority import make_key

UNKNOWN = Key("")


@pytest.mark.parametrize("kind", ["RSA 2048", "P-256", "P-384", "P-521", "Ed25519", "Ed448", "DSA 2048"])
def test_rows_have_the_algorithms_of_real_keys(kind: str) -> None:
    """A key is found by the OID that is in it, and by its values."""
    key = make_key(kind).public_key()
    spki = der.first(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    row = key_types.by_algorithm(spki.children()[0].children()[0].content)

    assert row is not None
    assert row.type == public_key.describe(key).type


@pytest.mark.parametrize(
    ("key", "served", "in_browsers", "weak", "cheap"),
    [
        (Key("RSA", 1024), False, True, True, True),
        (Key("RSA", 2047), False, True, True, True),
        (Key("RSA", 2048), True, True, False, True),
        (Key("RSA", 4096), True, True, False, True),
        (Key("RSA", 4097), False, True, False, True),
        (Key("RSA", 8192), False, True, False, True),
        (Key("RSA", 8193), False, True, False, False),
        (Key("EC", 256, "P-256"), True, True, False, True),
        (Key("EC", 384, "P-384"), True, True, False, True),
        (Key("EC", 521, "P-521"), True, True, False, True),
        (Key("EC", 256, "secp256k1"), False, False, False, False),
        (Key("Ed25519"), True, False, False, True),
        (Key("Ed448"), False, False, False, False),
        (Key("X25519"), False, False, False, False),
        (Key("DSA", 2048), False, False, False, False),
        (UNKNOWN, False, False, False, False),
    ],
)
def test_rules(key: Key, served: bool, in_browsers: bool, weak: bool, cheap: bool) -> None:
    """What edges serve, what browsers accept, what can be broken, and what takes long."""
    assert served == key_types.is_served(key)
    assert in_browsers == key_types.is_in_browsers(key)
    assert weak == key_types.is_weak(key)
    assert cheap == key_types.checks_cheaply(key)


def test_a_large_exponent_takes_long() -> None:
    """An RSA signature is not checked with an exponent that Go refuses."""
    assert key_types.checks_cheaply(Key("RSA", 2048), 2**31 - 1)
    assert not key_types.checks_cheaply(Key("RSA", 2048), 2**31 + 1)


@pytest.mark.parametrize(
    ("key", "newkey"),
    [
        (Key("RSA", 3072), "rsa:3072"),
        (Key("RSA", 1024), "ec -pkeyopt ec_paramgen_curve:P-256"),
        (Key("EC", 384, "P-384"), "ec -pkeyopt ec_paramgen_curve:P-384"),
        (Key("EC", 256, "secp256k1"), "ec -pkeyopt ec_paramgen_curve:P-256"),
        (Key("Ed25519"), "ec -pkeyopt ec_paramgen_curve:P-256"),
        (UNKNOWN, "ec -pkeyopt ec_paramgen_curve:P-256"),
    ],
)
def test_newkey(key: Key, newkey: str) -> None:
    """A new key is like the old one, if that is one for browsers."""
    assert newkey == key_types.newkey(key)


def test_advice_is_the_table() -> None:
    """What a refused key is told to be is what the table has."""
    assert "RSA with 2048 to 4096 bits or an elliptic curve key on P-256, P-384 or P-521" == key_types.TO_USE
