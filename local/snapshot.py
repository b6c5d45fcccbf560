"""The state of the embedded AWS on disk: every change is there before the caller hears of it.

Items and objects are rows, so that a write costs the same whatever the table holds. All the rest (tables, buckets,
keys, stacks: small, seldom changed) is one pickle of moto's own objects; only the same moto can read it back.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from moto.backends import get_backend
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.s3.models import s3_backends

from local import folder, pickles
from local.effects import ItemRow, ObjectRow, Row

ACCOUNT = "123456789012"
PARTITION = "aws"
TOKEN_SECONDS = 600  # AWS remembers a ClientRequestToken for ten minutes; moto does not at all
SCHEMA = """
CREATE TABLE IF NOT EXISTS items (owner TEXT, key TEXT, attributes TEXT, PRIMARY KEY (owner, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, done REAL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tokens_by_age ON tokens (done);
CREATE TABLE IF NOT EXISTS objects (owner TEXT, key TEXT, versions BLOB, PRIMARY KEY (owner, key));
"""


class Snapshot:
    """The file, and the way between it and moto's backends.

    The caller sees to it that no backend changes while `save` or `save_all` reads it.
    """

    def __init__(self, state: Path) -> None:
        self._lock = threading.Lock()
        self._database = folder.open_database(state)
        self._database.executescript(SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def has_done(self, token: str) -> bool:
        """Tell whether a transaction with this ClientRequestToken was done within the last ten minutes."""
        with self._lock:
            since = time.time() - TOKEN_SECONDS
            done = self._database.execute("SELECT 1 FROM tokens WHERE token = ? AND done > ?", (token, since))
            return done.fetchone() is not None

    def save(self, rows: Iterable[Row], token: str = "") -> None:
        """Write these items and objects as they are now, all or none; and that the token's transaction is done."""
        with self._transaction() as database:
            if token:
                database.execute("DELETE FROM tokens WHERE done < ?", (time.time() - TOKEN_SECONDS,))
                database.execute("REPLACE INTO tokens VALUES (?, ?)", (token, time.time()))
            for row in rows:
                if isinstance(row, ItemRow):
                    _save_item(database, row)
                else:
                    _save_object(database, row)

    def save_all(self) -> None:
        """Write everything as it is now."""
        with self._transaction() as database:
            database.execute("DELETE FROM items")
            database.execute("DELETE FROM objects")
            database.executemany("INSERT INTO items VALUES (?, ?, ?)", _all_items())
            database.executemany("INSERT INTO objects VALUES (?, ?, ?)", _all_objects())
            states = {place: backend.__dict__ for place, backend in pickles.backends()}
            database.execute("REPLACE INTO meta VALUES ('backends', ?)", (pickles.dump(states),))

    def restore(self) -> None:
        """Give moto's backends the state of the file; does nothing when there is none yet."""
        found = self._database.execute("SELECT value FROM meta WHERE name = 'backends'").fetchone()
        if found is None:
            return
        states = pickles.load(found[0], pickles.Rows(self._database))
        for (service, account, region), state in states.items():
            get_backend(service)[account][region].__dict__ = state
        for name, _ in pickles.buckets():
            s3_backends.bucket_accounts[name] = (PARTITION, ACCOUNT)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")


def _save_item(database: sqlite3.Connection, row: ItemRow) -> None:
    backend = dynamodb_backends[ACCOUNT][row.region]
    try:
        table = backend.get_table(row.table)
        hash_key, range_key = backend.get_keys_value(table, row.attributes)
        item = table.get_item(hash_key, range_key)
    except Exception:
        return  # not the key of an item: moto refused the call as well
    place = (f"{ACCOUNT}/{row.region}/{table.name}", _key(hash_key, range_key))
    if item is None:
        database.execute("DELETE FROM items WHERE owner = ? AND key = ?", place)
    else:
        database.execute("REPLACE INTO items VALUES (?, ?, ?)", (*place, pickles.attributes_text(item)))


def _save_object(database: sqlite3.Connection, row: ObjectRow) -> None:
    bucket = s3_backends[ACCOUNT][PARTITION].buckets.get(row.bucket)
    versions = bucket.keys.getlist(row.key) if bucket else None
    if versions:
        dumped = pickles.dump(versions)
        database.execute("REPLACE INTO objects VALUES (?, ?, ?)", (row.bucket, row.key, dumped))
    else:
        database.execute("DELETE FROM objects WHERE owner = ? AND key = ?", (row.bucket, row.key))


def _all_items() -> Iterator[tuple[str, str, str]]:
    for owner, table in pickles.tables():
        for item in table.all_items():
            yield owner, _key(item.hash_key, item.range_key), pickles.attributes_text(item)


def _all_objects() -> Iterator[tuple[str, str, bytes]]:
    for owner, bucket in pickles.buckets():
        for key, versions in bucket.keys.lists():
            yield owner, key, pickles.dump(versions)


def _key(hash_key: DynamoType, range_key: DynamoType | None) -> str:
    parts = [hash_key] if range_key is None else [hash_key, range_key]
    return json.dumps([[part.type, str(part.cast_value)] for part in parts], ensure_ascii=False)
