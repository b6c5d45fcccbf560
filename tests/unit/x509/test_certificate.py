"""One certificate, described."""

from __future__ import annotations

from dataclasses import asdict

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chalicelib.errors import BadCertificate
from chalicelib.x509 import distinguished_name
from chalicelib.x509.anchors import readable
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.facts import Key
from tests.authority import CA, DAY, NOW, LeafCert, self_signed

ROOT = CA()
CA_1 = ROOT.issue_ca("Intermediate")
LEAF = CA_1.issue_cert("www.Example.com", "*.example.com", issuer_url="http://ca.example.com/1.crt")


def view(leaf: LeafCert | CA) -> Certificate:
    """Read a certificate as it is read from an upload."""
    return Certificate.load(leaf.certificate.public_bytes(Encoding.DER))


class TestFacts:
    """facts."""

    def test_leaf(self) -> None:
        """Everything that users are shown is there."""
        facts = view(LEAF).facts

        assert {
            "subject": "C=US; O=Example; CN=www.Example.com",
            "issuer": "C=US; O=Example; CN=Intermediate",
            "names": ("www.example.com", "*.example.com"),
            "starts_at": NOW - 10 * DAY,
            "expires_at": NOW + 80 * DAY,
            "serial": f"{LEAF.certificate.serial_number:x}",
            "fingerprint": LEAF.fingerprint,
            "key": {"type": "EC", "bits": 256, "curve": "P-256"},
            "signature": "ecdsa-with-SHA256",
            "self_signed": False,
            "is_ca": False,
            "common_names": ("www.Example.com",),
        } == asdict(facts)

    @pytest.mark.parametrize(
        ("kind", "key", "name"),
        [
            ("P-521", Key("EC", 521, "P-521"), "EC P-521"),
            ("RSA 2048", Key("RSA", 2048), "RSA 2048"),
            ("DSA 2048", Key("DSA", 2048), "DSA 2048"),
            ("Ed25519", Key("Ed25519"), "Ed25519"),
            ("Ed448", Key("Ed448"), "Ed448"),
            ("secp256k1", Key("EC", 256, "secp256k1"), "EC secp256k1"),
        ],
    )
    def test_key(self, kind: str, key: Key, name: str) -> None:
        """The key's type and size are values, and are named as people name them."""
        facts = view(CA_1.issue_cert("www.example.com", kind=kind)).facts

        assert (key, name) == (facts.key, facts.key.name)

    def test_root(self) -> None:
        """A root is self-signed and an authority."""
        facts = view(ROOT).facts

        assert (True, True) == (facts.self_signed, facts.is_ca)

    def test_self_issued_is_not_self_signed(self) -> None:
        """A certificate with its issuer's name, but another key, is not self-signed."""
        namesake = ROOT.issue_ca(ROOT.name)

        assert (True, False) == (view(namesake).self_issued, view(namesake).self_signed)

    def test_issuer_urls(self) -> None:
        """Where the issuer's certificate is said to be."""
        assert ("http://ca.example.com/1.crt",) == view(LEAF).issuer_urls
        assert () == view(CA_1.issue_cert("www.example.com", issuer_url="file:///etc/passwd")).issuer_urls

    def test_odd_serial_numbers(self) -> None:
        """Serial number 0, as some of Mozilla's roots have it, warns nobody."""
        root = next(each for each in readable(certifi.contents()) if each.facts.serial == "0")

        assert root.self_signed


