"""Every file of cryptography's own test vectors, as a chain and as a key."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path

import cryptography_vectors
import pytest

from chalicelib.errors import SSLEndpointError
from chalicelib.x509 import bundle, chain, trust
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.paths import empty_pool
from tests.authority import CA, NOW

ROOT = CA()
ANCHORS = trust.Anchors([Certificate(ROOT.certificate)])
LEAF = ROOT.issue_cert("www.example.com")
FOLDERS = (
    "x509",
    "pkcs7",
    "pkcs12",
    "asymmetric/PKCS8",
    "asymmetric/Traditional_OpenSSL_Serialization",
    "asymmetric/DER_Serialization",
    "asymmetric/PEM_Serialization",
    "asymmetric/OpenSSH",
)
ENCRYPTED = ("pkcs12", "asymmetric/PKCS8", "asymmetric/Traditional_OpenSSL_Serialization")
PASS_PHRASES = (None, "cryptography", "password")
SECONDS = 1.0


def files(folder: str) -> Iterator[tuple[str, str]]:
    """Return the name and the text of every file: as it is, or as base64 if it is binary."""
    for path in sorted((Path(cryptography_vectors.__file__).parent / folder).rglob("*")):
        if path.is_file() and path.suffix != ".py":
            written = path.read_bytes()
            is_text = re.fullmatch(rb"[\t\n\r -~\x80-\xff]*", written) is not None and b"-----" in written
            yield path.name, written.decode("latin-1") if is_text else base64.b64encode(written).decode()


def pass_(text: str, key: str | None, pass_phrase: str | None) -> str:
    """Do everything that is done with an upload; return its outcome."""
    try:
        sent = bundle.read(text, key, pass_phrase)
        served = chain.build(sent, ANCHORS, empty_pool, NOW) if sent.keys else None
        served = served or chain.inspect(sent, ANCHORS, empty_pool, NOW)  # type: ignore[assignment]
        assert served is not None
        trust.judge(served.certificates, ANCHORS, NOW)
        assert [each.facts for each in served.certificates]
    except SSLEndpointError:
        return "refused"
    return "served"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_served_or_refused(folder: str) -> None:
    """No file raises anything but an error with a sentence, whichever field it is in, and none takes a second."""
    outcomes = []
    for name, text in files(folder):
        for chain_text, key_text in ((text, None), (text, LEAF.key_pem), (LEAF.pem, text), (text, text)):
            for pass_phrase in PASS_PHRASES if folder in ENCRYPTED else PASS_PHRASES[:1]:
                start = time.process_time()
                outcomes.append(pass_(chain_text, key_text, pass_phrase))
                took = time.process_time() - start

                assert took < SECONDS, f"{name} took {took:.2f} s"

    assert set(outcomes) <= {"served", "refused"}
    assert outcomes
