"""Thousands of odd certificates and keys, sent over the API: each gets a 4xx with a sentence, quickly."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import cryptography_vectors
import pytest

from tests.functional.conftest import Api

VECTORS = Path(cryptography_vectors.__file__).parent
FOLDERS = ("x509", "asymmetric/PKCS8", "asymmetric/Traditional_OpenSSL_Serialization", "pkcs7", "pkcs12")
ANSWERS = {200, 201, 413, 422}
SECONDS = 1.0


def texts(folder: str) -> list[tuple[str, str]]:
    """Return every file below a folder as a client would send it: text as it is, anything else as base64."""
    found = []
    for path in sorted((VECTORS / folder).rglob("*")):
        if path.is_file() and path.suffix not in {".py", ".txt", ".md"}:
            content = path.read_bytes()
            is_text = content.isascii() and b"-----BEGIN" in content
            found.append((path.name, content.decode() if is_text else base64.b64encode(content).decode()))
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_vector_is_answered(example: Api, folder: str) -> None:
    """As certificate and as key at once, no file causes a 500 or takes a second."""
    strange, slow = {}, {}
    for name, text in texts(folder):
        both = {"certificate_chain": text, "private_key": text}
        for body in (both, {**both, "pass_phrase": "cryptography", "preprocess": False}):
            if folder == "x509" and "pass_phrase" in body:
                continue  # they are many, and none has a pass phrase
            started = time.process_time()
            answer = example.call("POST", "/apps/example/ssl-endpoints", body)
            took = time.process_time() - started
            if answer.status not in ANSWERS or not (answer.body.get("message") or answer.body.get("id")):
                strange[name] = answer
            if took > SECONDS:
                slow[name] = took
            if answer.status == 201:
                example.call("DELETE", f"/apps/example/ssl-endpoints/{answer.body['name']}")

    assert {} == strange
    assert {} == slow
