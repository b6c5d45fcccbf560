"""The one table of key types: who accepts which, and where that is written; imports no cryptography.

A new type is a row here. What edges serve is what Go's crypto/tls, so Caddy, and nginx's OpenSSL both load; what
browsers accept is what the CA/Browser Forum's Baseline Requirements (BR) let public authorities certify.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.x509.facts import Key

RSA = "RSA"
SMALLEST_RSA_BITS = 2048  # BR section 6.1.5; OpenSSL's clients refuse shorter ones
LARGEST_RSA_BITS = 4096  # what CloudFront takes; a handshake with a longer one costs an edge too much
LARGEST_ISSUER_RSA_BITS = 8192  # no public authority has longer keys; checking with them only takes time
LARGEST_RSA_EXPONENT = 2**31 - 1  # Go's crypto/rsa, so the edge, takes no larger one


@dataclass(frozen=True, slots=True)
class KeyType:
    """One row: a type of keys or, of those on elliptic curves, one curve."""

    type: str  # as people write it
    algorithm: bytes  # its OID in SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) and PKCS#8 (RFC 5958)
    curve: str | None = None
    curve_in_library: str | None = None  # cryptography's name for it (SEC 2)
    served: bool = False  # whether an edge loads it, and so may anybody check signatures with it
    in_browsers: bool = False
    newkey: str = ""  # what `openssl req -newkey` calls it


_oid = bytes.fromhex
_ON_CURVES = "ec -pkeyopt ec_paramgen_curve:{curve}"
_EC = KeyType("EC", _oid("2a8648ce3d0201"), served=True, in_browsers=True, newkey=_ON_CURVES)  # RFC 5480
KEY_TYPES = (
    # BR section 6.1.5 lists RSA and these three curves, and nothing else.
    KeyType("RSA", _oid("2a864886f70d010101"), served=True, in_browsers=True, newkey="rsa:{bits}"),  # RFC 8017
    replace(_EC, curve="P-256", curve_in_library="secp256r1"),
    replace(_EC, curve="P-384", curve_in_library="secp384r1"),
    replace(_EC, curve="P-521", curve_in_library="secp521r1"),
    # RFC 8410. Edges serve Ed25519 to clients that want it; no browser offers it (RFC 8446 section 4.2.3).
    KeyType("Ed25519", _oid("2b6570"), served=True),
    KeyType("Ed448", _oid("2b6571")),  # not in Go's crypto/x509
    KeyType("X25519", _oid("2b656e")),  # RFC 8410: it agrees on keys, and signs nothing
    KeyType("X448", _oid("2b656f")),
    KeyType("DSA", _oid("2a8648ce380401")),  # RFC 8446 has no place for it
    KeyType("Diffie-Hellman", _oid("2a864886f70d010301")),  # PKCS#3
    KeyType("Diffie-Hellman", _oid("2a8648ce3e0201")),  # X9.42
    KeyType("RSA-PSS", _oid("2a864886f70d01010a")),  # RFC 4055: for PSS alone, which Go does not load
)
_ROWS = {(row.type, row.curve): row for row in KEY_TYPES}
_CURVES = {row.curve_in_library: row.curve for row in KEY_TYPES if row.curve}
_DEFAULT = _ROWS["EC", "P-256"]  # for who has to make a new key: the fastest, and CloudFront takes no other curve
TO_USE = (
    f"RSA with {SMALLEST_RSA_BITS} to {LARGEST_RSA_BITS} bits or an elliptic curve key on"
    f" {', '.join(list(_CURVES.values())[:-1])} or {list(_CURVES.values())[-1]}"
)


def curve(in_library: str) -> str:
    """Return a curve's name as people write it, the library's own for one that is not in the table."""
    return _CURVES.get(in_library) or in_library


def by_algorithm(oid: bytes) -> KeyType | None:
    """Return the (first) row of an algorithm's OID, None for one that is not in the table."""
    return next((row for row in KEY_TYPES if row.algorithm == oid), None)


def _row(key: Key) -> KeyType | None:
    return _ROWS.get((key.type, key.curve))


def is_served(key: Key) -> bool:
    """Tell whether an edge can serve with a key."""
    row = _row(key)
    too_long = key.type == RSA and (key.bits or 0) > LARGEST_RSA_BITS
    return row is not None and row.served and not is_weak(key) and not too_long


def is_in_browsers(key: Key) -> bool:
    """Tell whether browsers accept keys of this type, be this one weak or not."""
    row = _row(key)
    return row is not None and row.in_browsers


def is_weak(key: Key) -> bool:
    """Tell whether a key can be broken."""
    return key.type == RSA and (key.bits or 0) < SMALLEST_RSA_BITS


def checks_cheaply(key: Key, rsa_exponent: int = 0) -> bool:
    """Tell whether checking a signature with a key takes a reasonable time; browsers take no other."""
    row = _row(key)
    if key.type == RSA:
        return (key.bits or 0) <= LARGEST_ISSUER_RSA_BITS and rsa_exponent <= LARGEST_RSA_EXPONENT
    return row is not None and row.served


def newkey(key: Key) -> str:
    """Return what `openssl req -newkey` calls a key of the same type, or else one that every browser takes."""
    row = _row(key)
    if row is None or not row.in_browsers or is_weak(key):
        row = _DEFAULT
    return row.newkey.format(bits=key.bits, curve=row.curve)
