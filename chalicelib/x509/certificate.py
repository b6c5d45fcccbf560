"""A certificate whose every accessor answers, whatever is in it."""

from __future__ import annotations

import base64
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib.errors import BadCertificate
from chalicelib.x509 import der, distinguished_name, extensions, public_key
from chalicelib.x509.facts import Facts, Key
from chalicelib.x509.tolerance import UNREADABLE, without_warnings

LARGEST = 64 * 1024  # bytes of DER
MOST_NAMES = 1000  # in one certificate
WEAK_HASHES = frozenset({"md5", "sha1"})


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
        self._public_key = public_key.of(loaded)
        self.spki = public_key.canonical(self._public_key) or self.encoded_spki
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

    @cached_property
    def subject(self) -> str:
        """Return the subject as text, "C=US; O=Example; CN=www.example.com"."""
        return distinguished_name.text(self.subject_name)

    @property
    def common_names(self) -> tuple[str, ...]:
        """Return the subject's common names."""
        return distinguished_name.common_names(self.subject_name)

    @cached_property
    def issuer(self) -> str:
        """Return the issuer as text."""
        return distinguished_name.text(self.issuer_name)

    @property
    def key(self) -> Key:
        """Return the public key's type and size."""
        return public_key.describe(self._public_key)

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
                _ = self.loaded.extensions
        except UNREADABLE:
            return False
        return distinguished_name.is_plain(self.subject_name) and distinguished_name.is_plain(self.issuer_name)

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
            key=self.key,
            signature=self.loaded.signature_algorithm_oid._name,
            self_signed=self.self_signed,
            is_ca=self.is_ca,
            common_names=self.common_names,
        )

    def live(self, now: datetime) -> bool:
        """Tell whether the certificate is within its validity."""
        return self.starts_at <= now <= self.expires_at

    def signed_by(self, issuer: Certificate) -> bool:
        """Tell whether `issuer` has this certificate's issuer's name and the key that signed it."""
        if self.issuer_name != issuer.subject_name or not issuer.checks_cheaply:
            return False
        try:
            if self.weak_signature:  # the next line would not even look at it
                return self._weakly_signed_by(issuer)
            self.loaded.verify_directly_issued_by(issuer.loaded)
        except (*UNREADABLE, InvalidSignature):
            return False
        return True

    def _weakly_signed_by(self, issuer: Certificate) -> bool:
        algorithm = self.loaded.signature_hash_algorithm
        match issuer._public_key:
            case ec.EllipticCurvePublicKey() as key if algorithm:
                key.verify(self.loaded.signature, self.loaded.tbs_certificate_bytes, ec.ECDSA(algorithm))
            case rsa.RSAPublicKey() as key if algorithm:
                key.verify(self.loaded.signature, self.loaded.tbs_certificate_bytes, PKCS1v15(), algorithm)
            case _:
                return False
        return True

    @cached_property
    def checks_cheaply(self) -> bool:
        """Tell whether checking a signature with its key takes a reasonable time."""
        return public_key.checks_cheaply(self._public_key)