class TestNames:
    """Names that were made to be read wrongly."""

    @pytest.mark.parametrize(
        ("common_name", "shown"),
        [
            ("a\0b", "CN=a\\x00b"),
            ("a\r\nSet-Cookie: b", "CN=a\\x0d\\x0aSet-Cookie: b"),
            ("a; CN=b", "CN=a\\; CN=b"),
            ("a\u202eb", "CN=a\\x202eb"),
            ("bücher 日本", "CN=bücher 日本"),
        ],
    )
    def test_subject(self, common_name: str, shown: str) -> None:
        """What could break a line, hide itself or look like another field is written visibly."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

        assert shown == distinguished_name.text(name.public_bytes())
        assert shown.isprintable()

    def test_long_subject(self) -> None:
        """A very long subject is cut."""
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "x" * 60)] * 100)

        assert distinguished_name.LONGEST + 1 == len(distinguished_name.text(name.public_bytes()))

    def test_common_names(self) -> None:
        """All of a subject's common names are given, safe to show; nothing of another field is one."""
        names = ["www.example.com", "a; CN=b", "a\nb", "x" * 64]
        attributes = [x509.NameAttribute(NameOID.COMMON_NAME, each) for each in names]
        organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "y; CN=z")
        found = distinguished_name.common_names(x509.Name([organization, *attributes]).public_bytes())

        assert ("www.example.com", "a; CN=b", "a\\x0ab", "x" * 64) == found

    def test_many_common_names(self) -> None:
        """A few of thousands are enough."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")] * 1000)

        assert 5 == len(distinguished_name.common_names(name.public_bytes()))

    def test_several_values(self) -> None:
        """The parts of one relative name are joined with a plus."""
        parts = [x509.NameAttribute(NameOID.COMMON_NAME, each) for each in ("a", "b")]

        assert "CN=a + CN=b" == distinguished_name.text(
            x509.Name([x509.RelativeDistinguishedName(parts)]).public_bytes()
        )

    @pytest.mark.parametrize("name", [b"", b"0", b"0\x031\x010", b"0\x051\x030\x010", b"\x02\x01\x05"])
    def test_malformed_subject(self, name: bytes) -> None:
        """What is no name has a text all the same."""
        assert distinguished_name.UNREADABLE == distinguished_name.text(name)
        assert not distinguished_name.is_plain(name)
        assert () == distinguished_name.common_names(name)

    def test_attributes(self) -> None:
        """Attributes are shown by their short names, unknown ones by their number."""
        kinds = {
            NameOID.COUNTRY_NAME: "C",
            NameOID.STATE_OR_PROVINCE_NAME: "ST",
            NameOID.LOCALITY_NAME: "L",
            NameOID.ORGANIZATION_NAME: "O",
            NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
            NameOID.EMAIL_ADDRESS: "emailAddress",
            NameOID.DOMAIN_COMPONENT: "DC",
            NameOID.USER_ID: "UID",
            NameOID.JURISDICTION_COUNTRY_NAME: "jurisdictionC",
            NameOID.BUSINESS_CATEGORY: "businessCategory",
            x509.ObjectIdentifier("1.2.840.113549.1.9.2"): "1.2.840.113549.1.9.2",
            x509.ObjectIdentifier("2.999.1"): "2.999.1",
        }
        name = x509.Name([x509.NameAttribute(kind, "xx") for kind in kinds])

        assert "; ".join(f"{short}=xx" for short in kinds.values()) == distinguished_name.text(name.public_bytes())

    @pytest.mark.parametrize(
        "name", ["a\0.example.com", "a\r\n.example.com", "a b.example.com", "..", "*a.example.com"]
    )
    def test_strange_san(self, name: str) -> None:
        """A SAN that is no hostname is not listed, and an edge is not given the certificate."""
        leaf = view(CA_1.issue_cert("www.example.com", name))

        assert ("www.example.com",) == leaf.names
        assert not leaf.plain

    def test_underscore(self) -> None:
        """An underscore, which browsers take, is listed."""
        leaf = view(CA_1.issue_cert("my_app.example.com"))

        assert ("my_app.example.com",) == leaf.names
        assert leaf.plain


class TestSignedBy:
    """signed_by()."""

    def test_issuer(self) -> None:
        """A certificate is signed by its issuer and by nobody else."""
        assert view(LEAF).signed_by(view(CA_1))
        assert not view(LEAF).signed_by(view(ROOT))
        assert not view(LEAF).signed_by(view(ROOT.issue_ca("Intermediate")))

    @pytest.mark.parametrize("kind", ["P-384", "P-521", "RSA 2048", "Ed25519"])
    def test_kinds(self, kind: str) -> None:
        """Signatures of every supported kind are checked."""
        authority = ROOT.issue_ca("Another", kind)

        assert view(authority.issue_cert("www.example.com")).signed_by(view(authority))

    @pytest.mark.parametrize("kind", ["secp256k1", "Ed448"])
    def test_unsupported(self, kind: str) -> None:
        """Signatures of kinds that no browser takes count as wrong."""
        authority = ROOT.issue_ca("Another", kind)

        assert not view(authority.issue_cert("www.example.com")).signed_by(view(authority))


class TestLoad:
    """load()."""

    @pytest.mark.parametrize("encoded", [b"", b"0", b"0\x03\x02\x01\x05", b"hello"])
    def test_damaged(self, encoded: bytes) -> None:
        """What is no certificate is refused."""
        with pytest.raises(BadCertificate, match="damaged"):
            Certificate.load(encoded)

    def test_equality(self) -> None:
        """Two readings of one certificate are equal and have one hash."""
        assert {view(LEAF)} == {view(LEAF), view(LEAF)}
        assert view(LEAF) != view(CA_1)

    def test_pem(self) -> None:
        """PEM is written as everybody writes it."""
        assert LEAF.pem == view(LEAF).pem()

    def test_canonical_public_key(self) -> None:
        """The public key is its canonical SubjectPublicKeyInfo, so that it can be compared with a key's."""
        leaf = view(self_signed("a.example.com"))

        assert leaf.spki == leaf.encoded_spki
