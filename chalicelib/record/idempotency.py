"""Requests that may be repeated: each leaves its mark in the transaction of its change."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.errors import Conflict, Invalid, Unavailable
from chalicelib.model.caller import Caller, Once
from chalicelib.record.conditions import AbsentOr, NotLater
from chalicelib.record.contract import Record
from chalicelib.record.writes import Put, Write

REMEMBERED = timedelta(hours=24)
MAX_ANSWER_BYTES = 300_000  # an item may have 400 KB


@dataclass(frozen=True, slots=True)
class Kept:
    """What a request was told the first time."""

    status: int
    body: Any
    headers: dict[str, str]


class Idempotency:
    """One item a key and account: the request's digest, and its answer as soon as there is one."""

    def __init__(self, record: Record, now: Callable[[], datetime]) -> None:
        self._record = record
        self._now = now

    def answer(self, caller: Caller) -> Kept | None:
        """Return the first answer to the caller's request, None if it was not done yet or must not be repeated.

        Raises Invalid if the key was used for another request, Conflict if it was done but its answer is not kept.
        """
        once = caller.once
        item = self._record.get(_partition(caller), once.key) if once else None
        if once is None or item is None or item["ttl"] <= self._now().timestamp():
            return None
        if item["digest"] != once.digest:
            raise Invalid("This Idempotency-Key was used for another request; use a new one for each.")
        if "answer" not in item:
            raise Conflict("This request was done already, and its answer is not kept: look at the new state.")
        return Kept(item["status"], json.loads(item["answer"]), item.get("headers", {}))

    def marks(self, caller: Caller) -> list[Write]:
        """Return what a change commits together with itself, so that it happens once; often nothing."""
        if caller.once is None:
            return []
        item = self._item(caller, caller.once)
        taken = Conflict("The same request was done at the same time. Repeat it to see its answer.")
        now = int(self._now().timestamp())
        return [Put(item, AbsentOr(NotLater("ttl", now)), taken)]

    def keep(self, caller: Caller, status: int, body: Any, headers: dict[str, str]) -> None:
        """Keep an answer for repetitions; without it they are told to look for themselves."""
        answer = json.dumps(body)
        if caller.once and len(answer) <= MAX_ANSWER_BYTES:
            with suppress(Unavailable):
                kept = {"status": status, "answer": answer, "headers": headers}
                self._record.commit([Put({**self._item(caller, caller.once), **kept})])

    def _item(self, caller: Caller, once: Once) -> dict[str, Any]:
        expires = int((self._now() + REMEMBERED).timestamp())
        return {"PK": _partition(caller), "SK": once.key, "digest": once.digest, "ttl": expires}


def _partition(caller: Caller) -> str:
    return f"IDEMPOTENCY#{caller.account_id}"
