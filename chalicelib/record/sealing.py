"""Seals a version with AES-256-GCM, bound to whose it is."""

from __future__ import annotations

import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12  # NIST SP 800-38D §8.2: 96 bits


def context(app_id: str, endpoint_id: str, version_id: str) -> dict[str, str]:
    """Return what a sealed version is bound to."""
    return {"app": app_id, "endpoint": endpoint_id, "version": version_id}


def seal(key: bytes, nonce: bytes, pem: bytes, bound_to: dict[str, str]) -> bytes:
    """Return the sealed form of a PEM text; a nonce is used once with a key."""
    return AESGCM(key).encrypt(nonce, pem, _associated(bound_to))


def unseal(key: bytes, nonce: bytes, sealed: bytes, bound_to: dict[str, str]) -> bytes:
    """Return the PEM text again; raise ValueError for another key, another context, or changed bytes."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, _associated(bound_to))
    except InvalidTag:
        raise ValueError("it does not open") from None


def _associated(bound_to: dict[str, str]) -> bytes:
    return json.dumps(bound_to, sort_keys=True).encode()
