"""Channels, beside their app or account, and deliveries: the log of an app or account, and the outbox it makes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from chalicelib.errors import Conflict, NotFound
from chalicelib.model import times
from chalicelib.model.notice import KEPT_DAYS, Attempt, Channel, Delivery, Notice
from chalicelib.record import indexes
from chalicelib.record.conditions import Equals, Item
from chalicelib.record.contract import Record
from chalicelib.record.writes import Amend, Delete, Put, Write, new, replace

PREFIX = "CHANNEL#"


class ChannelItems:
    """One item a channel."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def of_account(self, account_id: str) -> list[Channel]:
        """Return the channels for all apps of an account, oldest first."""
        return channels(self._record.query(f"ACCOUNT#{account_id}", PREFIX))

    def create(self, channel: Channel, *writes: Write) -> None:
        """Store a new channel."""
        self._record.commit([self.new(channel), *writes])

    def new(self, channel: Channel) -> Write:
        """Store a new channel as part of a transaction."""
        return Put(_channel_item(channel))

    def remove(self, channel: Channel, *writes: Write) -> None:
        """Delete a channel; raise NotFound if it is gone already."""
        gone = NotFound("channel")
        there = Delete(key(channel), Equals({"channel_id": channel.id}), gone)
        self._record.commit([there, *writes])

    def current(self, channel: Channel) -> Channel | None:
        """Return a channel as it is now; None if it is gone."""
        item = self._record.get(*key(channel).values())
        return channel_of(item) if item else None

    def failing(self, channel: Channel, why: str) -> Write:
        """Keep why a channel cannot be reached, or with "" that it can; refused with NotFound if it is gone."""
        same = Equals({"channel_id": channel.id})
        return Amend(key(channel), {"failing": why or None}, same, NotFound("channel"))


def channels(items: Iterable[Item]) -> list[Channel]:
    """Read items, oldest first."""
    found = map(channel_of, items)
    return sorted(found, key=lambda each: (each.created_at, each.id))


def key(channel: Channel) -> Item:
    """Return where a channel is."""
    place = f"APP#{channel.app_id}" if channel.app_id else f"ACCOUNT#{channel.account_id}"
    return {"PK": place, "SK": f"{PREFIX}{channel.id}"}


def _channel_item(channel: Channel) -> Item:
    # In an app's partition the owner's index needs it too: lists show which channels fail.
    owned = {"owner": channel.account_id} if channel.app_id else {}
    return {**key(channel), **owned, **plain(channel)}


def plain(channel: Channel) -> Item:
    """Return a channel as the attributes of an item."""
    return {
        "channel_id": channel.id,
        "account_id": channel.account_id,
        "app_id": channel.app_id,
        "kind": channel.kind,
        "target": channel.target,
        "secret": channel.secret or None,
        "failing": channel.failing or None,
        "created_at": times.text(channel.created_at),
    }


def channel_of(item: Item) -> Channel:
    """Read what `plain` wrote."""
    return Channel(
        id=item["channel_id"],
        account_id=item["account_id"],
        app_id=item.get("app_id"),
        kind=item["kind"],
        target=item["target"],
        created_at=times.moment(item["created_at"]),
        secret=item.get("secret") or "",
        failing=item.get("failing") or "",
    )


class AlreadyTold(Conflict):
    """This notice went into this channel before."""

    def __init__(self, channel_id: str) -> None:
        super().__init__("That was told already.")
        self.channel_id = channel_id


class DeliveryItems:
    """One item a notice and channel, under a key that the same notice has again."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def new(self, delivery: Delivery) -> Write:
        """Store a delivery as part of the change that it tells of; refused with AlreadyTold if it is there."""
        return new(_delivery_item(delivery), AlreadyTold(delivery.channel.id))

    def create(self, delivery: Delivery, *writes: Write) -> None:
        """Store a new delivery; raise AlreadyTold if it is there."""
        self._record.commit([self.new(delivery), *writes])

    def replace(self, delivery: Delivery, *writes: Write) -> None:
        """Store the next state of a delivery; raise Conflict if somebody else had it first."""
        raced, item, before = Conflict("Somebody else delivers that."), _delivery_item(delivery), delivery.ver - 1
        self._record.commit([replace(item, before, raced), *writes])

    def due(self, now: datetime) -> Iterator[Delivery]:
        """Yield what has to be tried by now."""
        return map(_delivery, self._record.due(indexes.DELIVERY, times.text(now)))

    def next_due(self) -> datetime | None:
        """Return when the next delivery is to be tried; None if none is."""
        at = self._record.next_due(indexes.DELIVERY)
        return times.moment(at) if at else None

    def of(self, log: str) -> list[Delivery]:
        """Return the delivery log of an app or account, newest first."""
        found = map(_delivery, self._record.query(f"DELIVERIES#{log}"))
        return sorted(found, key=lambda each: (each.notice.at, each.id), reverse=True)


def _delivery_item(delivery: Delivery) -> Item:
    notice = delivery.notice
    return {
        "PK": f"DELIVERIES#{notice.log}",
        "SK": delivery.id,
        "key": notice.key,
        "kind": notice.kind,
        "log": notice.log,
        "at": times.text(notice.at),
        "facts": json.dumps(notice.facts),
        "channel": plain(delivery.channel),
        "state": delivery.state,
        "attempts": [{"at": times.text(each.at), "outcome": each.outcome} for each in delivery.attempts],
        "ver": delivery.ver,
        "ttl": int((notice.at + timedelta(days=KEPT_DAYS)).timestamp()),
        **indexes.attributes(indexes.DELIVERY, delivery.id, delivery.due_at),
    }


def _delivery(item: Item) -> Delivery:
    notice = Notice(item["key"], item["kind"], item["log"], times.moment(item["at"]), json.loads(item["facts"]))
    return Delivery(
        notice=notice,
        channel=channel_of(item["channel"]),
        state=item["state"],
        attempts=tuple(Attempt(times.moment(each["at"]), each["outcome"]) for each in item["attempts"]),
        due_at=times.moment(item["due_at"]) if "due_at" in item else None,
        ver=item["ver"],
    )
