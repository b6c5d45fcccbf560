"""A sealed version opens only as what it was sealed as."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.record import sealing

KEY, NONCE, PEM = bytes(range(32)), bytes(range(12)), b"-----BEGIN CERTIFICATE-----"
CONTEXT = sealing.context("app", "endpoint", "version")
SEALED = sealing.seal(KEY, NONCE, PEM, CONTEXT)


def test_it_opens_under_its_own_context() -> None:
    """However the context is ordered."""
    assert PEM == sealing.unseal(KEY, NONCE, SEALED, CONTEXT)
    assert PEM == sealing.unseal(KEY, NONCE, SEALED, dict(reversed(CONTEXT.items())))
    assert PEM not in SEALED


@pytest.mark.parametrize("part", ["app", "endpoint", "version"])
def test_it_opens_for_nobody_else(part: str) -> None:
    """Copied over another app's, endpoint's or version's place it stays shut."""
    with pytest.raises(ValueError, match="does not open"):
        sealing.unseal(KEY, NONCE, SEALED, {**CONTEXT, part: "another"})


def test_context_is_authenticated_and_not_only_compared() -> None:
    """Without it, the key alone does not open what is sealed."""
    with pytest.raises(InvalidTag):
        AESGCM(KEY).decrypt(NONCE, SEALED, None)


@pytest.mark.parametrize("place", range(0, len(SEALED), 7))
def test_changed_bytes_do_not_open(place: int) -> None:
    """Wherever they are."""
    changed = bytearray(SEALED)
    changed[place] ^= 1
    with pytest.raises(ValueError, match="does not open"):
        sealing.unseal(KEY, NONCE, bytes(changed), CONTEXT)


def test_another_key_or_nonce_does_not_open() -> None:
    """Each is part of it."""
    for key, nonce in ((bytes(32), NONCE), (KEY, bytes(12))):
        with pytest.raises(ValueError, match="does not open"):
            sealing.unseal(key, nonce, SEALED, CONTEXT)
