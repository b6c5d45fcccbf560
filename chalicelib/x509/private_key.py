"""A private key that shows itself to nobody, checked before it is accepted."""

from __future__ import annotations

import math
from typing import NoReturn

from cryptography.hazmat.primitives.asymmetric import rsa
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
from chalicelib.x509 import der, key_types, public_key
from chalicelib.x509.key_types import LARGEST_RSA_EXPONENT
from chalicelib.x509.tolerance import UNREADABLE, without_warnings

DAMAGED = "The private key is damaged and cannot be read."
DOES_NOT_OPEN = "The private key does not open with the pass phrase."
DSA = bytes.fromhex("2a8648ce380401")
INTEGERS_OF_DSA = 6  # version, p, q, g, y, x
SMALL_PRIMES = math.prod(n for n in range(3, 1000, 2) if all(n % d for d in range(3, math.isqrt(n) + 1, 2)))


class PrivateKey:
    """A private key. Its only way out is pem(); printing, formatting, copying and pickling raise TypeError."""

    __slots__ = ("_key", "facts", "spki")

    def __init__(self, key: PrivateKeyTypes) -> None:
        self._key = key
        self.facts = public_key.describe(key)
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
    row = key_types.by_algorithm(algorithm)
    if row is None or not row.served:
        raise BadKey(_unserved(row.type if row else "of a type that we do not know"))


def _check(key: PrivateKeyTypes) -> None:
    facts = public_key.describe(key)
    if not key_types.is_served(facts):
        raise BadKey(_unserved(facts.name))
    if isinstance(key, rsa.RSAPrivateKey):
        _check_rsa(key)


def _check_rsa(key: rsa.RSAPrivateKey) -> None:
    """Raise BadKey unless the arithmetic is right (RFC 8017 section 3.2, two primes)."""
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
    return f"The private key is {kind}, which cannot be served. Use {key_types.TO_USE}."
