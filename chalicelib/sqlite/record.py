"""The record in one SQLite file: each process has one connection to it, which its threads share."""

from __future__ import annotations

import json
import sqlite3
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.errors import Unavailable
from chalicelib.record import indexes
from chalicelib.record.conditions import Condition, Equals, Item, NotLater
from chalicelib.record.writes import Amend, Delete, Put, Write, checked, key_of
from chalicelib.sqlite.database import connect

READ_AT_ONCE = 500  # items of a long read, between which others have their turn
BYTES = "$bytes"  # JSON has no bytes: {"$bytes": base64}
LAST = "\U0010ffff"  # behind every text that begins alike


class SqliteRecord:
    """Reads and writes plain dictionaries, each with its PK and SK; see `contract.Record`."""

    def __init__(self, path: str) -> None:
        self._database = connect(path)
        self._lock = threading.RLock()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()

    def get(self, pk: str, sk: str) -> Item | None:
        """Return an item, None where there is none."""
        rows = self._rows("SELECT item FROM items WHERE pk = ? AND sk = ?", pk, sk)
        return _item(rows[0][0]) if rows else None

    def get_many(self, keys: Sequence[Item]) -> list[Item]:
        """Return the items at different keys, without those that are not there."""
        found = (self.get(key["PK"], key["SK"]) for key in keys)
        return [item for item in found if item is not None]

    def query(
        self, pk: str, prefix: str = "", *, first: str = "", newest_first: bool = False, only: Sequence[str] = ()
    ) -> Iterator[Item]:
        """Yield the items of a partition in SK order; `only` makes no difference here."""
        last = prefix + LAST if prefix else LAST
        where, order = "pk = ? AND sk >= ? AND sk <= ?", "DESC" if newest_first else "ASC"
        rows = self._rows(f"SELECT item FROM items WHERE {where} ORDER BY sk {order}", pk, prefix or first, last)
        yield from _items(rows)

    def page(self, pk: str, before: str | None, most: int) -> tuple[list[Item], bool]:
        """Return at most `most` items of a partition, the greatest SK first, and whether there are more."""
        rows = self._rows(
            "SELECT item FROM items WHERE pk = ? AND sk < ? ORDER BY sk DESC LIMIT ?",
            pk,
            LAST if before is None else before,
            most + 1,
        )
        return [_item(row[0]) for row in rows[:most]], len(rows) > most

    def scan(self, condition: Condition, only: Sequence[str] = ()) -> Iterator[Item]:
        """Yield the items of the whole record for which `condition` holds; `only` makes no difference here."""
        where, values = _narrowed(condition)
        for item in self._pages(where, values):
            if condition.holds(item):
                yield item

    def partitions(self, prefix: str) -> Iterator[Item]:
        """Yield the items whose PK begins with `prefix`, by PK."""
        return self._pages("pk >= ? AND pk <= ?", (prefix, prefix + LAST))

    def commit(self, writes: Sequence[Write]) -> None:
        """Do all the writes or none, or raise the refusal of the first whose condition does not hold."""
        checked(writes)
        with self._lock:
            self._run("BEGIN IMMEDIATE")
            try:
                for write in writes:
                    self._apply(write)
                self._run("COMMIT")
            except BaseException:
                self._database.rollback()
                raise

    def add_up(self, key: Item, amounts: Mapping[str, int], mark: tuple[str, int], ttl: int) -> None:
        """Add to numbers of an item, once for each mark."""
        name, number = mark
        with self._lock:
            self._run("BEGIN IMMEDIATE")
            try:
                item = self.get(key["PK"], key["SK"]) or dict(key)
                if item.get(name, number - 1) < number:
                    added = {each: item.get(each, 0) + amount for each, amount in amounts.items()}
                    self._put({**item, **added, name: number, "ttl": ttl})
                self._run("COMMIT")
            except BaseException:
                self._database.rollback()
                raise

    def changed_since(self, since: str) -> Iterator[Item]:
        """Yield what the feed index holds from `since` on, oldest first."""
        rows = self._rows("SELECT item FROM items WHERE changed >= ? ORDER BY changed", since)
        yield from _items(rows)

    def newest_change(self) -> Item | None:
        """Return what the feed index holds last."""
        rows = self._rows("SELECT item FROM items WHERE changed IS NOT NULL ORDER BY changed DESC LIMIT 1")
        return _item(rows[0][0]) if rows else None

    def next_change(self, after: str) -> Item | None:
        """Return what the feed index holds first behind a moment."""
        rows = self._rows("SELECT item FROM items WHERE changed > ? ORDER BY changed LIMIT 1", after)
        return _item(rows[0][0]) if rows else None

    def owned_by(self, account_id: str, first: str = "", last: str = "") -> Iterator[Item]:
        """Yield what the owner index holds of an account, by PK, from `first` on, up to `last` if there is one."""
        return self._pages("owner = ? AND pk <= ?", (account_id, last or LAST), first)

    def due(self, work: str, until: str) -> Iterator[Item]:
        """Yield what the due index holds of a kind of work up to a moment, shard by shard."""
        for shard in range(indexes.SHARDS):
            of_shard = "SELECT item FROM items WHERE due = ? AND due_at <= ? ORDER BY due_at"
            rows = self._rows(of_shard, indexes.partition(work, shard), until)
            yield from _items(rows)

    def next_due(self, work: str) -> str | None:
        """Return the moment from which on the first item of a kind of work is due."""
        of_shard = "SELECT min(due_at) FROM items WHERE due = ?"
        firsts = [self._rows(of_shard, indexes.partition(work, each))[0][0] for each in range(indexes.SHARDS)]
        return min((first for first in firsts if first is not None), default=None)

    def began(self) -> datetime:
        """Return when the file was made, in UTC."""
        return datetime.fromisoformat(self._rows("SELECT value FROM facts WHERE name = 'began'")[0][0])

    def _apply(self, write: Write) -> None:
        pk, sk = key_of(write)
        there = self.get(pk, sk) if write.condition is not None else None
        holds = write.condition is None or write.condition.holds(there)
        if not holds or (isinstance(write, Amend) and there is None):
            raise write.refusal or Unavailable("The database did not take the change; try again in a moment.")
        if isinstance(write, Put):
            self._put(write.item)
        elif isinstance(write, Amend):
            self._put({**(there or {}), **write.changes})
        elif isinstance(write, Delete):
            self._run("DELETE FROM items WHERE pk = ? AND sk = ?", pk, sk)

    def _put(self, item: Item) -> None:
        kept = {name: value for name, value in item.items() if value is not None}
        changed = kept.get("changed") if "feed" in kept else None
        due = (kept["due"], kept["due_at"]) if {"due", "due_at"} <= kept.keys() else (None, None)
        self._run(
            "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            kept["PK"],
            kept["SK"],
            json.dumps(kept, ensure_ascii=False, separators=(",", ":"), default=_bytes),
            changed,
            kept.get("owner"),
            *due,
            kept.get("ttl"),
        )

    def _pages(self, where: str, values: tuple[str | int, ...], first: str = "") -> Iterator[Item]:
        """Yield items by key from the PK `first` on, some at a time, so that a long read is in nobody's way."""
        pk, sk = first, ""
        while True:
            rows = self._rows(
                f"SELECT item, pk, sk FROM items WHERE {where} AND (pk, sk) > (?, ?) ORDER BY pk, sk LIMIT ?",
                *values,
                pk,
                sk,
                READ_AT_ONCE,
            )
            yield from _items(rows)
            if len(rows) < READ_AT_ONCE:
                return
            pk, sk = rows[-1][1:]

    def _rows(self, statement: str, *values: str | int) -> list[Any]:
        with self._lock:
            return self._run(statement, *values).fetchall()

    def _run(self, statement: str, *values: str | int | None) -> sqlite3.Cursor:
        try:
            return self._database.execute(statement, values)
        except sqlite3.Error as error:
            raise Unavailable("The database does not answer; try again in a moment.") from error


def _narrowed(condition: Condition) -> tuple[str, tuple[str | int, ...]]:
    """Return what the indexes know of a condition, as SQL."""
    match condition:
        case NotLater("ttl", moment):
            return "ttl <= ?", (moment,)
        case Equals({"SK": sk}):
            return "sk = ?", (str(sk),)
    return "true", ()


def _items(rows: list[Any]) -> list[Item]:
    """Read many items at once, which takes half the time."""
    text = ",".join([row[0] for row in rows])
    items: list[Item] = json.loads(f"[{text}]", object_hook=_of_bytes if BYTES in text else None)
    return items


def _item(text: str) -> Item:
    item: Item = json.loads(text, object_hook=_of_bytes) if BYTES in text else json.loads(text)
    return item


def _bytes(value: object) -> object:
    if isinstance(value, bytes):
        return {BYTES: b64encode(value).decode()}
    raise TypeError(f"an item cannot hold a {type(value).__name__}")


def _of_bytes(value: dict[str, Any]) -> Any:
    return b64decode(value[BYTES]) if value.keys() == {BYTES} else value
