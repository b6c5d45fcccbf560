"""Single files of the state folder: written so that they last, and read so that a spoilt one is seen."""

from __future__ import annotations

import hashlib
import os

from chalicelib.edge import names
from chalicelib.edge.plan import VersionRef
from chalicelib.errors import Invalid

VERSION_LINE = (
    b"# app, endpoint, version, SHA-256:"  # PEM readers skip what stands outside of blocks (RFC 7468 §2)
)
WORDS = 4  # after it


def checked(pem: bytes) -> bytes:
    """Return a version's PEM; raise Invalid if it cannot be one, as the version before is better than nothing."""
    if b"-----BEGIN CERTIFICATE-----" not in pem or b"PRIVATE KEY-----" not in pem:
        raise Invalid("The stored version holds no certificate with its key.")
    return pem


def sealed(version: VersionRef, pem: bytes) -> bytes:
    """Return what the file of a version holds: a line that names it, with a digest, and its PEM."""
    ids = " ".join(map(names.identity, (version.app_id, version.endpoint_id, version.version_id))).encode()
    return b"%b %b %b\n%b" % (VERSION_LINE, ids, _digest(ids, pem), pem)


def read(path: str, endpoint_id: str) -> VersionRef:
    """Return which version a file holds: one that is nobody's, if the file is not as it was written."""
    with open(path, "rb", buffering=0) as file:
        line, _, pem = (file.readall() or b"").partition(b"\n")
    words = line.removeprefix(VERSION_LINE).split()
    if line.startswith(VERSION_LINE) and len(words) == WORDS and words[-1] == _digest(b" ".join(words[:-1]), pem):
        version = VersionRef(*(word.decode("ascii") for word in words[:-1]))
        if version.endpoint_id == endpoint_id:
            return version
    return VersionRef("", endpoint_id, "")


def mark(path: str) -> int:
    """Return a number that differs once the file has changed."""
    status = os.stat(path, follow_symlinks=False)
    return status.st_ctime_ns ^ status.st_ino << 64 ^ status.st_size << 128


def write(path: str, content: bytes) -> None:
    """Write a file (0600) and return when it is on the disk; its directory entry may not be yet."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb", buffering=0) as file:
        rest = memoryview(content)
        while rest:
            rest = rest[file.write(rest) or 0 :]
        os.fsync(descriptor)


def touch(path: str) -> None:
    """Make an empty file (0600)."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def _digest(ids: bytes, pem: bytes) -> bytes:
    return hashlib.sha256(b"%b\n%b" % (ids, pem)).hexdigest().encode()
