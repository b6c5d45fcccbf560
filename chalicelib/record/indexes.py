"""The sparse indexes: `due`, what schedules have to look at and from when on, and `feed`, which edges follow.

The due index has one partition a kind of work and shard, ordered by the moment from which an item is due. A query
up to now reads what is due and nothing else, however long ago the last one was: there is no day to miss and no
cursor to lose. Sharded, because one partition of DynamoDB gives 3,000 reads and takes 1,000 writes a second.

Feed entries carry the format in which they were written, because an edge and the API may be a release apart. A
release may add attributes and kinds of entries: those that do not know them leave them out. It raises FORMAT when
an attribute gets another meaning, and goes on writing for the readers of the release before.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

from chalicelib.errors import Unavailable
from chalicelib.model import times
from chalicelib.model.feed import AppEntry, DomainEntry, EndpointEntry, Entry
from chalicelib.record.conditions import Item
from chalicelib.record.contract import Record

SHARDS = 4
FORMAT = 1  # of feed entries; those of the first release have none
EXPIRY, DELIVERY, CHECK = ("expiry", "delivery", "check")  # the kinds of work


def in_feed(changed: str) -> dict[str, Any]:
    """Return what puts an item into the feed with a change (text of model.times)."""
    return {"feed": "feed", "changed": changed, "format": FORMAT}


def attributes(work: str, identity: str, at: datetime | None) -> dict[str, Any]:
    """Return what puts an item into the index under a moment, or, with None, takes it out."""
    if at is None:
        return {"due": None, "due_at": None}
    return {"due": partition(work, zlib.crc32(identity.encode()) % SHARDS), "due_at": times.text(at)}


def partition(work: str, shard: int) -> str:
    """Return a shard's partition key."""
    return f"{work}#{shard}"


class Feed:
    """The latest change of every app, endpoint and domain."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def changes(self, since: str) -> list[Entry]:
        """Return the entries changed at or after `since` (text of model.times), oldest first; "" means all.

        Raises Unavailable unless everything could be read, and for entries of a release that is two or more ahead.
        """
        entries = (_entry(item) for item in self._record.changed_since(since))
        return [entry for entry in entries if entry is not None]

    def newest(self) -> str:
        """Return when the newest change was made (text of model.times); "" if there is none."""
        item = self._record.newest_change()
        return item["changed"] if item else ""

    def after(self, moment: str) -> str | None:
        """Return when the first change after a moment was made, if there is one; "" is before everything."""
        item = self._record.next_change(moment)
        return item["changed"] if item else None


def _entry(item: Item) -> Entry | None:
    """Read an item of the feed; None for a kind that only a newer release knows."""
    if item.get("format", 0) > FORMAT + 1:
        raise Unavailable(f"The feed is of format {item['format']}, and this release reads {FORMAT}: upgrade it.")
    same = (item["app_id"], item["changed"], item.get("removed", False))
    kind = item["SK"].partition("#")[0]
    if kind == "APP":
        return AppEntry(*same, item["domain"], item["origin"])
    if kind == "ENDPOINT":
        return EndpointEntry(*same, item["endpoint_id"], item.get("hostname"), item["active_id"])
    return DomainEntry(*same, item["hostname"]) if kind == "DOMAIN" else None
