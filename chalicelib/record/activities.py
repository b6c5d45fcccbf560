"""The items of an app's activity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.model import times
from chalicelib.model.activity import KEPT_DAYS, Activity, identity
from chalicelib.model.caller import Caller
from chalicelib.record.conditions import Item
from chalicelib.record.contract import Record
from chalicelib.record.idempotency import Idempotency
from chalicelib.record.writes import Put, Write

CHANCE_BYTES = 8


class ActivityItems:
    """What happened to apps, newest first; it outlives the app."""

    def __init__(self, record: Record, idempotency: Idempotency, random_bytes: Callable[[int], bytes]) -> None:
        self._record = record
        self._idempotency = idempotency
        self._random_bytes = random_bytes

    def write(self, caller: Caller, app_id: str, at: datetime, action: str, detail: str) -> list[Write]:
        """Return what a change commits together with itself: what happened, and that it need not happen again."""
        item = {
            "PK": _partition(app_id),
            "SK": identity(at, self._random_bytes(CHANCE_BYTES)),
            "app_id": app_id,
            "at": times.text(at),
            "actor": caller.token_name,
            "account_id": caller.account_id or None,
            "request_id": caller.request_id,
            "action": action,
            "detail": detail,
            "ttl": int((at + timedelta(days=KEPT_DAYS)).timestamp()),
        }
        return [Put(item), *self._idempotency.marks(caller)]

    def page(self, app_id: str, after: str | None, most: int) -> tuple[list[Activity], bool]:
        """Return at most `most` events, newest first, and whether there are older ones; costs one query.

        `after` is the id of the last one of the page before, which need not be there any more.
        """
        items, more = self._record.page(_partition(app_id), after, most)
        return list(map(_activity, items)), more


def _partition(app_id: str) -> str:
    return f"ACTIVITY#{app_id}"


def _activity(item: Item) -> Activity:
    fields = ("app_id", "actor", "request_id", "action", "detail")
    return Activity(
        id=item["SK"],
        at=times.moment(item["at"]),
        account_id=item.get("account_id"),
        **{field: item[field] for field in fields},
    )
