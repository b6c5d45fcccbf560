"""What is sealed, and to whom."""

from __future__ import annotations

import pytest

from chalicelib.record.sealing import KEY_BYTES, NONCE_BYTES, context, seal, unseal

KEY, NONCE, PEM = bytes(range(KEY_BYTES)), bytes(NONCE_BYTES), b"a chain and a key"
OURS = context("app", "endpoint", "version")


def test_what_was_sealed_opens() -> None:
    """With the same key, nonce and identity; it is longer by the 16 bytes that prove that it is whole."""
    sealed = seal(KEY, NONCE, PEM, OURS)

    assert PEM == unseal(KEY, NONCE, sealed, OURS)
    assert len(PEM) + 16 == len(sealed)
    assert PEM not in sealed


def test_order_of_the_identity_does_not_matter() -> None:
    """It is names with their values."""
    assert PEM == unseal(KEY, NONCE, seal(KEY, NONCE, PEM, OURS), dict(reversed(OURS.items())))


@pytest.mark.parametrize("wrong", ["key", "nonce", "app", "endpoint", "version", "changed", "cut", "nothing"])
def test_anything_else_does_not_open(wrong: str) -> None:
    """And says neither key nor text."""
    sealed = seal(KEY, NONCE, PEM, OURS)
    changed = {"changed": bytes([sealed[0] ^ 1]) + sealed[1:], "cut": sealed[:-1], "nothing": b""}
    with pytest.raises(ValueError, match=r"^it does not open$") as caught:
        unseal(
            bytes(KEY_BYTES) if wrong == "key" else KEY,
            b"x" * NONCE_BYTES if wrong == "nonce" else NONCE,
            changed.get(wrong, sealed),
            {**OURS, wrong: "another"} if wrong in OURS else OURS,
        )

    assert caught.value.__suppress_context__
