"""Uploads that were made to take long."""

from __future__ import annotations

import base64
import ipaddress
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, serialize_key_and_certificates

from bench.clock import here, line, title
from chalicelib.errors import SSLEndpointError
from chalicelib.x509 import bundle, chain, trust
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.encryption import ITERATIONS
from chalicelib.x509.paths import empty_pool
from tests.authority import CA, NOW, key_pem, make_key, pem

RUNS = 5
TEXT, GRAPH, PASS_PHRASE = 50.0, 100.0, 1000.0  # targets
SIZE = bundle.LARGEST
ROOT = CA()
LEAF = ROOT.issue_cert("www.example.com")


@dataclass(frozen=True)
class Case:
    """One upload and what it may cost."""

    name: str
    target: float
    text: str
    key: str | None = None
    pass_phrase: str | None = None
    anchors: trust.Anchors | None = None


def run() -> bool:
    """Print the table; return whether all targets are met."""
    title("Hostile uploads")
    return all([line(case.name, here(_ingestion(case), RUNS), case.target) for case in _cases()])  # noqa: C419


def _ingestion(case: Case) -> Callable[[], None]:
    anchors = case.anchors or trust.Anchors([Certificate(ROOT.certificate)])

    moments = itertools.count()

    def ingest() -> None:
        now = NOW + timedelta(
            microseconds=next(moments)
        )  # a new moment, because answers are kept for the last one
        try:
            sent = bundle.read(case.text, case.key, case.pass_phrase)
            build = chain.build if sent.keys else chain.inspect
            served = build(sent, anchors, empty_pool, now)
            trust.judge(served.certificates, anchors, now, served.left_out)
        except SSLEndpointError:
            pass

    return ingest


def _cases() -> Iterator[Case]:
    yield from _texts()
    yield from _certificates()
    yield from _graphs()
    yield from _keys()


def _filled(unit: str, before: str = "") -> str:
    return before + unit * ((SIZE - len(before)) // len(unit))


def _texts() -> Iterator[Case]:
    for name, text in {
        "256 KB of dashes": _filled("-"),
        "256 KB of BEGIN": _filled("-----BEGIN CERTIFICATE-----"),
        "256 KB of END": _filled("-----END CERTIFICATE-----"),
        "256 KB of alternating labels": _filled("-----BEGIN A-----\n-----END B-----\n"),
        "256 KB of almost a marker": _filled("-----BEGIN CERTIFICATE----"),
        "256 KB of one body": _filled("A", "-----BEGIN CERTIFICATE-----\n")[:-30]
        + "\n-----END CERTIFICATE-----\n",
        "256 KB of headers": _filled("A:\n", "-----BEGIN CERTIFICATE-----\n")[:-30]
        + "\n-----END CERTIFICATE-----\n",
        "256 KB of spaces": _filled(" "),
        "256 KB of backslashes": _filled("\\"),
        "256 KB of base64": _filled("MIIB"),
        "256 KB of UTF-16 the wrong way round": _filled("\u2d00"),
        "a body of a certificate that never ends": _filled("M\n", "-----BEGIN CERTIFICATE-----\n"),
    }.items():
        yield Case(name, TEXT, text)


def _fitting(written: bytes) -> str:
    """Return as many PEM blocks of one thing as fit."""
    block = f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(written).decode()}\n-----END CERTIFICATE-----\n"
    return block * max(1, SIZE // len(block))


def _certificates() -> Iterator[Case]:
    nested, wide = b"\x30\x80" * 90_000, b"\x30\x83\x02\xbf\x20" + b"\5\0" * 90_000
    yield Case("ASN.1 nested 90,000 deep", TEXT, base64.b64encode(nested).decode())
    yield Case("ASN.1 of 90,000 parts", TEXT, base64.b64encode(wide).decode())
    addresses = [x509.IPAddress(ipaddress.ip_network("192.0.2.1/32"))] * 4_500
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)
    for name, extension in {
        "15,000 names": x509.SubjectAlternativeName([x509.DNSName("a")] * 15_000),
        "4,500 name constraints": x509.NameConstraints(addresses, None),
        "10,000 usages": x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.2.3")] * 10_000),
        "5,000 policies": x509.CertificatePolicies([policy] * 5_000),
    }.items():
        leaf = ROOT.issue_cert(common_name="www.example.com", usages=(), extensions=(extension,))
        text = _fitting(Certificate(leaf.certificate).der)
        yield Case(f"certificates with {name}", TEXT, text)
        yield Case(f"certificates with {name}, and the key", TEXT, text, leaf.key_pem)


def _graphs() -> Iterator[Case]:
    for kind in ("P-256", "P-521", "RSA 4096"):
        root = CA(kind=kind)
        leaf = root.issue_ca("Intermediate", kind).issue_cert("www.example.com")
        namesakes = [root.issue_ca("Intermediate", kind) for _ in range(63)]
        text = pem(leaf.certificate, *(each.certificate for each in namesakes))
        anchors = trust.Anchors([Certificate(root.certificate)])
        yield Case(f"63 issuers with one name, {kind}", GRAPH, text, leaf.key_pem, anchors=anchors)
    for anchored in (0, 1):
        mesh = [CA(f"Mesh {number}") for number in range(8)]
        crossed = [one.cross_sign(other).certificate for one, other in itertools.permutations(mesh, 2)]
        leaf = mesh[0].issue_cert("www.example.com")
        anchors = trust.Anchors([Certificate(mesh[-1].certificate)] * anchored)
        name = f"a mesh of 8 authorities, {anchored} of them trusted"
        yield Case(name, GRAPH, pem(leaf.certificate, *crossed), leaf.key_pem, anchors=anchors)
    same = [
        ROOT.issue_cert("www.example.com", key=LEAF.key, not_after=NOW + timedelta(days=n)) for n in range(1, 65)
    ]
    yield Case("64 leaves with one key", GRAPH, pem(*(each.certificate for each in same)), LEAF.key_pem)


def _keys() -> Iterator[Case]:
    yield Case("a key of RSA 16384", TEXT, LEAF.pem, base64.b64encode(_rsa(16384)).decode())
    yield Case("a key of RSA 500,000", TEXT, LEAF.pem, base64.b64encode(_rsa(500_000 // 4)).decode())
    yield Case(
        "20 keys of RSA 4096", TEXT, LEAF.pem, "".join(key_pem(make_key("RSA 4096", n % 2)) for n in range(20))
    )
    rounds = ITERATIONS // 2
    for method in PBES:
        builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds).key_cert_algorithm(method)
        written = serialize_key_and_certificates(
            None, LEAF.key, LEAF.certificate, None, builder.hmac_hash(SHA1()).build(b"secret")
        )
        name = f"PKCS#12 with {ITERATIONS:,} iterations, {method.name}"
        yield Case(name, PASS_PHRASE, "", base64.b64encode(written).decode(), "secret")


def _rsa(bits: int) -> bytes:
    """Write a key whose numbers are large and nothing else."""
    number = b"\x02\x83" + (bits // 8 + 1).to_bytes(3, "big") + b"\0" + b"\xff" * (bits // 8)
    half = b"\x02\x83" + (bits // 16 + 1).to_bytes(3, "big") + b"\0" + b"\xff" * (bits // 16)
    numbers = b"\x02\x01\0" + number + b"\x02\x03\x01\0\x01" + number + half * 5
    return b"\x30\x83" + len(numbers).to_bytes(3, "big") + numbers
