"""A certificate whose every accessor answers, whatever is in it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from chalicelib.errors import BadCertificate
from chalicelib.x509 import der, distinguished_name
from chalicelib.x509.facts import Facts

CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
ISSUER_RSA_BITS = 8192  # longer ones, and long exponents, only cost time: no public CA has them
LARGEST_RSA_EXPONENT = 2**31 - 1  # Go's crypto/rsa, so the edge, takes no larger one
NAMES = 1000  # of one certificate's SAN
UNREADABLE_NAME = "(a name that cannot be read)"
WEAK_HASHES = frozenset({"md5", "sha1"})

PLAUSIBLE_NAME = re.compile(r"[A-Za-z0-9._*-]{1,253}")
URL = re.compile(r"https?://[!-~]{1,500}")
SERVER_USAGES = frozenset({ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE})

# What cryptography raises for certificates that are damaged or strange.
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@contextmanager
def without_deprecation_warnings() -> Iterator[None]:
    """Keep quiet about certificates that a future cryptography may refuse, such as roots with serial number 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
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
    return "unknown"


@dataclass(frozen=True, slots=True)
class _Extensions:
    """The extensions that decide about chains; a certificate whose extensions cannot be read has none."""

    readable: bool = True
    names: tuple[str, ...] = ()
    is_ca: bool = False
    may_serve: bool = True
    subject_key_id: bytes | None = None
    issuer_key_id: bytes | None = None
    issuer_urls: tuple[str, ...] = ()


