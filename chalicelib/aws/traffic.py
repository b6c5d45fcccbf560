"""Counts of requests and handshakes in the table: edges add to them, and nobody else writes them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from chalicelib.aws.table import Table
from chalicelib.model import traffic
from chalicelib.model.traffic import HANDSHAKES, KEPT, REQUESTS, Batch, Minute

HOUR = timedelta(hours=1)


class Traffic:
    """One item an app and hour, with an attribute a minute."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, edge_id: str, batch: Batch) -> None:
        """Add an edge's counts; the same batch again changes nothing. Raises Unavailable."""
        key = {"PK": _partition(batch.app_id), "SK": batch.hour}
        ttl = int((_start(batch.hour) + HOUR + KEPT).timestamp())
        self._table.add_up(key, batch.counts, (f"edge {edge_id}", batch.number), ttl)

    def since(self, app_id: str, since: datetime) -> list[Minute]:
        """Return the minutes with figures from a moment on, in order."""
        found: list[Minute] = []
        for item in self._table.query_from(_partition(app_id), traffic.hour(since)):
            counts = {name: count for name, count in item.items() if name[0] in {REQUESTS, HANDSHAKES}}
            found += traffic.minutes(_start(item["SK"]), counts)
        return [each for each in found if each.at >= since]


def _partition(app_id: str) -> str:
    return f"TRAFFIC#{app_id}"


def _start(hour: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=timezone.utc)
