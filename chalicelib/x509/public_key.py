"""Public keys: their names, their canonical form, and what using them costs."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.x509.library import UNREADABLE

CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
LARGEST_ISSUER_RSA_BITS = 8192  # no public authority has longer keys; checking with them only takes time
LARGEST_RSA_EXPONENT = 2**31 - 1  # Go's crypto/rsa, so the edge, takes no larger one


def name(key: object) -> str:
    """Name a public or private key's type as people do: "EC P-256", "RSA 2048", "Ed25519"."""
    match key:
        case rsa.RSAPublicKey() | rsa.RSAPrivateKey():
            return f"RSA {key.key_size}"
        case ec.EllipticCurvePublicKey() | ec.EllipticCurvePrivateKey():
            return f"EC {CURVES.get(key.curve.name, key.curve.name)}"
        case ed25519.Ed25519PublicKey() | ed25519.Ed25519PrivateKey():
            return "Ed25519"
        case ed448.Ed448PublicKey() | ed448.Ed448PrivateKey():
            return "Ed448"
        case dsa.DSAPublicKey() | dsa.DSAPrivateKey():
            return f"DSA {key.key_size}"
    return "of an unknown type"


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
    """Tell whether checking a signature with a key takes a reasonable time; browsers take no other."""
    match key:
        case rsa.RSAPublicKey():
            return key.key_size <= LARGEST_ISSUER_RSA_BITS and key.public_numbers().e <= LARGEST_RSA_EXPONENT
        case ec.EllipticCurvePublicKey():
            return key.curve.name in CURVES
    return isinstance(key, ed25519.Ed25519PublicKey)
