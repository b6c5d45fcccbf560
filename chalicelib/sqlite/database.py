"""The one SQLite file: opened, and brought up to the version of this release."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timezone
from pathlib import Path

from chalicelib.errors import Unavailable

MEMORY = ":memory:"
BUSY_SECONDS = 10.0  # that a command waits for the one before it
# Each one leads from the version before it to its own; the first one from nothing.
MIGRATIONS = (
    (
        # An item is kept whole, as JSON; the other columns are what the indexes need of it.
        """
        CREATE TABLE items (
            pk TEXT NOT NULL, sk TEXT NOT NULL, item TEXT NOT NULL,
            changed TEXT, owner TEXT, due TEXT, due_at TEXT, ttl INTEGER
        ) STRICT
        """,
        "CREATE UNIQUE INDEX keys ON items (pk, sk)",
        "CREATE INDEX feed ON items (changed) WHERE changed IS NOT NULL",
        "CREATE INDEX owners ON items (owner, pk, sk) WHERE owner IS NOT NULL",
        "CREATE INDEX dues ON items (due, due_at) WHERE due IS NOT NULL",
        "CREATE INDEX ttls ON items (ttl) WHERE ttl IS NOT NULL",
        "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    ),
)
VERSION = len(MIGRATIONS)


class UnusableFile(Unavailable):
    """The file cannot be opened by this release; the message says why and what to do."""


def connect(path: str, now: datetime | None = None) -> sqlite3.Connection:
    """Return a connection to a file, made (0600) where it is missing, or ":memory:"; any thread may use it.

    A file of an older version is brought up to ours, after a copy was made beside it (`FILE.version-N`). Raises
    UnusableFile for one of a newer version, one that is no record, and one that cannot be read or written.
    """
    try:
        if path != MEMORY:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise UnusableFile(f"The record {path} cannot be opened: {error}.") from None
    try:
        # FULL: what was acknowledged is there after the power failed, too.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        if (theirs := _version(database)) != VERSION:
            _migrate(database, path, theirs, now or datetime.now(timezone.utc))
    except (OSError, sqlite3.Error) as error:
        database.close()
        raise UnusableFile(
            f"The record {path} cannot be used: {error}. Restore it from a copy, or choose another state folder."
        ) from None
    except UnusableFile:
        database.close()
        raise
    return database


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _migrate(database: sqlite3.Connection, path: str, theirs: int, now: datetime) -> None:
    if theirs > VERSION:
        raise UnusableFile(
            f"The record {path} was written by a newer release of SSL Endpoint (version {theirs}; this one"
            f" knows {VERSION}). Start that release, or return to the copy that it made: {path}.version-{VERSION}."
        )
    if theirs:
        _copy(database, f"{path}.version-{theirs}")
    database.execute("BEGIN IMMEDIATE")
    try:
        theirs = _version(database)  # another process may have been quicker
        if not theirs:
            _refuse_others(database, path)
        for number, statements in enumerate(MIGRATIONS[theirs:], theirs + 1):
            for statement in statements:
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {number}")
        database.execute("INSERT OR IGNORE INTO facts VALUES ('began', ?)", (now.isoformat(),))
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def _refuse_others(database: sqlite3.Connection, path: str) -> None:
    if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise UnusableFile(f"The file {path} holds something else than a record. Choose another state folder.")


def _copy(database: sqlite3.Connection, path: str) -> None:
    """Copy the whole record, as of one moment; a copy that is there already is of the same version, and stays."""
    if Path(path).exists():
        return
    beside = Path(f"{path}.new-{os.getpid()}")  # others may do the same
    beside.unlink(missing_ok=True)
    os.close(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(beside)) as copy:
            database.backup(copy)
        with suppress(FileExistsError):  # whoever was quicker may have gone on to ours meanwhile: theirs is older
            os.link(beside, path)
    finally:
        beside.unlink()
