"""The items of an app's activity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from chalicelib.aws.idempotency import Idempotency
from chalicelib.aws.table import Table, Write
from chalicelib.model import times
from chalicelib.model.activity import KEPT_DAYS, Activity
from chalicelib.model.caller import Caller


class Activities:
    """What happened to apps, newest first."""

    def __init__(self, table: Table, idempotency: Idempotency) -> None:
        self._table = table
        self._idempotency = idempotency

    def write(self, caller: Caller, app_id: str, at: datetime, action: str, detail: str) -> list[Write]:
        """Return what a change commits together with itself: what happened, and that it need not happen again."""
        item = {
            "PK": f"ACTIVITY#{app_id}",
            "SK": f"{times.text(at)}#{uuid4()}",
            "app_id": app_id,
            "actor": caller.token_name,
            "request_id": caller.request_id,
            "action": action,
            "detail": detail,
            "ttl": int((at + timedelta(days=KEPT_DAYS)).timestamp()),
        }
        return [self._table.add(item), *self._idempotency.marks(caller)]

    def of_app(self, app_id: str) -> Iterator[Activity]:
        """Yield what happened to the app, newest first."""
        for item in self._table.query(f"ACTIVITY#{app_id}", newest_first=True):
            fields = ("app_id", "actor", "request_id", "action", "detail")
            at, _, identity = item["SK"].partition("#")
            yield Activity(id=identity, at=times.moment(at), **{field: item[field] for field in fields})
