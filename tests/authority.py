"""Certificate authorities for tests, in the manner of trustme: real keys, real signatures, any shape.

root = CA()                                      a root
ca = root.issue_ca("Example Intermediate")       an intermediate
leaf = ca.issue_cert("www.example.com")          a certificate with its key
leaf.pem, leaf.key_pem, leaf.chain_pem           what a user uploads
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from chalicelib.x509 import der

# What is issued is valid now, by the real clock, because the end-to-end tests have no other.
NOW = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)
Key: TypeAlias = (
    ec.EllipticCurvePrivateKey
    | rsa.RSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | dsa.DSAPrivateKey
)
_ATTRIBUTES = {
    "C": NameOID.COUNTRY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}
SERVER = (ExtendedKeyUsageOID.SERVER_AUTH,)
LEAF = -1  # the number of a leaf's RSA key
_rsa_keys: dict[tuple[int, int], rsa.RSAPrivateKey] = {}


def make_key(kind: str = "P-256", number: int = 0) -> Key:
    """Make a key: "P-256", "P-384", "P-521", "secp256k1", "RSA 2048", "Ed25519", "Ed448", "DSA 2048".

    RSA keys take long, so the one with the same `number` is made only once.
    """
    name, _, size = kind.partition(" ")
    if name == "RSA":
        made = (int(size), number)
        if made not in _rsa_keys:
            _rsa_keys[made] = rsa.generate_private_key(65537, int(size))
        return _rsa_keys[made]
    if name == "DSA":
        return dsa.generate_private_key(int(size))
    if name in {"Ed25519", "Ed448"}:
        return ed25519.Ed25519PrivateKey.generate() if name == "Ed25519" else ed448.Ed448PrivateKey.generate()
    curves = {
        "P-256": ec.SECP256R1(),
        "P-384": ec.SECP384R1(),
        "P-521": ec.SECP521R1(),
        "secp256k1": ec.SECP256K1(),
    }
    return ec.generate_private_key(curves[name])


@dataclass(frozen=True)
class LeafCert:
    """A certificate, its key, and the intermediates up to the root, which is left out."""

    certificate: x509.Certificate
    key: Key
    issuers: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> str:
        """The certificate alone."""
        return pem(self.certificate)

    @property
    def key_pem(self) -> str:
        """The key as unencrypted PKCS#8."""
        return key_pem(self.key)

    @property
    def fingerprint(self) -> str:
        """The certificate's SHA-256, lower-case hex."""
        return self.certificate.fingerprint(SHA256()).hex()

    @property
    def chain_pem(self) -> str:
        """The certificate and its intermediates, leaf first."""
        return pem(self.certificate, *self.issuers)


@dataclass
class CA:
    """A certificate authority; without an issuer it is a root."""

    name: str = "Example Root CA"
    kind: str = "P-256"
    key: Key = field(default=None)  # type: ignore[assignment]
    certificate: x509.Certificate = field(default=None)  # type: ignore[assignment]
    issuers: tuple[x509.Certificate, ...] = ()  # its own certificate first unless it is a root, then upwards
    not_before: datetime = NOW - 5 * YEAR
    not_after: datetime = NOW + 10 * YEAR

    def __post_init__(self) -> None:
        if self.key is None:
            self.key = make_key(self.kind)
        if self.certificate is None:
            self.certificate = _ca(self.name, self.key, self.name, self.key, self.not_before, self.not_after)

    @property
    def pem(self) -> str:
        """Its certificate."""
        return pem(self.certificate)

    def issue_ca(self, name: str, kind: str = "P-256", **more: object) -> CA:
        """Make an intermediate authority."""
        key = make_key(kind, len(self.issuers) + 1)
        return self._over(name, kind, key, **more)

    def cross_sign(self, other: CA, **more: object) -> CA:
        """Return the other authority (same name, same key) with a certificate of this one."""
        return self._over(other.name, other.kind, other.key, **more)

    def _over(self, name: str, kind: str, key: Key, **more: object) -> CA:
        not_before, not_after = more.pop("not_before", NOW - 2 * YEAR), more.pop("not_after", NOW + 5 * YEAR)
        certificate = _ca(name, key, self.name, self.key, not_before, not_after, **more)  # type: ignore[arg-type]
        return CA(name, kind, key, certificate, (certificate, *self.issuers))

    def issue_cert(
        self,
        *names: str,
        kind: str = "P-256",
        key: Key | None = None,
        not_before: datetime = NOW - 10 * DAY,
        not_after: datetime = NOW + 80 * DAY,
        common_name: str | None = None,
        usages: tuple[x509.ObjectIdentifier, ...] = SERVER,
        algorithm: HashAlgorithm | None = None,
        issuer_url: str | None = None,
        extensions: tuple[x509.ExtensionType, ...] = (),
        critical: tuple[x509.ExtensionType, ...] = (),
    ) -> LeafCert:
        """Make a server's certificate for DNS names."""
        key = key or make_key(kind, LEAF)
        builder = _builder(common_name or (names[0] if names else "nobody"), key, self.name, not_before, not_after)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_authority_key_id(self.key), critical=False)
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False
            )
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        if issuer_url:
            builder = builder.add_extension(_issuer_url(issuer_url), critical=False)
        for extension in (*extensions, *critical):
            builder = builder.add_extension(extension, critical=extension in critical)
        return LeafCert(_sign(builder, self.key, algorithm), key, self.issuers)


