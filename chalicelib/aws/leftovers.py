"""What nobody needs any more and nobody has deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from chalicelib.aws.endpoints import END_KEY
from chalicelib.aws.items import Item
from chalicelib.aws.table import Table
from chalicelib.errors import Conflict
from chalicelib.model import times

HOSTNAMES = "HOSTNAME#"  # claims, which are for ever: nobody gets a name that was somebody else's


class Leftovers:
    """Items whose time has passed, and what an endpoint had."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def passed(self, now: datetime) -> Iterator[Item]:
        """Yield the keys and ttl of the items whose ttl has passed; reads the whole table, page by page.

        DynamoDB deletes them, too, within days; the embedded one never does.
        """
        condition = "#ttl <= :now AND NOT begins_with(PK, :hostnames)"
        values = {":now": int(now.timestamp()), ":hostnames": HOSTNAMES}
        return self._table.scan(condition, values, only=("PK", "SK", "#ttl"))

    def delete(self, item: Item) -> bool:
        """Delete an item whose ttl has passed, unless it has another one by now; tell whether it is gone."""
        with suppress(Conflict):
            condition, values = "#ttl = :ttl", {":ttl": item["ttl"]}
            key = {"PK": item["PK"], "SK": item["SK"]}
            self._table.commit([self._table.delete(key, condition, values, Conflict("It is in use again."))])
            return True
        return False

    def of_endpoint(self, endpoint_id: str) -> tuple[set[str], datetime | None]:
        """Return the ids of an endpoint's versions, and when it was removed, None if it was not."""
        items = list(self._table.query(f"ENDPOINT#{endpoint_id}", only=("SK", "version_id", "removed_at")))
        removed_at = next((item["removed_at"] for item in items if item["SK"] == END_KEY), None)
        versions = {item["version_id"] for item in items if item["SK"] != END_KEY}
        return versions, times.moment(removed_at) if removed_at else None
