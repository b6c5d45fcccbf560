"""A certificate whose every accessor answers, whatever is in it."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.errors import BadCertificate
from chalicelib.x509 import der, distinguished_name, extensions
from chalicelib.x509.facts import Facts

CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
LARGEST_ISSUER_RSA_BITS = 8192  # no public authority has longer keys; checking with them only takes time
LARGEST_RSA_EXPONENT = 2**31 - 1  # Go's crypto/rsa, so the edge, takes no larger one
LARGEST = 64 * 1024  # bytes of DER
MOST_NAMES = 1000  # in one certificate
WEAK_HASHES = frozenset({"md5", "sha1"})
UNREADABLE_NAME = "(a name that cannot be read)"
UNREADABLE = (  # what cryptography raises
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@contextmanager
def without_warnings() -> Iterator[None]:
    """Keep quiet about what is merely unusual, such as roots with serial number 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def key_type(key: object) -> str:
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


class Certificate:
    """One certificate; two are equal when their DER is.

    `issuer_name`, `subject_name` and `encoded_spki` are DER as the certificate has it; `spki` is its public key as
    SubjectPublicKeyInfo in the one canonical form; times are aware and in UTC.
    """

    def __init__(self, loaded: x509.Certificate) -> None:
        self.loaded = loaded
        self.der = loaded.public_bytes(Encoding.DER)
        self.fingerprint = sha256(self.der).hexdigest()
        signed, algorithm, _ = der.first(self.der).children()
        fields = signed.children()
        if fields[0].tag == der.CONTEXT_0:  # the version, absent in v1
            del fields[0]
        self.issuer_name, self.subject_name, self.encoded_spki = (fields[i].encoded for i in (2, 4, 5))
        self.starts_at, self.expires_at = loaded.not_valid_before_utc, loaded.not_valid_after_utc
        self._public_key = _public_key(loaded)
        self.spki = _spki(self._public_key) or self.encoded_spki
        said = extensions.read(next((field for field in fields[6:] if field.tag == der.CONTEXT_3), None))
        self._serial = der.integer(fields[0])
        self._plain = said.plain and self._serial >= 0 and fields[1].encoded == algorithm.encoded
        self.names = said.names
        self.is_ca = said.is_ca
        self.may_serve = said.may_serve
        self.subject_key_id = said.subject_key_id
        self.issuer_key_id = said.issuer_key_id
        self.issuer_urls = said.issuer_urls  # where it says that its issuer's certificate is (AIA)

    @classmethod
    def load(cls, encoded: bytes) -> Certificate:
        """Read a certificate from DER; raise BadCertificate if it cannot be read or names too much."""
        if len(encoded) > LARGEST:
            raise BadCertificate(f"The certificate is larger than {LARGEST // 1024} KB.")
        try:
            with without_warnings():
                certificate = cls(x509.load_der_x509_certificate(der.first(encoded).encoded))  # TRUSTED has more
        except UNREADABLE:
            raise BadCertificate("The certificate is damaged and cannot be read.") from None
        if len(certificate.names) > MOST_NAMES:
            raise BadCertificate(f"The certificate names more than {MOST_NAMES} domains.")
        return certificate

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<Certificate {self.subject} {self.fingerprint[:16]}>"

    def pem(self) -> str:
        """Return the certificate as PEM text."""
        body = base64.b64encode(self.der).decode("ascii")
        lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
        return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"

    @property
    def issuer_key(self) -> str:
        """Return what a pool of intermediates finds the issuer by: SHA-256 of its name's DER, lower-case hex."""
        return sha256(self.issuer_name).hexdigest()

    @property
    def subject_key(self) -> str:
        """Return what a pool of intermediates keeps this certificate under; see issuer_key."""
        return sha256(self.subject_name).hexdigest()

    @property
    def subject(self) -> str:
        """Return the subject as text, "C=US; O=Example; CN=www.example.com"."""
        return self._written_names[0]

    @property
    def issuer(self) -> str:
        """Return the issuer as text."""
        return self._written_names[1]

    @property
    def key_type(self) -> str:
        """Return the public key's type as people write it."""
        return key_type(self._public_key)

    @property
    def rsa_bits(self) -> int | None:
        """Return the size of an RSA key, None for other keys."""
        return self._public_key.key_size if isinstance(self._public_key, rsa.RSAPublicKey) else None

    @property
    def self_issued(self) -> bool:
        """Tell whether subject and issuer are the same name."""
        return self.subject_name == self.issuer_name

    @cached_property
    def self_signed(self) -> bool:
        """Tell whether the certificate is signed with its own key."""
        return self.signed_by(self)

    @property
    def weak_signature(self) -> bool:
        """Tell whether the signature's hash can be forged (MD5, SHA-1)."""
        try:
            algorithm = self.loaded.signature_hash_algorithm
        except UNREADABLE:
            return False
        return algorithm is not None and algorithm.name in WEAK_HASHES

    @property
    def plain(self) -> bool:
        """Tell whether all of it is written so that Go's crypto/x509, so an edge, can load it as a leaf."""
        if not self._plain or self._public_key is None or self.encoded_spki != self.spki:
            return False
        try:
            with without_warnings():
                _ = self.loaded.subject, self.loaded.issuer, self.loaded.extensions
        except UNREADABLE:
            return False
        return all(distinguished_name.is_plain(name) for name in (self.subject_name, self.issuer_name))

    @property
    def facts(self) -> Facts:
        """Return what is known about the certificate, as plain values."""
        return Facts(
            subject=self.subject,
            issuer=self.issuer,
            names=self.names,
            starts_at=self.starts_at,
            expires_at=self.expires_at,
            serial=format(self._serial, "x"),
            fingerprint=self.fingerprint,
            key_type=self.key_type,
            signature=self.loaded.signature_algorithm_oid._name,
            self_signed=self.self_signed,
            is_ca=self.is_ca,
        )

    def live(self, now: datetime) -> bool:
        """Tell whether the certificate is within its validity."""
        return self.starts_at <= now <= self.expires_at

    def signed_by(self, issuer: Certificate) -> bool:
        """Tell whether `issuer` has this certificate's issuer's name and the key that signed it."""
        if self.issuer_name != issuer.subject_name or not issuer.checks_cheaply:
            return False
        try:
            self.loaded.verify_directly_issued_by(issuer.loaded)
        except (*UNREADABLE, InvalidSignature):
            return False
        return True

    @cached_property
    def checks_cheaply(self) -> bool:
        """Tell whether checking a signature with its key takes a reasonable time."""
        match self._public_key:
            case rsa.RSAPublicKey() as key:
                return key.key_size <= LARGEST_ISSUER_RSA_BITS and key.public_numbers().e <= LARGEST_RSA_EXPONENT
            case ec.EllipticCurvePublicKey() as key:
                return key.curve.name in CURVES
            case ed25519.Ed25519PublicKey():
                return True
        return False

    @cached_property
    def _written_names(self) -> tuple[str, str]:
        try:
            with without_warnings():
                return distinguished_name.text(self.loaded.subject), distinguished_name.text(self.loaded.issuer)
        except UNREADABLE:
            return UNREADABLE_NAME, UNREADABLE_NAME


def _public_key(loaded: x509.Certificate) -> CertificatePublicKeyTypes | None:
    try:
        return loaded.public_key()
    except UNREADABLE:
        return None


def _spki(key: CertificatePublicKeyTypes | None) -> bytes | None:
    try:
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if key else None
    except UNREADABLE:
        return None
