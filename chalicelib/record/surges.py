"""Announced surges in the table."""

from __future__ import annotations

from chalicelib.errors import NotFound
from chalicelib.model import times
from chalicelib.model.surge import KEPT, Surge
from chalicelib.record.conditions import Equals, Item
from chalicelib.record.contract import Record
from chalicelib.record.writes import Delete, Put, Write


class SurgeItems:
    """One item a surge, gone some time after it was to come."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def of_app(self, app_id: str) -> list[Surge]:
        """Return an app's surges in the order in which they come."""
        return [_surge(item) for item in self._record.query(_partition(app_id))]

    def create(self, surge: Surge, *writes: Write) -> None:
        """Store a new surge."""
        self._record.commit([Put(_item(surge)), *writes])

    def remove(self, surge: Surge, *writes: Write) -> None:
        """Delete a surge; raise NotFound if it is gone already."""
        there = Delete(_key(surge), Equals({"surge_id": surge.id}), NotFound("surge"))
        self._record.commit([there, *writes])


def _partition(app_id: str) -> str:
    return f"SURGES#{app_id}"


def _key(surge: Surge) -> Item:
    return {"PK": _partition(surge.app_id), "SK": f"{times.text(surge.at)}#{surge.id}"}


def _item(surge: Surge) -> Item:
    return {
        **_key(surge),
        "surge_id": surge.id,
        "app_id": surge.app_id,
        "requests_per_second": surge.requests_per_second,
        "note": surge.note,
        "created_at": times.text(surge.created_at),
        "created_by": surge.created_by,
        "ttl": int((surge.at + KEPT).timestamp()),
    }


def _surge(item: Item) -> Surge:
    return Surge(
        id=item["surge_id"],
        app_id=item["app_id"],
        at=times.moment(item["SK"].partition("#")[0]),
        requests_per_second=item["requests_per_second"],
        note=item["note"],
        created_at=times.moment(item["created_at"]),
        created_by=item["created_by"],
    )
