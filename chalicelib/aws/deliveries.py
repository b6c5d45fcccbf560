"""Deliveries in the table: the log of an app or account, and the outbox that the index `due` makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.aws import channels, due
from chalicelib.aws.items import Item
from chalicelib.aws.table import Table
from chalicelib.aws.transactions import Write
from chalicelib.errors import Conflict
from chalicelib.model import times
from chalicelib.model.notice import KEPT_DAYS, Attempt, Delivery, Notice


class AlreadyTold(Conflict):
    """This notice went into this channel before."""

    def __init__(self, channel_id: str) -> None:
        super().__init__("That was told already.")
        self.channel_id = channel_id


class Deliveries:
    """One item a notice and channel, under a key that the same notice has again."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def new(self, delivery: Delivery) -> Write:
        """Store a delivery as part of the change that it tells of; refused with AlreadyTold if it is there."""
        return self._table.new(_item(delivery), AlreadyTold(delivery.channel.id))

    def create(self, delivery: Delivery, *writes: Write) -> None:
        """Store a new delivery; raise AlreadyTold if it is there."""
        self._table.commit([self.new(delivery), *writes])

    def replace(self, delivery: Delivery, *writes: Write) -> None:
        """Store the next state of a delivery; raise Conflict if somebody else had it first."""
        raced, item, before = Conflict("Somebody else delivers that."), _item(delivery), delivery.ver - 1
        if writes:
            self._table.commit([self._table.replace(item, before, raced), *writes])
        else:
            self._table.put_over(item, before, raced)

    def due(self, now: datetime) -> Iterator[Delivery]:
        """Yield what has to be tried by now."""
        return map(_delivery, self._table.due(due.DELIVERY, times.text(now)))

    def next_due(self) -> datetime | None:
        """Return when the next delivery is to be tried; None if none is."""
        at = self._table.next_due(due.DELIVERY)
        return times.moment(at) if at else None

    def of(self, log: str) -> list[Delivery]:
        """Return the delivery log of an app or account, newest first."""
        found = map(_delivery, self._table.query(f"DELIVERIES#{log}"))
        return sorted(found, key=lambda each: (each.notice.at, each.id), reverse=True)


def _item(delivery: Delivery) -> Item:
    notice = delivery.notice
    return {
        "PK": f"DELIVERIES#{notice.log}",
        "SK": delivery.id,
        "key": notice.key,
        "kind": notice.kind,
        "log": notice.log,
        "at": times.text(notice.at),
        "facts": json.dumps(notice.facts),
        "channel": channels.plain(delivery.channel),
        "state": delivery.state,
        "attempts": [{"at": times.text(each.at), "outcome": each.outcome} for each in delivery.attempts],
        "ver": delivery.ver,
        "ttl": int((notice.at + timedelta(days=KEPT_DAYS)).timestamp()),
        **due.attributes(due.DELIVERY, delivery.id, delivery.due_at),
    }


def _delivery(item: Item) -> Delivery:
    notice = Notice(item["key"], item["kind"], item["log"], times.moment(item["at"]), json.loads(item["facts"]))
    return Delivery(
        notice=notice,
        channel=channels.channel_of(item["channel"]),
        state=item["state"],
        attempts=tuple(Attempt(times.moment(each["at"]), each["outcome"]) for each in item["attempts"]),
        due_at=times.moment(item["due_at"]) if "due_at" in item else None,
        ver=item["ver"],
    )
