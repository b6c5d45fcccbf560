"""The state folder of one local service: who may use it, and small private files in it.

state.json    format, the embedded AWS's access key, the demo app's port
lock          held by the running service
token         the first admin token
aws.sqlite    the embedded AWS
edge/         certificates and routes that the edge serves
logs/         what each process said
local.json    where everything is, while it runs
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import Any

FORMAT = 2  # of the whole folder; moto's version is the other half of it
STATE = "state.json"
BEFORE_STATE = {"lock", ".probe", f".{STATE}.new"}  # what a start that was killed may leave without STATE
DATABASE = "aws.sqlite"
ACCESS_KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ACCESS_KEY_LENGTH = 16  # after AKIA: 80 random bits


class Unusable(Exception):
    """The service cannot be started like this; the message says why and what to do."""


class Folder:
    """Reads and writes the folder; files are replaced by one rename and readable by their owner alone."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, name: str) -> str:
        """Return the text of a file, without white space around it; empty if there is none."""
        try:
            return (self.root / name).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""

    def write(self, name: str, text: str) -> None:
        """Put a file (0600) in the place of the one before."""
        new = self.root / f".{name}.new"
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.root / name)

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        (self.root / name).unlink(missing_ok=True)

    def state(self) -> dict[str, Any]:
        """Return what `state.json` holds; make it in an empty folder.

        Raises Unusable for a folder of another version, or of something else.
        """
        if (self.root / STATE).exists():
            state = self._parsed()
            _check_format(self.root, state.get("format"))
            return state
        if strange := [path.name for path in self.root.iterdir() if path.name not in BEFORE_STATE]:
            raise Unusable(
                f"The folder {self.root} holds {strange[0]} and no state of SSL Endpoint. Choose an empty folder"
                " with SSL_ENDPOINT_STATE."
            )
        letters = (secrets.choice(ACCESS_KEY_LETTERS) for _ in range(ACCESS_KEY_LENGTH))
        state = {"format": FORMAT, "access_key": "AKIA" + "".join(letters), "secret_key": secrets.token_hex(20)}
        self.keep(state)
        return state

    def _parsed(self) -> dict[str, Any]:
        try:
            state = json.loads(self.read(STATE))
        except ValueError:
            state = None
        if isinstance(state, dict):
            return state
        raise Unusable(
            f"The file {self.root / STATE} is damaged. Restore it from a copy, or choose another folder with"
            " SSL_ENDPOINT_STATE."
        )

    def keep(self, state: dict[str, Any]) -> None:
        """Write `state.json`."""
        self.write(STATE, json.dumps(state, indent=1))


def prepare(root: Path) -> None:
    """Make the folder (0700) where it is missing; raises Unusable if it cannot be used."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = root / ".probe"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise Unusable(
            f"The state folder {root} cannot be written ({error.strerror}). Choose another one with"
            " SSL_ENDPOINT_STATE."
        ) from None


def lock(root: Path) -> int:
    """Keep the folder for this process as long as it lives; return the lock's file descriptor.

    Raises Unusable while another one has it.
    """
    held = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process = os.read(held, 20).decode("ascii", "replace").strip()
        os.close(held)
        raise Unusable(
            f"SSL Endpoint is already running on the state folder {root} (process {process}). Stop it, or choose"
            " another folder with SSL_ENDPOINT_STATE."
        ) from None
    os.truncate(held, 0)
    os.pwrite(held, f"{os.getpid()}\n".encode(), 0)
    return held


def open_database(root: Path) -> sqlite3.Connection:
    """Open the embedded AWS's database, made where it is missing; raises Unusable for one of another version."""
    path = root / DATABASE
    try:
        path.touch(mode=0o600)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        theirs = _versions(database)
    except (OSError, sqlite3.Error) as error:
        raise Unusable(f"The file {path} cannot be used: {error}.") from None
    _check_format(root, theirs["format"])
    if theirs["moto"] != version("moto"):
        raise Unusable(
            f"The state folder {root} was made with moto {theirs['moto']}, and this is moto {version('moto')}."
            f" Install moto=={theirs['moto']}, or choose another folder with SSL_ENDPOINT_STATE."
        )
    return database


def _versions(database: sqlite3.Connection) -> dict[str, Any]:
    # FULL: what was acknowledged is also there after the power failed.
    database.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    )
    ours = [("format", FORMAT), ("moto", version("moto"))]
    database.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", ours)
    return dict(database.execute("SELECT name, value FROM meta WHERE name IN ('format', 'moto')"))


def _check_format(root: Path, theirs: object) -> None:
    if theirs != FORMAT:
        raise Unusable(
            f"The state folder {root} was made by another version of SSL Endpoint (format {theirs}; this one has"
            f" {FORMAT}). Start the version that made it, or choose another folder with SSL_ENDPOINT_STATE."
        )
