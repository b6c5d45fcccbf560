"""Opening what a user sent."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chalicelib.errors import BadCertificate, BadKey, Invalid, SSLEndpointError, TooLarge
from chalicelib.x509 import bundle
from tests.authority import CA, Key, key_pem, make_key, pem
from tests.unit.x509.forms import FORMS, KEY_FORMS, pkcs12_file

ROOT = CA()
CA_1 = ROOT.issue_ca("Intermediate")
LEAF = CA_1.issue_cert("www.example.com")
CHAIN = [LEAF.certificate, CA_1.certificate]


def encrypted(key: Key, form: PrivateFormat) -> str:
    """Write a key that needs the pass phrase "secret"."""
    return key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"secret")).decode()


def request() -> str:
    """Write a certificate signing request."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(LEAF.certificate.subject)
    return builder.sign(LEAF.key, SHA256()).public_bytes(Encoding.PEM).decode()


def public_key() -> str:
    """Write a public key."""
    return LEAF.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def openssh_key() -> str:
    """Write a private key as ssh-keygen does."""
    return LEAF.key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def block(label: str) -> str:
    """Write a block whose content does not matter."""
    return f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n"


class TestShapes:
    """Everything that is accepted."""

    @pytest.mark.parametrize("form", FORMS)
    def test_certificates(self, form: str) -> None:
        """Certificates are found in any shape, and no block is left over."""
        sent = bundle.read(FORMS[form](CHAIN))

        assert {each.public_bytes(Encoding.DER) for each in CHAIN} == {each.der for each in sent.certificates}
        assert () == sent.unread
        assert not sent.holds_private_key

    @pytest.mark.parametrize("kind", ["P-256", "P-384", "P-521", "RSA 2048", "RSA 3072", "RSA 4096"])
    @pytest.mark.parametrize("form", KEY_FORMS)
    def test_keys(self, form: str, kind: str) -> None:
        """Keys are found in any shape and come out as PKCS#8."""
        key = make_key(kind)
        (found,) = bundle.read(LEAF.pem, KEY_FORMS[form](key)).keys

        assert key_pem(key).encode() == found.pem()
        assert found.facts.name.endswith(kind)

    @pytest.mark.parametrize(
        ("chain_text", "key_text"),
        [
            (LEAF.pem + LEAF.key_pem, None),
            (LEAF.pem + LEAF.key_pem, ""),
            (LEAF.key_pem + LEAF.pem, LEAF.key_pem),
            ("", LEAF.key_pem + LEAF.pem),
            (LEAF.key_pem, LEAF.pem),
            (pkcs12_file(LEAF.key, LEAF.certificate), ""),
            ("", pkcs12_file(LEAF.key, LEAF.certificate)),
            (LEAF.pem, block("EC PARAMETERS") + LEAF.key_pem),
        ],
    )
    def test_any_field(self, chain_text: str, key_text: str | None) -> None:
        """Certificate and key may be in one file, or each in the other's place."""
        sent = bundle.read(chain_text, key_text)

        assert [LEAF.certificate] == [each.loaded for each in sent.certificates]
        assert [LEAF.key_pem.encode()] == [key.pem() for key in sent.keys]
        assert () == sent.unread
        assert sent.holds_private_key

    @pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
    @pytest.mark.parametrize("kind", ["P-256", "RSA 2048"])
    def test_encrypted_key(self, kind: str, form: PrivateFormat) -> None:
        """An encrypted key is opened with its pass phrase."""
        key = make_key(kind)
        sent = bundle.read(LEAF.pem, encrypted(key, form), "secret")

        assert [key_pem(key).encode()] == [each.pem() for each in sent.keys]

    def test_text(self) -> None:
        """The chain's text is kept only if it holds nothing but certificates, as PEM."""
        assert LEAF.chain_pem == bundle.read(LEAF.chain_pem).text
        assert "" == bundle.read(LEAF.chain_pem + LEAF.key_pem).text
        assert "" == bundle.read(FORMS["PKCS#7 DER"](CHAIN)).text

    def test_repetitions(self) -> None:
        """What was sent twice is one certificate, but was sent twice."""
        sent = bundle.read(LEAF.pem + LEAF.pem, LEAF.key_pem * 2 + LEAF.pem)

        assert (1, 2, 1) == (len(sent.certificates), len(sent.sent), len(sent.keys))


