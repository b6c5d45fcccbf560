"""Channels in the table: an app's beside the app, an account's beside the account."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.aws.items import Item
from chalicelib.aws.table import Table
from chalicelib.aws.transactions import Write
from chalicelib.errors import NotFound
from chalicelib.model import times
from chalicelib.model.notice import Channel

PREFIX = "CHANNEL#"


class Channels:
    """One item a channel."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_account(self, account_id: str) -> list[Channel]:
        """Return the channels for all apps of an account, oldest first."""
        return channels(self._table.query(f"ACCOUNT#{account_id}", PREFIX))

    def create(self, channel: Channel, *writes: Write) -> None:
        """Store a new channel."""
        self._table.commit([self.new(channel), *writes])

    def new(self, channel: Channel) -> Write:
        """Store a new channel as part of a transaction."""
        return self._table.add(_item(channel))

    def remove(self, channel: Channel, *writes: Write) -> None:
        """Delete a channel; raise NotFound if it is gone already."""
        gone = NotFound("channel")
        there = self._table.delete(key(channel), "channel_id = :id", {":id": channel.id}, gone)
        self._table.commit([there, *writes])

    def current(self, channel: Channel) -> Channel | None:
        """Return a channel as it is now; None if it is gone."""
        item = self._table.get(*key(channel).values())
        return channel_of(item) if item else None

    def failing(self, channel: Channel, why: str) -> Write:
        """Keep why a channel cannot be reached, or with "" that it can; refused with NotFound if it is gone."""
        condition, values = "channel_id = :id", {":id": channel.id}
        return self._table.amend(key(channel), {"failing": why or None}, condition, values, NotFound("channel"))


def channels(items: Iterable[Item]) -> list[Channel]:
    """Read items, oldest first."""
    found = map(channel_of, items)
    return sorted(found, key=lambda each: (each.created_at, each.id))


def key(channel: Channel) -> Item:
    """Return where a channel is."""
    place = f"APP#{channel.app_id}" if channel.app_id else f"ACCOUNT#{channel.account_id}"
    return {"PK": place, "SK": f"{PREFIX}{channel.id}"}


def _item(channel: Channel) -> Item:
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
