"""Brings chalicelib/x509/distrusted.py up to date: `make distrusted CERTDATA="certdata.txt …"`.

CERTDATA are copies of Mozilla's certdata.txt, of any age: `apt-get source --download-only ca-certificates` brings
one, as mozilla/certdata.txt in its archive; so does nss. What they ever trusted for servers, and certifi does not
now, is added to the list; what certifi trusts again leaves it. Do so with each release of certifi.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import certifi

from chalicelib.errors import BadCertificate
from chalicelib.x509 import distrusted
from chalicelib.x509.anchors import readable
from chalicelib.x509.certificate import Certificate

LAST_YEAR = 2019  # roots that ended by then are nobody's problem any more
TRUSTED = "CKT_NSS_TRUSTED_DELEGATOR"
LIST = re.compile(r'(?<="""\\\n).*(?=^""")', re.DOTALL | re.MULTILINE)
OCTAL = re.compile(r"\\([0-7]{3})")


def objects(certdata: str) -> Iterator[dict[str, str | bytes]]:
    """Yield the objects of a certdata.txt: attributes by name, octets where they are written in octal."""
    found: dict[str, str | bytes] = {}
    lines = iter(certdata.splitlines())
    for line in lines:
        name, _, rest = line.partition(" ")
        if name == "CKA_CLASS":
            yield found
            found = {}
        if name.startswith("CKA_"):
            kind, _, value = rest.partition(" ")
            found[name] = octets(lines) if kind == "MULTILINE_OCTAL" else value
    yield found


def octets(lines: Iterator[str]) -> bytes:
    """Read lines of octal escapes up to END."""
    return bytes(
        int(octal, 8) for line in iter(lambda: next(lines, "END"), "END") for octal in OCTAL.findall(line)
    )


def held(certdata: str) -> set[Certificate]:
    """Return the roots that a certdata.txt trusts for servers; one that cannot be read is passed over."""
    all_objects = list(objects(certdata))
    trusted = {identity(each) for each in all_objects if each.get("CKA_TRUST_SERVER_AUTH") == TRUSTED}
    found = set()
    for each in all_objects:
        value = each.get("CKA_VALUE")
        if isinstance(value, bytes) and identity(each) in trusted:
            try:
                found.add(Certificate.load(value))
            except BadCertificate as error:
                print(each.get("CKA_LABEL"), error.message, file=sys.stderr)
    return found


def identity(found: dict[str, str | bytes]) -> tuple[object, object]:
    """Return what a certificate and the object that says how far it is trusted have in common."""
    return found.get("CKA_ISSUER"), found.get("CKA_SERIAL_NUMBER")


def listed(before: Iterable[str], once: Iterable[Certificate], now: Iterable[Certificate]) -> list[str]:
    """Return the subjects of the roots that were trusted once and are not now, sorted."""
    added = {root.subject for root in once if root.expires_at.year > LAST_YEAR}
    return sorted((set(before) | added) - {root.subject for root in now})


def main(arguments: list[str]) -> int:
    """Say what changes, and write it if asked to; return 1 if the list is not up to date then."""
    parser = argparse.ArgumentParser(description="Bring the list of distrusted roots up to date.")
    parser.add_argument("certdata", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    once = {root for path in asked.certdata for root in held(path.read_text(encoding="utf-8"))}
    after = listed(distrusted.DISTRUSTED, once, readable(certifi.contents()))
    for mark, names in (("+", set(after) - distrusted.DISTRUSTED), ("-", distrusted.DISTRUSTED - set(after))):
        for name in sorted(names):
            print(mark, name)
    if asked.write:
        module = Path(distrusted.__file__)
        module.write_text(LIST.sub(lambda _: "".join(f"{name}\n" for name in after), module.read_text()))
        return 0
    return int(set(after) != distrusted.DISTRUSTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