class TestBadBlocks:
    """Blocks that are neither certificate nor key."""

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            (request(), "certificate signing request"),
            (public_key(), "public key"),
            (openssh_key(), "OpenSSH"),
            (encrypted(LEAF.key, PrivateFormat.PKCS8), "`openssl pkey -in server.key -out server.key.plain`"),
            (encrypted(LEAF.key, PrivateFormat.TraditionalOpenSSL), "`openssl pkey -in server.key -out"),
            (block("PGP MESSAGE"), "PGP"),
            (block("X509 CRL"), "cut off or damaged"),
            (block("PRIVATE KEY"), "damaged"),
            (block("CERTIFICATE"), "damaged"),
            (LEAF.pem[:-40], "cut off"),
            (LEAF.pem[:200] + LEAF.pem[260:], "damaged"),
            (LEAF.key_pem[:60] + LEAF.key_pem[64:], "damaged"),
        ],
    )
    def test_named_by_number(self, text: str, word: str) -> None:
        """A bad block spoils nothing: it is named by its number and field, and by what it looks like."""
        sent = bundle.read(CA_1.pem + text + CA_1.pem, LEAF.key_pem)

        assert [CA_1.certificate] == [each.loaded for each in sent.certificates]
        (unread,) = sent.unread
        assert 2 == unread.number
        assert unread.sentence.startswith("Block 2 of certificate_chain: ")
        assert word in unread.sentence
        assert unread.sentence.endswith(".")

    def test_revocation_list(self) -> None:
        """A certificate revocation list is recognised."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(CA_1.certificate.subject)
        builder = builder.last_update(CA_1.not_before).next_update(CA_1.not_after)
        text = builder.sign(CA_1.key, SHA256()).public_bytes(Encoding.PEM).decode()

        assert "CRL" in bundle.read(LEAF.pem + text).unread[0].sentence

    @pytest.mark.parametrize(
        ("key_text", "word"),
        [
            (request(), "signing request"),
            (public_key(), "public key"),
            (openssh_key(), "ssh-keygen -p -m PKCS8"),
            (encrypted(LEAF.key, PrivateFormat.PKCS8), "openssl pkey -in server.key -out server.key.plain"),
            (LEAF.pem, "No valid"),
            ("", "No valid"),
            ("something", "neither a certificate nor a key"),
        ],
    )
    def test_no_key(self, key_text: str, word: str) -> None:
        """Where a key was sent and none can be used, the error says what was sent instead."""
        with pytest.raises(BadKey) as caught:
            bundle.read(LEAF.pem, key_text)

        assert caught.value.message.startswith("No valid, non-passphrase-protected keys given.")
        assert word in caught.value.message

    @pytest.mark.parametrize("text", ["", "hello", request(), LEAF.key_pem, "\0", "\ud800", "MIIB", "é" * 100])
    def test_no_certificate(self, text: str) -> None:
        """Without a certificate the error says so, and what was sent instead."""
        with pytest.raises(BadCertificate, match=r"^No certificate given\."):
            bundle.read(text, LEAF.key_pem)

    def test_wrong_pass_phrase(self) -> None:
        """A wrong pass phrase is told as such."""
        with pytest.raises(BadKey, match="does not open with the pass phrase"):
            bundle.read(LEAF.pem, encrypted(LEAF.key, PrivateFormat.PKCS8), "wrong")

    @pytest.mark.parametrize(
        "text",
        [LEAF.key_pem, LEAF.key_pem[:90], encrypted(LEAF.key, PrivateFormat.PKCS8), openssh_key()],
        ids=["a key", "a part of one", "an encrypted one", "one of OpenSSH"],
    )
    def test_key_is_noticed(self, text: str) -> None:
        """A private key among certificates is noticed even if it cannot be read."""
        assert bundle.read(LEAF.pem + text).holds_private_key

    @pytest.mark.parametrize("kind", ["RSA 1024", "RSA 5120", "secp256k1", "Ed448", "DSA 2048"])
    def test_unserved_keys(self, kind: str) -> None:
        """Keys of a type or size that edges or browsers do not take are refused by name."""
        with pytest.raises(BadKey) as caught:
            bundle.read(LEAF.pem, key_pem(make_key(kind)))

        assert kind.removesuffix(" 2048") in caught.value.message
        assert "2048 to 4096" in caught.value.message

    def test_errors_never_quote_keys(self) -> None:
        """An error about a damaged key does not repeat it, nor does what caused it."""
        text = LEAF.key_pem.replace("M", "N", 2)
        with pytest.raises(SSLEndpointError) as caught:
            bundle.read("", text)

        assert not any(line in repr(caught.value.__cause__) + str(caught.value) for line in text.splitlines())


class TestLimits:
    """What is too much."""

    def test_size(self) -> None:
        """A field has at most 256 KB."""
        with pytest.raises(TooLarge, match="256 KB"):
            bundle.read(LEAF.pem + " " * bundle.LARGEST)

    def test_blocks(self) -> None:
        """A field has at most so many blocks."""
        with pytest.raises(Invalid, match="blocks"):
            bundle.read(block("X") * (bundle.MOST_BLOCKS + 1))

    def test_certificates(self) -> None:
        """At most 64 certificates can be sent."""
        each = [ROOT.issue_cert(f"{number}.example.com").certificate for number in range(bundle.MOST_CERTIFICATES)]

        assert bundle.MOST_CERTIFICATES == len(bundle.read(pem(*each)).certificates)
        with pytest.raises(Invalid, match="At most 64 certificates"):
            bundle.read(pem(*each, LEAF.certificate))

    def test_keys(self) -> None:
        """At most 20 keys can be sent."""
        keys = "".join(key_pem(make_key()) for _ in range(bundle.MOST_KEYS + 1))
        with pytest.raises(Invalid, match="20 private keys"):
            bundle.read(LEAF.pem, keys)

    def test_names(self) -> None:
        """A certificate for more than 1,000 names is refused by number."""
        names = [f"{number}.example.com" for number in range(1001)]
        with pytest.raises(BadCertificate, match="more than 1000 domains"):
            bundle.read(ROOT.issue_cert(*names).pem)

        assert 1000 == len(bundle.read(ROOT.issue_cert(*names[1:]).pem).certificates[0].names)

    def test_large_certificate(self) -> None:
        """A certificate of more than 64 KB is refused."""
        large = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), bytes(66_000))
        with pytest.raises(BadCertificate, match="64 KB"):
            bundle.read(ROOT.issue_cert("www.example.com", extensions=(large,)).pem)

    def test_sentences(self) -> None:
        """An error speaks of the first few bad blocks only."""
        with pytest.raises(BadCertificate) as caught:
            bundle.read(block("PGP MESSAGE") * 50)

        assert 3 == caught.value.message.count("Block ")


def test_base64_of_binary_keys_in_one_field() -> None:
    """A DER key that was sent as base64 with line ends is read."""
    written = LEAF.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    assert 1 == len(bundle.read(LEAF.pem, base64.encodebytes(written).decode()).keys)