def self_signed(*names: str, kind: str = "P-256", key: Key | None = None, ca: bool = False) -> LeafCert:
    """Make a certificate that is signed with its own key, as `openssl req -x509` does."""
    key = key or make_key(kind)
    builder = _builder(names[0], key, names[0], NOW - DAY, NOW + 364 * DAY)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return LeafCert(_sign(builder, key), key)


def signed_with_sha1(certificate: x509.Certificate, issuer_key: Key) -> x509.Certificate:
    """Return a certificate signed again with ECDSA and SHA-1, which the library itself no longer does."""
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    old, new = bytes.fromhex("300a06082a8648ce3d040302"), bytes.fromhex("300906072a8648ce3d0401")
    fields = der.first(certificate.tbs_certificate_bytes).content.replace(old, new)
    signed = der.encode(der.SEQUENCE, fields)
    signature = der.encode(der.BIT_STRING, b"\0" + issuer_key.sign(signed, ec.ECDSA(SHA1())))
    return x509.load_der_x509_certificate(der.encode(der.SEQUENCE, signed + new + signature))


def pem(*certificates: x509.Certificate) -> str:
    """Write certificates as PEM."""
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in certificates)


def key_pem(key: Key, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    """Write a key as unencrypted PEM."""
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def _name(common_name: str) -> x509.Name:
    """Return a name; a text such as "C=BE; O=GlobalSign nv-sa; CN=GlobalSign Root CA" stands for all of it."""
    if common_name.startswith("C="):
        parts = [part.split("=") for part in common_name.split("; ")]
        return x509.Name([x509.NameAttribute(_ATTRIBUTES[kind], value) for kind, value in parts])
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    subject: str, key: Key, issuer: str, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _ca(
    name: str,
    key: Key,
    issuer: str,
    issuer_key: Key,
    not_before: datetime,
    not_after: datetime,
    usages: tuple[x509.ObjectIdentifier, ...] = (),
    algorithm: HashAlgorithm | None = None,
    issuer_url: str | None = None,
    only: str | None = None,
) -> x509.Certificate:
    builder = _builder(name, key, issuer, not_before, not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_CA_USAGE, critical=True)
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    if issuer_url:
        builder = builder.add_extension(_issuer_url(issuer_url), critical=False)
    if only:
        constraint = x509.NameConstraints([x509.DNSName(only)], None)
        builder = builder.add_extension(constraint, critical=True)
    if issuer_key is not key:
        builder = builder.add_extension(_authority_key_id(issuer_key), critical=False)
    return _sign(builder, issuer_key, algorithm)


_CA_USAGE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _authority_key_id(key: Key) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _issuer_url(url: str) -> x509.AuthorityInformationAccess:
    location = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, location)]
    )


def _sign(builder: x509.CertificateBuilder, key: Key, algorithm: HashAlgorithm | None = None) -> x509.Certificate:
    edwards = isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey))
    return builder.sign(key, None if edwards else algorithm or SHA256())  # type: ignore[arg-type]
