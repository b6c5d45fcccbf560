"""Damaged uploads: ten thousand of them, always the same ones."""

from __future__ import annotations

import base64
import time
from random import Random

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, serialize_key_and_certificates

from chalicelib.errors import SSLEndpointError
from chalicelib.x509 import bundle, chain, der, trust
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.paths import empty_pool
from tests.authority import CA, NOW, self_signed
from tests.unit.x509.forms import pkcs12_file

ROOT = CA()
CA_1 = ROOT.issue_ca("Example Intermediate")
ANCHORS = trust.Anchors([Certificate(ROOT.certificate)])
LEAF = CA_1.issue_cert("www.example.com", "*.example.com", issuer_url="http://ca.example.com/ca.crt")
SECONDS = 1.0  # of CPU, for one upload
ROUNDS = 800  # of each of the fifteen tests below


def serve(text: str, key: str, pass_phrase: str | None = None) -> chain.Chain | None:
    """Do everything that is done with an upload, and quickly; None if it is refused with a sentence."""
    started = time.process_time()
    try:
        sent = bundle.read(text, key, pass_phrase)
        served = chain.build(sent, ANCHORS, empty_pool, NOW)
        trust.judge(served.certificates, ANCHORS, NOW)
        assert [each.facts for each in served.certificates]
        assert len(served.changes) >= len(served.certificates)
    except SSLEndpointError:
        return None
    finally:
        assert time.process_time() - started < SECONDS
    return served


def damaged(written: bytes, random: Random) -> bytes:
    """Return the bytes with one to four of them changed, left out or doubled."""
    changed = bytearray(written)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(changed))
        match random.randrange(4):
            case 0:
                changed[place] ^= 1 << random.randrange(8)
            case 1:
                changed[place] = random.randrange(256)
            case 2:
                del changed[place]
            case 3:
                changed[place:place] = changed[place : place + random.randint(1, 8)]
    return bytes(changed)


def encoded(written: bytes) -> str:
    """Return base64."""
    return base64.b64encode(written).decode()


def pem_of(written: bytes, label: str) -> str:
    """Return PEM."""
    return f"-----BEGIN {label}-----\n{encoded(written)}\n-----END {label}-----\n"


@pytest.mark.parametrize("part", ["leaf", "intermediate"])
def test_damaged_certificate(part: str) -> None:
    """A damaged certificate is left out, refused or untrusted, unless what its authority signed is whole."""
    random = Random(f"certificate {part}")
    whole = {"leaf": LEAF.certificate, "intermediate": CA_1.certificate}[part].public_bytes(Encoding.DER)
    signed = {each.tbs_certificate_bytes for each in (LEAF.certificate, CA_1.certificate)}
    other = CA_1.pem if part == "leaf" else LEAF.pem
    for _ in range(ROUNDS):
        served = serve(other + pem_of(damaged(whole, random), "CERTIFICATE"), LEAF.key_pem)
        if served is not None and trust.judge(served.certificates, ANCHORS, NOW).trusted:
            assert {each.loaded.tbs_certificate_bytes for each in served.certificates} == signed


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("kind", ["P-256", "RSA 2048"])
def test_damaged_key(kind: str, form: PrivateFormat) -> None:
    """A damaged private key is refused, unless it is still the same key."""
    random = Random(f"key {kind} {form}")
    leaf = CA_1.issue_cert("www.example.com", kind=kind)
    whole = leaf.key.private_bytes(Encoding.DER, form, NoEncryption())
    for _ in range(ROUNDS):
        served = serve(leaf.chain_pem, pem_of(damaged(whole, random), "PRIVATE KEY"))
        if served is not None:
            assert leaf.key_pem.encode() == served.key.pem()


def test_damaged_text() -> None:
    """A text with characters changed, left out and doubled is refused or served."""
    random = Random("text")
    whole = (LEAF.chain_pem + ROOT.pem + LEAF.key_pem).encode()
    for _ in range(ROUNDS):
        serve(damaged(whole, random).decode("latin-1"), LEAF.key_pem)


def test_cut_and_swapped_text() -> None:
    """A text that is cut off, or whose pieces are swapped, is refused or served."""
    random = Random("pieces")
    whole = LEAF.chain_pem + LEAF.key_pem + ROOT.pem
    for _ in range(ROUNDS):
        cuts = sorted(random.randrange(len(whole)) for _ in range(random.randint(1, 4)))
        pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
        serve("".join(random.sample(pieces, random.randint(1, len(pieces)))), LEAF.key_pem)


def test_damaged_pkcs7() -> None:
    """A damaged PKCS#7 file is refused or served."""
    random = Random("pkcs7")
    whole = pkcs7.serialize_certificates([LEAF.certificate, CA_1.certificate], Encoding.DER)
    for _ in range(ROUNDS):
        serve(encoded(damaged(whole, random)), LEAF.key_pem)


def test_damaged_pkcs12() -> None:
    """A damaged PKCS#12 file is refused or served."""
    random = Random("pkcs12")
    plain = base64.b64decode(pkcs12_file(LEAF.key, LEAF.certificate, CA_1.certificate))
    for _ in range(ROUNDS):
        serve(encoded(damaged(plain, random)), LEAF.key_pem)


@pytest.mark.parametrize("method", list(PBES))
def test_damaged_encrypted_pkcs12(method: PBES) -> None:
    """A damaged PKCS#12 file with a pass phrase is refused or served."""
    random = Random(f"pkcs12 {method}")
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1).key_cert_algorithm(method)
    hidden = builder.hmac_hash(SHA1()).build(b"secret")
    whole = serialize_key_and_certificates(b"a", LEAF.key, LEAF.certificate, [CA_1.certificate], hidden)
    for _ in range(ROUNDS):
        serve(encoded(damaged(whole, random)), LEAF.key_pem, "secret")


@pytest.mark.parametrize("kind", ["P-256", "RSA 2048"])
def test_damaged_encrypted_key(kind: str) -> None:
    """A damaged key with a pass phrase is refused, unless it is still the same key."""
    random = Random(f"encrypted key {kind}")
    leaf = CA_1.issue_cert("www.example.com", kind=kind)
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1)
    whole = _shrouded_key(serialize_key_and_certificates(b"a", leaf.key, None, None, builder.build(b"secret")))
    for _ in range(ROUNDS):
        served = serve(leaf.chain_pem, pem_of(damaged(whole, random), "ENCRYPTED PRIVATE KEY"), "secret")
        if served is not None:
            assert leaf.key_pem.encode() == served.key.pem()


def _shrouded_key(file: bytes) -> bytes:
    """Return the EncryptedPrivateKeyInfo of a PKCS#12 file that has nothing else."""
    _, authenticated, *_ = der.first(file).children()
    for safe in der.first(authenticated.children()[1].children()[0].content).children():
        for bag in der.first(safe.children()[1].children()[0].content).children():
            return bag.children()[1].content
    raise AssertionError("there is no key")


def test_damaged_self_signed() -> None:
    """A damaged self-signed certificate is never trusted."""
    random = Random("self-signed")
    leaf = self_signed("a.example.com")
    whole = leaf.certificate.public_bytes(Encoding.DER)
    for _ in range(ROUNDS):
        served = serve(encoded(damaged(whole, random)), leaf.key_pem)
        assert served is None or not trust.judge(served.certificates, ANCHORS, NOW).trusted