class Certificate:
    """One certificate. Two are equal when their DER is."""

    def __init__(self, loaded: x509.Certificate) -> None:
        self.loaded = loaded
        self.der = loaded.public_bytes(Encoding.DER)
        self.fingerprint = sha256(self.der).hexdigest()
        fields = der.first(der.first(self.der).content).children()
        if fields[0].tag == der.CONTEXT_0:  # the version, absent in v1
            fields = fields[1:]
        _, _, issuer, _, subject, spki = (field.encoded for field in fields[:6])
        self.issuer_name, self.subject_name, self.encoded_spki = issuer, subject, spki
        with without_deprecation_warnings():
            self.starts_at, self.expires_at = loaded.not_valid_before_utc, loaded.not_valid_after_utc
            self._public_key = _public_key(loaded)
            self._extensions = _extensions(loaded)
        self.spki = spki if self._public_key is None else _canonical_spki(self._public_key, spki)

    @classmethod
    def load(cls, encoded: bytes) -> Certificate:
        """Read a certificate from DER; raise BadCertificate if it cannot be read."""
        try:
            with without_deprecation_warnings():
                return cls(x509.load_der_x509_certificate(encoded))
        except UNREADABLE as error:
            raise BadCertificate("The certificate is damaged and cannot be read.") from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<Certificate {self.subject} {self.fingerprint[:16]}>"

    def pem(self) -> str:
        """Return the certificate as PEM text."""
        return self.loaded.public_bytes(Encoding.PEM).decode("ascii")

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

    @cached_property
    def _written_names(self) -> tuple[str, str]:
        try:
            with without_deprecation_warnings():
                return distinguished_name.text(self.loaded.subject), distinguished_name.text(self.loaded.issuer)
        except UNREADABLE:
            return UNREADABLE_NAME, UNREADABLE_NAME

    @property
    def key_type(self) -> str:
        """Return the public key's type as people write it."""
        return key_type(self._public_key)

    @property
    def rsa_bits(self) -> int | None:
        """Return the size of an RSA key, None for other keys."""
        return self._public_key.key_size if isinstance(self._public_key, rsa.RSAPublicKey) else None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the SAN's DNS names, lower-case, in the certificate's order."""
        return self._extensions.names

    @property
    def is_ca(self) -> bool:
        """Tell whether the certificate may issue others (basic constraints, RFC 5280 section 4.2.1.9)."""
        return self._extensions.is_ca

    @property
    def may_serve(self) -> bool:
        """Tell whether its extended key usage, if any, lets it be used by (or issue for) web servers."""
        return self._extensions.may_serve

    @property
    def issuer_urls(self) -> tuple[str, ...]:
        """Return the addresses at which it says that its issuer's certificate is (AIA)."""
        return self._extensions.issuer_urls

    @property
    def subject_key_id(self) -> bytes | None:
        """Return the subject key identifier."""
        return self._extensions.subject_key_id

    @property
    def issuer_key_id(self) -> bytes | None:
        """Return the key identifier of the authority key identifier."""
        return self._extensions.issuer_key_id

    @property
    def self_issued(self) -> bool:
        """Tell whether subject and issuer are the same name."""
        return self.subject_name == self.issuer_name

    @cached_property
    def self_signed(self) -> bool:
        """Tell whether the certificate is signed with its own key."""
        return self.self_issued and self.signed_by(self)

    @property
    def weak_signature(self) -> bool:
        """Tell whether the signature's hash can be forged (MD5, SHA-1)."""
        try:
            algorithm = self.loaded.signature_hash_algorithm
        except UNREADABLE:
            return False
        return algorithm is not None and algorithm.name in WEAK_HASHES

    @property
    def unservable(self) -> str:
        """Say why an edge (Go's crypto/x509) cannot load the certificate as a leaf; empty if it can."""
        if self.encoded_spki != self.spki or self._public_key is None:
            return "its public key is written in a way that servers do not read"
        if not self._extensions.readable:
            return "its extensions are damaged"
        if len(self.names) > NAMES:
            return f"it names more than {NAMES} domains"
        return ""

    @cached_property
    def facts(self) -> Facts:
        """Return what is known about the certificate, as plain values."""
        return Facts(
            subject=self.subject,
            issuer=self.issuer,
            names=self.names,
            starts_at=self.starts_at,
            expires_at=self.expires_at,
            serial=format(self.loaded.serial_number, "x"),
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

    @property
    def checks_cheaply(self) -> bool:
        """Tell whether checking a signature with its key takes a reasonable time."""
        match self._public_key:
            case rsa.RSAPublicKey() as key:
                return key.key_size <= ISSUER_RSA_BITS and key.public_numbers().e <= LARGEST_RSA_EXPONENT
            case ec.EllipticCurvePublicKey() as key:
                return key.curve.name in CURVES
        return self._public_key is not None


def _public_key(loaded: x509.Certificate) -> CertificatePublicKeyTypes | None:
    try:
        return loaded.public_key()
    except UNREADABLE:
        return None


def _canonical_spki(key: CertificatePublicKeyTypes, as_sent: bytes) -> bytes:
    try:
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except UNREADABLE:
        return as_sent


def _extensions(loaded: x509.Certificate) -> _Extensions:
    try:
        return _Extensions(**{key: value for each in loaded.extensions for key, value in _said(each.value)})
    except UNREADABLE:
        return _Extensions(readable=False)


def _said(extension: x509.ExtensionType) -> Iterator[tuple[str, Any]]:
    match extension:
        case x509.SubjectAlternativeName():
            names = extension.get_values_for_type(x509.DNSName)
            yield "names", tuple(name.lower() for name in names if PLAUSIBLE_NAME.fullmatch(name))
        case x509.BasicConstraints():
            yield "is_ca", extension.ca
        case x509.ExtendedKeyUsage():
            yield "may_serve", bool(SERVER_USAGES.intersection(extension))
        case x509.SubjectKeyIdentifier():
            yield "subject_key_id", extension.digest
        case x509.AuthorityKeyIdentifier():
            yield "issuer_key_id", extension.key_identifier
        case x509.AuthorityInformationAccess():
            yield "issuer_urls", tuple(_issuer_urls(extension))


def _issuer_urls(extension: x509.AuthorityInformationAccess) -> Iterator[str]:
    for access in extension:
        location = access.access_location
        is_url = isinstance(location, x509.UniformResourceIdentifier) and URL.fullmatch(location.value)
        if access.access_method == AuthorityInformationAccessOID.CA_ISSUERS and is_url:
            yield location.value
