"""A private key that shows itself to nobody, checked before it is accepted."""

from __future__ import annotations

import math
from typing import NoReturn

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from chalicelib.errors import BadKey
from chalicelib.x509 import der, public_key
from chalicelib.x509.library import UNREADABLE, without_warnings
from chalicelib.x509.public_key import CURVES, LARGEST_RSA_EXPONENT

SMALLEST_RSA_BITS = 2048
LARGEST_RSA_BITS = 4096
DAMAGED = "The private key is damaged and cannot be read."
DOES_NOT_OPEN = "The private key does not open with the pass phrase."
RSA, EC, ED25519, DSA = (
    bytes.fromhex(oid) for oid in ("2a864886f70d010101", "2a8648ce3d0201", "2b6570", "2a8648ce380401")
)
SERVED = frozenset({RSA, EC, ED25519})
UNSERVED = {
    DSA: "DSA",
    bytes.fromhex("2b6571"): "Ed448",
    bytes.fromhex("2b656e"): "X25519",
    bytes.fromhex("2b656f"): "X448",
    bytes.fromhex("2a864886f70d010301"): "Diffie-Hellman",
    bytes.fromhex("2a8648ce3e0201"): "Diffie-Hellman",
    bytes.fromhex("2a864886f70d01010a"): "RSA-PSS",
}
INTEGERS_OF_DSA = 6  # version, p, q, g, y, x
SMALL_PRIMES = math.prod(n for n in range(3, 1000, 2) if all(n % d for d in range(3, math.isqrt(n) + 1, 2)))


class PrivateKey:
    """A private key. Its only way out is pem(); printing, formatting, copying and pickling raise TypeError."""

    __slots__ = ("_key", "key_type", "spki")

    def __init__(self, key: PrivateKeyTypes) -> None:
        self._key = key
        self.key_type = public_key.name(key)
        self.spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @classmethod
    def load(cls, encoded: bytes, pass_phrase: bytes | None = None) -> PrivateKey:
        """Read a PKCS#1, SEC 1 or PKCS#8 key from DER, or from PEM with encryption headers, and check it.

        Raises BadKey with a sentence for a key of a type or size that is not served, and for one whose numbers
        do not belong together. Whoever passes a pass phrase has looked at the cost of using it.
        """
        if pass_phrase is None:
            _check_type(encoded)
        load = load_pem_private_key if encoded.startswith(b"-----") else load_der_private_key
        try:
            with without_warnings():
                # OpenSSL's own validation takes 0.05 s to many seconds; _check_rsa does what matters in 0.1 ms.
                key = load(encoded, pass_phrase, unsafe_skip_rsa_key_validation=True)
        except UNREADABLE:
            # The library's text may quote what it read, so it is neither shown nor chained.
            raise BadKey(DOES_NOT_OPEN if pass_phrase else DAMAGED) from None
        _check(key)
        return cls(key)

    def pem(self) -> bytes:
        """Return the key as unencrypted PKCS#8 PEM."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("A private key is not shown, copied or stored by accident.")

    __repr__ = __str__ = __format__ = __reduce__ = __reduce_ex__ = __getstate__ = _refuse


def _check_type(encoded: bytes) -> None:
    """Raise BadKey for a type that is not served, before the library computes with numbers of any size."""
    try:
        fields = der.first(encoded).children()
        tags = [field.tag for field in fields]
        if tags[:3] == [der.INTEGER, der.SEQUENCE, der.OCTET_STRING]:  # PKCS#8
            algorithm = fields[1].children()[0].content
        elif tags == [der.INTEGER] * INTEGERS_OF_DSA:
            algorithm = DSA
        else:  # PKCS#1 and SEC 1
            return
    except (ValueError, IndexError):
        raise BadKey(DAMAGED) from None
    if algorithm not in SERVED:
        raise BadKey(_unserved(UNSERVED.get(algorithm, "of a type that we do not know")))


def _check(key: PrivateKeyTypes) -> None:
    match key:
        case rsa.RSAPrivateKey():
            _check_rsa(key)
        case ec.EllipticCurvePrivateKey():
            if key.curve.name not in CURVES:
                raise BadKey(_unserved(public_key.name(key)))
        case ed25519.Ed25519PrivateKey():
            pass
        case _:
            raise BadKey(_unserved(public_key.name(key)))


def _check_rsa(key: rsa.RSAPrivateKey) -> None:
    """Raise BadKey unless size and arithmetic are right (RFC 8017 section 3.2, two primes)."""
    if not SMALLEST_RSA_BITS <= key.key_size <= LARGEST_RSA_BITS:
        raise BadKey(_unserved(public_key.name(key)))
    numbers = key.private_numbers()
    p, q, d, e = numbers.p, numbers.q, numbers.d, numbers.public_numbers.e
    n = numbers.public_numbers.n
    sound = (
        p * q == n
        and p != q
        and min(p, q) > LARGEST_RSA_EXPONENT
        and p & q & e & 1 == 1
        and 1 < e <= LARGEST_RSA_EXPONENT
        and 1 < d < n
        and math.gcd(n, SMALL_PRIMES) == 1
        and e * d % (p - 1) == e * d % (q - 1) == 1
        and numbers.dmp1 == d % (p - 1)
        and numbers.dmq1 == d % (q - 1)
        and 0 < numbers.iqmp < p
        and numbers.iqmp * q % p == 1
    )
    if not sound:
        raise BadKey("The RSA private key is damaged: its numbers do not belong together.")


def _unserved(kind: str) -> str:
    return (
        f"The private key is {kind}, which cannot be served. Use RSA with {SMALLEST_RSA_BITS} to"
        f" {LARGEST_RSA_BITS} bits or an elliptic curve key on P-256, P-384 or P-521."
    )
