"""From an upload to a verdict, against other programs that judge certificates.

The upload is a leaf with two intermediates, their root and the key, shuffled. Mozilla's roots and this one are
trusted.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from random import Random

import certifi

from bench.clock import child, here, line, title
from chalicelib.x509 import bundle, chain, trust
from chalicelib.x509.facts import Verdict
from chalicelib.x509.paths import empty_pool
from tests.authority import CA, NOW, LeafCert

KINDS = ("P-256", "RSA 2048", "RSA 4096")
TARGET = 2.0
TIMES_P256 = 2.0  # RSA 4096 may cost so many times what P-256 does
COLD_TARGET = 250.0
RUNS = 300
PROCESS_RUNS = 5
COLD = """
import sys
from datetime import datetime, timezone
from chalicelib.x509 import bundle, chain, trust
from chalicelib.x509.paths import empty_pool
text, roots = (open(path, "rb").read() for path in sys.argv[1:])
now, anchors = datetime.now(timezone.utc), trust.mozilla(roots)
served = chain.build(bundle.read(text.decode()), anchors, empty_pool, now)
assert trust.judge(served.certificates, anchors, now, served.left_out).trusted
"""


@dataclass(frozen=True)
class Upload:
    """One upload, and the same as files for programs."""

    root: CA
    leaf: LeafCert
    text: str
    folder: Path

    @classmethod
    def make(cls, kind: str, folder: Path) -> Upload:
        """Make keys and certificates of one kind and write them into a folder."""
        root = CA(kind=kind)
        leaf = root.issue_ca("One", kind).issue_ca("Two", kind).issue_cert("www.example.com", kind=kind)
        blocks = [part + "-----\n" for part in (leaf.chain_pem + root.pem + leaf.key_pem).split("-----\n")[:-1]]
        whole = [begin + end for begin, end in zip(blocks[::2], blocks[1::2], strict=True)]
        Random(kind).shuffle(whole)
        made = cls(root, leaf, "".join(whole), folder)
        made._write()
        return made

    def path(self, name: str) -> str:
        """Return the name of one of the files."""
        return str(self.folder / name)

    def _write(self) -> None:
        intermediates = self.leaf.chain_pem.removeprefix(self.leaf.pem)
        roots = certifi.contents() + self.root.pem
        for name, text in {
            "upload.pem": self.text,
            "leaf.pem": self.leaf.pem,
            "intermediates.pem": intermediates,
            "key.pem": self.leaf.key_pem,
            "root.pem": self.root.pem,
            "roots.pem": roots,
        }.items():
            (self.folder / name).write_text(text)


def run() -> bool:
    """Print the tables; return whether all targets are met."""
    met, least = True, {}
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            upload = Upload.make(kind, Path(folder))
            title(f"Upload to verdict, {kind}")
            ours = here(_ingestion(upload), RUNS)
            met &= line("this: scan, parse, match, build, verify, describe", ours, TARGET)
            least[kind] = ours.least
            _peers(upload)
            if kind == KINDS[0]:
                command = [
                    sys.executable,
                    "-W",
                    "ignore",
                    "-c",
                    COLD,
                    upload.path("upload.pem"),
                    upload.path("root.pem"),
                ]
                met &= line("this, first verdict of a new process", child(command, PROCESS_RUNS), COLD_TARGET)
    times = least["RSA 4096"] / least["P-256"]
    print(f"\n  RSA 4096 costs {times:.2f} times what P-256 does (target {TIMES_P256:g})")
    return met and times <= TIMES_P256


def _ingestion(upload: Upload) -> Callable[[], Verdict]:
    anchors = trust.mozilla(upload.root.pem.encode())

    moments = itertools.count()

    def ingest() -> Verdict:
        now = NOW + timedelta(
            microseconds=next(moments)
        )  # a new moment, because answers are kept for the last one
        served = chain.build(bundle.read(upload.text), anchors, empty_pool, now)
        verdict = trust.judge(served.certificates, anchors, now, served.left_out)

        assert verdict.trusted
        assert all(each.facts.fingerprint for each in served.certificates)
        return verdict

    return ingest


def _peers(upload: Upload) -> None:
    path = upload.path
    if shutil.which("openssl"):
        verify = [
            "openssl",
            "verify",
            "-CAfile",
            path("roots.pem"),
            "-untrusted",
            path("intermediates.pem"),
            path("leaf.pem"),
        ]
        line("openssl verify (process, 118 roots)", child(verify, PROCESS_RUNS))
        line(
            "openssl pkey -check (process)",
            child(["openssl", "pkey", "-check", "-noout", "-in", path("key.pem")], PROCESS_RUNS),
        )
    else:
        print("  openssl: not installed, skipped")
    cfssl = shutil.which("cfssl")
    if cfssl:
        files = ["-cert", path("leaf.pem"), "-key", path("key.pem"), "-int-bundle", path("intermediates.pem")]
        line(
            "cfssl bundle (process)",
            child([cfssl, "bundle", *files, "-ca-bundle", path("roots.pem")], PROCESS_RUNS),
        )
    else:
        print("  cfssl: not installed, skipped (Debian: golang-cfssl)")
    pyhanko = _pyhanko(upload)
    if pyhanko:
        line("pyhanko-certvalidator, path only, in this process", here(pyhanko, RUNS // 10))
    else:
        print("  pyhanko-certvalidator: not installed, skipped")


def _pyhanko(upload: Upload) -> Callable[[], object] | None:
    try:
        pem, x509 = import_module("asn1crypto.pem"), import_module("asn1crypto.x509")
        pyhanko = import_module("pyhanko_certvalidator")
    except ImportError:
        return None

    def certificates(name: str) -> list[object]:
        written = Path(upload.path(name)).read_bytes()
        return [x509.Certificate.load(body) for _, _, body in pem.unarmor(written, multiple=True)]

    roots = certificates("roots.pem")

    def validate() -> object:
        context = pyhanko.ValidationContext(trust_roots=roots, moment=NOW)
        (leaf,) = certificates("leaf.pem")
        validator = pyhanko.CertificateValidator(
            leaf, certificates("intermediates.pem"), validation_context=context
        )
        return asyncio.run(validator.async_validate_path())

    return validate
