"""Public keys: what they are, as values, their canonical form, and what using them costs."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x448, x25519
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.x509 import key_types
from chalicelib.x509.facts import Key
from chalicelib.x509.tolerance import UNREADABLE

WITHOUT_SIZE = {
    "Ed25519": (ed25519.Ed25519PublicKey, ed25519.Ed25519PrivateKey),
    "Ed448": (ed448.Ed448PublicKey, ed448.Ed448PrivateKey),
    "X25519": (x25519.X25519PublicKey, x25519.X25519PrivateKey),
    "X448": (x448.X448PublicKey, x448.X448PrivateKey),
}


def describe(key: object) -> Key:
    """Return a public or private key's type and size; of None, or of a key that nobody knows, an empty type."""
    match key:
        case rsa.RSAPublicKey() | rsa.RSAPrivateKey():
            return Key(key_types.RSA, bits=key.key_size)
        case ec.EllipticCurvePublicKey() | ec.EllipticCurvePrivateKey():
            return Key("EC", bits=key.key_size, curve=key_types.curve(key.curve.name))
        case dsa.DSAPublicKey() | dsa.DSAPrivateKey():
            return Key("DSA", bits=key.key_size)
    return Key(next((name for name, classes in WITHOUT_SIZE.items() if isinstance(key, classes)), ""))


def of(certificate: x509.Certificate) -> CertificatePublicKeyTypes | None:
    """Return a certificate's public key, None if it cannot be read."""
    try:
        return certificate.public_key()
    except UNREADABLE:
        return None


def canonical(key: CertificatePublicKeyTypes | None) -> bytes | None:
    """Return the one SubjectPublicKeyInfo of a key, so that two can be compared; None if it has none."""
    try:
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if key else None
    except UNREADABLE:
        return None


def checks_cheaply(key: CertificatePublicKeyTypes | None) -> bool:
    """Tell whether checking a signature with a key takes a reasonable time; see key_types."""
    exponent = key.public_numbers().e if isinstance(key, rsa.RSAPublicKey) else 0
    return key_types.checks_cheaply(describe(key), exponent)
