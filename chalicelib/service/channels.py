"""Channels: add, remove and try the ways to the people behind an app or account."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from chalicelib.errors import Invalid, NotFound
from chalicelib.model.app import App
from chalicelib.model.caller import Caller
from chalicelib.model.notice import MOST_CHANNELS, Channel, Delivery
from chalicelib.model.record import AppRecord
from chalicelib.record.activities import ActivityItems
from chalicelib.record.apps import AppItems
from chalicelib.record.idempotency import Idempotency
from chalicelib.record.notices import ChannelItems
from chalicelib.record.writes import Write
from chalicelib.senders import registry, webhook
from chalicelib.service.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Channels:
    """The use-cases of channels."""

    repository: ChannelItems
    apps: AppItems
    activities: ActivityItems
    idempotency: Idempotency
    outbox: Callable[[], Outbox]
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    def of_account(self, account_id: str) -> list[Channel]:
        """Return the channels for all apps of an account, oldest first."""
        return self.repository.of_account(account_id)

    def failing(self, record: AppRecord) -> list[Channel]:
        """Return the channels of an app and its account that cannot be reached."""
        return [each for each in (*record.channels, *self.of_account(record.app.account_id)) if each.failing]

    def need_of_account(self, caller: Caller, identity: str) -> Channel:
        """Return one of the caller's account's channels by id; raise NotFound if there is none such."""
        for each in self.of_account(caller.account_id):
            if each.id == identity:
                return each
        raise NotFound("channel")

    def add_to_app(self, caller: Caller, record: AppRecord, kind: str, target: str) -> Channel:
        """Tell somebody of one app from now on; raise Invalid for an unusable channel or one too many."""
        app = record.app
        channel = self._new(app.account_id, app.id, kind, target, record.channels)
        activity = self._activity(caller, app, "channel.add", channel)
        self.repository.create(channel, self.apps.expect(app.id), *activity)
        return channel

    def add_to_account(self, caller: Caller, kind: str, target: str) -> Channel:
        """Tell somebody of all apps of an account; raise Invalid for an unusable channel or one too many."""
        account_id = caller.account_id
        channel = self._new(account_id, None, kind, target, self.of_account(account_id))
        self.repository.create(channel, *self.idempotency.marks(caller))
        return channel

    def remove_from_app(self, caller: Caller, app: App, channel: Channel) -> None:
        """Tell nothing through an app's channel any more; raise NotFound if it is gone already."""
        self.repository.remove(channel, *self._activity(caller, app, "channel.remove", channel))

    def remove_from_account(self, caller: Caller, channel: Channel) -> None:
        """Tell nothing through an account's channel any more; raise NotFound if it is gone already."""
        self.repository.remove(channel, *self.idempotency.marks(caller))

    def test(self, caller: Caller, channel: Channel, app: App | None) -> Delivery:
        """Send a test through a channel of an app, or with None of the account, and return what came of it."""
        facts = {"app": app.name if app else "", "actor": caller.token_name}
        log = app.id if app else channel.account_id
        return self.outbox().test(channel, log, facts, *self.idempotency.marks(caller))

    def _new(
        self, account_id: str, app_id: str | None, kind: str, target: str, others: Iterable[Channel]
    ) -> Channel:
        target, known = registry.check(kind, target), [(each.kind, each.target) for each in others]
        if (kind, target) in known:
            raise Invalid("That channel is there already.")
        if len(known) >= MOST_CHANNELS:
            raise Invalid(f"There are {MOST_CHANNELS} channels already; remove one first.")
        secret = webhook.secret(self.random_bytes) if registry.WAYS[kind].is_signed else ""
        return Channel(str(uuid4()), account_id, app_id, kind, target, self.now(), secret)

    def _activity(self, caller: Caller, app: App, action: str, channel: Channel) -> list[Write]:
        return self.activities.write(caller, app.id, self.now(), action, f"{channel.kind} {channel.shown}")
