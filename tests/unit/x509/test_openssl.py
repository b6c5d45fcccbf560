"""Files as the openssl command writes them."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib.errors import BadCertificate
from chalicelib.x509 import bundle
from tests.authority import CA

CA_1 = CA().issue_ca("Intermediate")
LEAF = CA_1.issue_cert("www.example.com")
CHAIN = {each.public_bytes(Encoding.DER) for each in (LEAF.certificate, CA_1.certificate)}
EXPORT = "pkcs12 -export -in leaf.pem -inkey key.pem -certfile ca.pem"
SECONDS = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the certificates and the key as files."""
    made = tmp_path_factory.mktemp("openssl")
    for name, text in {"leaf.pem": LEAF.pem, "ca.pem": CA_1.pem, "key.pem": LEAF.key_pem}.items():
        (made / name).write_text(text)
    return made


def openssl(folder: Path, command: str) -> bytes:
    """Return what `openssl` writes."""
    return subprocess.run(
        ["openssl", *command.split()], cwd=folder, capture_output=True, timeout=SECONDS, check=True
    ).stdout


@pytest.mark.parametrize(
    ("how", "pass_phrase"),
    [("", "secret"), ("", ""), ("-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1", "secret")],
)
def test_pkcs12(folder: Path, how: str, pass_phrase: str) -> None:
    """A PKCS#12 file opens with its pass phrase, and with none if that is empty."""
    written = openssl(folder, f"{EXPORT} {how} -passout pass:{pass_phrase}")
    sent = bundle.read(base64.b64encode(written).decode(), None, pass_phrase)

    assert CHAIN == {each.der for each in sent.certificates}
    assert [LEAF.key_pem.encode()] == [key.pem() for key in sent.keys]
    assert () == sent.unread


@pytest.mark.parametrize("pass_phrase", ["wrong", "", None])
def test_pkcs12_with_another_pass_phrase(folder: Path, pass_phrase: str | None) -> None:
    """Otherwise the error says what to send, and how to unpack the file."""
    written = openssl(folder, f"{EXPORT} -passout pass:secret")
    with pytest.raises(BadCertificate, match="send the right `pass_phrase`, or unpack it with `openssl pkcs12"):
        bundle.read(base64.b64encode(written).decode(), None, pass_phrase)


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_pkcs7(folder: Path, form: str) -> None:
    """A PKCS#7 file is read as PEM, and as base64 of DER."""
    written = openssl(folder, f"crl2pkcs7 -nocrl -certfile leaf.pem -certfile ca.pem -outform {form}")
    text = written.decode() if form == "PEM" else base64.encodebytes(written).decode()

    assert CHAIN == {each.der for each in bundle.read(text).certificates}


@pytest.mark.parametrize("options", ["-text", "-trustout -addtrust serverAuth"])
def test_certificate(folder: Path, options: str) -> None:
    """The text in front of a certificate, and the trust behind it, do not matter."""
    text = openssl(folder, f"x509 -in leaf.pem {options}").decode()

    assert [LEAF.certificate] == [each.loaded for each in bundle.read(text).certificates]


@pytest.mark.parametrize("command", ["ec -in key.pem", "pkcs8 -topk8 -nocrypt -in key.pem"])
def test_key(folder: Path, command: str) -> None:
    """A key is read as SEC 1 and as PKCS#8."""
    sent = bundle.read(LEAF.pem, openssl(folder, command).decode())

    assert [LEAF.key_pem.encode()] == [key.pem() for key in sent.keys]
