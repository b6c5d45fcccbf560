"""The state folder of one local service: who may use it, and small private files in it.

state.json         format, the demo app's port
lock               held by the running service
token              the first admin token
record.sqlite      the record; beside it its -wal and -shm, and copies of before an upgrade (.version-N)
record.sqlite.key  opens the sealed versions in the record: keep a copy, but not beside one of the record
edge/              certificates and routes that the edge serves
logs/              what each process said
local.json         where everything is, while it runs
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from chalicelib.errors import Unavailable
from chalicelib.sqlite import database, keys

FORMAT = 3  # of the folder; the record in it has a version of its own, which an upgrade raises
STATE = "state.json"
BEFORE_STATE = {"lock", ".probe", f".{STATE}.new"}  # what a start that was killed may leave without STATE
RECORD = "record.sqlite"


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
        state = {"format": FORMAT}
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


def prepare_record(root: Path, environment: Mapping[str, str]) -> Path:
    """Make the record and its key where there is none, bring it up to date, and return its path.

    A record without its key gets no new one, with which nothing in it would open. Raises Unusable for one that
    cannot be used.
    """
    path = root / RECORD
    try:
        if not path.exists() and not environment.get(keys.VARIABLE):
            with suppress(FileExistsError):
                keys.make(keys.place(str(path), environment))
        keys.read(str(path), environment)
        database.connect(str(path)).close()
    except (OSError, Unavailable) as error:
        raise Unusable(error.message if isinstance(error, Unavailable) else f"{root}: {error.strerror}.") from None
    return path


def _check_format(root: Path, theirs: object) -> None:
    if theirs != FORMAT:
        raise Unusable(
            f"The state folder {root} was made by another version of SSL Endpoint (format {theirs}; this one has"
            f" {FORMAT}). Start the version that made it, or choose another folder with SSL_ENDPOINT_STATE."
        )
