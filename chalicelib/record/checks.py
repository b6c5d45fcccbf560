"""Checks in the table: one item beside each domain, which the index `due` brings up when it is time to look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chalicelib.errors import Conflict
from chalicelib.model import times
from chalicelib.model.check import Check
from chalicelib.record import indexes
from chalicelib.record.conditions import Equals, Item
from chalicelib.record.contract import Record
from chalicelib.record.writes import Delete, Put, Write, new, replace

PREFIX = "CHECK#"
FIELDS = (
    "app_id",
    "account_id",
    "hostname",
    "state",
    "sentence",
    "tls",
    "tls_sentence",
    "version_id",
    "known",
    "known_tls",
    "looks",
    "ver",
)


class CheckItems:
    """One item a domain, made and struck with it."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def new(self, check: Check) -> Write:
        """Store a check as part of the transaction that adds its domain."""
        return Put(_item(check))

    def strike(self, app_id: str, hostname: str) -> Write:
        """Delete a check as part of the transaction that removes its domain."""
        return Delete(_key(app_id, hostname))

    def replace(self, check: Check, *writes: Write) -> None:
        """Store the next state of a check; raise Conflict if somebody else was first, or it is gone."""
        self._record.commit([replace(_item(check), check.ver - 1, _raced(check)), *writes])

    def create(self, check: Check, *writes: Write) -> None:
        """Store the first state of a check that its domain was made without; raise Conflict if there is one."""
        self._record.commit([new(_item(check), _raced(check)), *writes])

    def drop(self, check: Check) -> None:
        """Delete a check whose domain is not there; raise Conflict if it is another one by now."""
        same = Equals({"ver": check.ver, "since": times.text(check.since)})
        self._record.commit([Delete(_key(check.app_id, check.hostname), same, _raced(check))])

    def due(self, now: datetime) -> Iterator[Check]:
        """Yield the checks that are to be looked at by now."""
        return map(check, self._record.due(indexes.CHECK, times.text(now)))

    def next_due(self) -> datetime | None:
        """Return when the next check is to be looked at; None if there is none."""
        at = self._record.next_due(indexes.CHECK)
        return times.moment(at) if at else None


def _raced(check: Check) -> Conflict:
    return Conflict(f"{check.hostname} was looked at, or removed, at the same time.")


def _key(app_id: str, hostname: str) -> Item:
    return {"PK": f"APP#{app_id}", "SK": f"{PREFIX}{hostname}"}


def _item(check: Check) -> Item:
    return {
        **_key(check.app_id, check.hostname),
        "owner": check.account_id,
        "since": times.text(check.since),
        "checked_at": times.text(check.checked_at) if check.checked_at else None,
        **{name: getattr(check, name) for name in FIELDS},
        **indexes.attributes(indexes.CHECK, f"{check.app_id} {check.hostname}", check.due_at),
    }


def check(item: Item) -> Check:
    """Read the item of a check."""
    fields: Item = {name: item.get(name) for name in FIELDS}
    return Check(
        since=times.moment(item["since"]),
        due_at=times.moment(item["due_at"]),
        checked_at=times.moment(item["checked_at"]) if "checked_at" in item else None,
        **fields,
    )
