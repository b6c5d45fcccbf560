"""Private keys are radioactive: after a full run their bytes are nowhere but in the edge's own state."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.authority import CA, LeafCert
from tests.e2e.product import Product, fresh, until_served

NAME = "canary.example.com"


def traces(issued: LeafCert) -> list[bytes]:
    """Return what would give a key away: its number, and its encodings as bytes, base64 and hex."""
    der = issued.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    number = issued.key.private_numbers().private_value.to_bytes(32, "big")  # type: ignore[union-attr]
    pem_lines = issued.key_pem.splitlines()[1:3]  # the third is of the public half, which certificates show, too
    encoded = base64.b64encode(number)[4:-4], number.hex().encode(), base64.b64encode(der)[60:100]
    return [number, *encoded, *(line.encode() for line in pem_lines)]


def holding(folder: Path, secrets: list[bytes]) -> list[str]:
    """Return the files below a folder that hold one of the secrets."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(str(path.relative_to(folder)) for path in files if any(s in path.read_bytes() for s in secrets))


def test_key_is_only_in_the_edges_own_state(product: Product) -> None:
    """No answer, log, database or file holds a key, but the edge's bundle, which only its owner can read."""
    ca = CA("Canary Root")
    first, second, broken = (fresh(ca, NAME) for _ in range(3))
    product.app("canary")
    product.call("POST", "/apps/canary/domains", {"hostname": NAME})
    path = "/apps/canary/ssl-endpoints"
    answers = [product.ask("POST", path, first)]
    path = f"{path}/{answers[0].body['name']}"
    until_served(product, NAME, first.fingerprint)
    answers += [
        product.ask("PATCH", path, second),
        product.ask("PATCH", path, {"rollback": True}),
        product.ask("PATCH", path, {"certificate_chain": broken.pem, "private_key": first.key_pem}),
        product.ask("PATCH", path, {"certificate_chain": broken.key_pem, "private_key": broken.pem[:300]}),
        product.ask("POST", "/certificates/inspect", {"certificate_chain": broken.key_pem + broken.pem}),
        product.ask("GET", path),
        product.ask("GET", f"{path}/versions"),
    ]
    until_served(product, NAME, first.fingerprint)
    secrets = [trace for issued in (first, second, broken) for trace in traces(issued)]
    told = "".join(json.dumps(answer.body) for answer in answers).encode() + product.output().encode()
    found = holding(product.state, secrets)

    assert [] == [secret for secret in secrets if secret in told]
    assert [] == [path for path in found if not path.startswith("edge/")]
    assert 1 == len(found), found
    assert 0o600 == (product.state / found[0]).stat().st_mode & 0o777
