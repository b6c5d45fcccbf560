"""The key that opens sealed versions: in a file beside the record, or given by the environment."""

from __future__ import annotations

import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path

from chalicelib.errors import Unavailable

KEY_BYTES = 32  # AES-256
VARIABLE = "SSL_ENDPOINT_VAULT_KEY"  # the key itself, as base64
FILE_VARIABLE = "SSL_ENDPOINT_VAULT_KEY_FILE"
HOW = f"It is {KEY_BYTES} random bytes as base64: `openssl rand -base64 {KEY_BYTES}`."


def place(record: str, environment: Mapping[str, str]) -> Path:
    """Return where the key of a record's sealed versions is kept, when the environment does not give it."""
    return Path(environment.get(FILE_VARIABLE) or f"{record}.key")


def read(record: str, environment: Mapping[str, str]) -> bytes:
    """Return the key; raise Unavailable, with what to do, where there is none that can be used."""
    if given := environment.get(VARIABLE):
        return _decoded(given, f"the variable {VARIABLE}")
    file = place(record, environment)
    try:
        with file.open(encoding="ascii", errors="replace") as opened:
            if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
                raise Unavailable(f"The key file {file} can be read by others: run `chmod 600 {file}`.")
            return _decoded(opened.read(), f"the file {file}")
    except OSError as error:
        raise Unavailable(
            f"The key that opens sealed versions cannot be read from {file}: {error.strerror}. Put it back from"
            f" your backup, or name its place with {FILE_VARIABLE}."
        ) from None


def make(file: Path, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
    """Write a new key into a file (0600) that is not there yet; raise OSError."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(b64encode(random_bytes(KEY_BYTES)) + b"\n")
        opened.flush()
        os.fsync(opened.fileno())
    os.link(new, file)  # fails where there is one already
    new.unlink()


def _decoded(text: str, where: str) -> bytes:
    try:
        key = b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Unavailable(f"The key that opens sealed versions, in {where}, is not usable. {HOW}")
    return key
