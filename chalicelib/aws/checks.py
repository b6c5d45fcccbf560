"""Checks in the table: one item beside each domain, which the index `due` brings up when it is time to look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chalicelib.aws import due
from chalicelib.aws.items import Item
from chalicelib.aws.table import Table
from chalicelib.aws.transactions import Write
from chalicelib.errors import Conflict
from chalicelib.model import times
from chalicelib.model.check import Check

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


class Checks:
    """One item a domain, made and struck with it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def new(self, check: Check) -> Write:
        """Store a check as part of the transaction that adds its domain."""
        return self._table.add(_item(check))

    def strike(self, app_id: str, hostname: str) -> Write:
        """Delete a check as part of the transaction that removes its domain."""
        return self._table.strike(_key(app_id, hostname))

    def replace(self, check: Check, *writes: Write) -> None:
        """Store the next state of a check; raise Conflict if somebody else was first, or it is gone."""
        self._table.commit([self._table.replace(_item(check), check.ver - 1, _raced(check)), *writes])

    def create(self, check: Check, *writes: Write) -> None:
        """Store the first state of a check that its domain was made without; raise Conflict if there is one."""
        self._table.commit([self._table.new(_item(check), _raced(check)), *writes])

    def drop(self, check: Check) -> None:
        """Delete a check whose domain is not there; raise Conflict if it is another one by now."""
        key, same = _key(check.app_id, check.hostname), {":ver": check.ver, ":since": times.text(check.since)}
        self._table.commit([self._table.delete(key, "ver = :ver AND since = :since", same, _raced(check))])

    def due(self, now: datetime) -> Iterator[Check]:
        """Yield the checks that are to be looked at by now."""
        return map(check, self._table.due(due.CHECK, times.text(now)))

    def next_due(self) -> datetime | None:
        """Return when the next check is to be looked at; None if there is none."""
        at = self._table.next_due(due.CHECK)
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
        **due.attributes(due.CHECK, f"{check.app_id} {check.hostname}", check.due_at),
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
