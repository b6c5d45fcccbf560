"""Notices: what is told to whom, as part of the change that it tells of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.model.notice import LEASE, OPERATOR, Channel, Delivery, Notice
from chalicelib.model.record import AppRecord
from chalicelib.record.notices import ChannelItems, DeliveryItems
from chalicelib.record.writes import Write
from chalicelib.senders import email, sns


@dataclass(frozen=True, slots=True)
class Notices:
    """Puts notices into the outbox; service.outbox takes them from there."""

    channels: ChannelItems
    deliveries: DeliveryItems
    operator_target: str  # the operator: an address or a topic's ARN; empty: nobody is told

    def of_account(self, account_id: str) -> list[Channel]:
        """Return the ways to the people behind an account."""
        return self.channels.of_account(account_id)

    def of_app(self, record: AppRecord) -> list[Channel]:
        """Return the ways to the people behind an app: its own channels and its account's."""
        return [*record.channels, *self.channels.of_account(record.app.account_id)]

    def operator(self, notice: Notice) -> list[Channel]:
        """Return the way to the operator, if the settings name one."""
        target = self.operator_target
        kind = (sns if target.startswith("arn:") else email).WAY.kind
        return [Channel(OPERATOR, "", None, kind, target, notice.at)] if target else []

    def tell(self, notice: Notice, channels: Iterable[Channel]) -> list[Write]:
        """Return what a change commits together with itself, so that its notice goes out.

        Each write is refused with AlreadyTold where the same notice went into the same channel before.
        """
        return self.writes(Delivery(notice, each, due_at=notice.at) for each in _unlike(channels))

    def claimed(self, notice: Notice, channels: Iterable[Channel]) -> list[Delivery]:
        """Return the deliveries of a notice that is sent right after the commit.

        If that does not happen the tick finds them when the lease is over. `writes` puts them into the commit.
        """
        return [Delivery(notice, each, due_at=notice.at + LEASE) for each in _unlike(channels)]

    def writes(self, deliveries: Iterable[Delivery]) -> list[Write]:
        """Return what stores new deliveries, each refused with AlreadyTold if it is there."""
        return [self.deliveries.new(each) for each in deliveries]


def _unlike(channels: Iterable[Channel]) -> list[Channel]:
    """Drop channels that lead to the same place: nobody wants to hear the same twice."""
    by_place = {(each.kind, each.target): each for each in reversed(list(channels))}
    return list(reversed(by_place.values()))
