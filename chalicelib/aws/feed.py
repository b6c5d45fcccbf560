"""The change feed that edges follow: the sparse index `feed` of the table."""

from __future__ import annotations

from chalicelib.aws.items import Item
from chalicelib.aws.table import Table
from chalicelib.model.feed import AppEntry, DomainEntry, EndpointEntry, Entry


class Feed:
    """The latest change of every app, endpoint and domain."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def changes(self, since: str) -> list[Entry]:
        """Return the entries changed at or after `since` (text of model.times), oldest first; "" means all.

        Raises Unavailable unless everything could be read.
        """
        return [_entry(item) for item in self._table.changed_since(since)]

    def newest(self) -> str:
        """Return when the newest change was made (text of model.times); "" if there is none."""
        item = self._table.newest_change()
        return item["changed"] if item else ""

    def after(self, moment: str) -> str | None:
        """Return when the first change after a moment was made, if there is one; "" is before everything."""
        item = self._table.next_change(moment)
        return item["changed"] if item else None


def _entry(item: Item) -> Entry:
    same = (item["app_id"], item["changed"], item.get("removed", False))
    if item["SK"] == "APP":
        return AppEntry(*same, item["domain"], item["origin"])
    if item["SK"] == "ENDPOINT":
        return EndpointEntry(*same, item["endpoint_id"], item.get("hostname"), item["active_id"])
    return DomainEntry(*same, item["hostname"])
