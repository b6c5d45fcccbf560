"""Requests that may be repeated: each leaves its mark in the transaction of its change."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.aws.table import Table, Write
from chalicelib.errors import Conflict, Invalid, Unavailable
from chalicelib.model.caller import Once

REMEMBERED = timedelta(hours=24)
MAX_ANSWER_BYTES = 300_000  # an item may have 400 KB


@dataclass(frozen=True, slots=True)
class Kept:
    """What a request was told the first time."""

    status: int
    body: Any


class Idempotency:
    """One item a key and account: the request's digest, and its answer as soon as there is one."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def answer(self, account_id: str, once: Once) -> Kept | None:
        """Return the first answer to this request, None if it was not done yet.

        Raises Invalid if the key was used for another request, Conflict if it was done but its answer is lost.
        """
        item = self._table.get(f"IDEMPOTENCY#{account_id}", once.key)
        if item is None or item["ttl"] <= self._now().timestamp():
            return None
        if item["digest"] != once.digest:
            raise Invalid("This Idempotency-Key was used for another request; use a new one for each.")
        if "answer" not in item:
            raise Conflict("This request was done already, but its answer was lost. Look at the new state.")
        return Kept(item["status"], json.loads(item["answer"]))

    def mark(self, account_id: str, once: Once) -> Write:
        """Return the write that a change commits together with itself, so that it happens once."""
        item = self._item(account_id, once)
        taken = Conflict("The same request was done at the same time. Repeat it to see its answer.")
        now = int(self._now().timestamp())
        return self._table.put_if(item, "attribute_not_exists(PK) OR #ttl <= :now", {":now": now}, taken)

    def keep(self, account_id: str, once: Once, status: int, body: Any) -> None:
        """Keep an answer for repetitions; without it they are told to look for themselves."""
        answer = json.dumps(body)
        if len(answer) <= MAX_ANSWER_BYTES:
            try:
                self._table.put({**self._item(account_id, once), "status": status, "answer": answer})
            except Unavailable:
                return

    def _item(self, account_id: str, once: Once) -> dict[str, Any]:
        expires = int((self._now() + REMEMBERED).timestamp())
        return {"PK": f"IDEMPOTENCY#{account_id}", "SK": once.key, "digest": once.digest, "ttl": expires}
