"""Channels and deliveries as JSON."""

from __future__ import annotations

from chalicelib.api.wire import Json, moment
from chalicelib.model.app import App
from chalicelib.model.notice import Channel, Delivery


def channel(channel: Channel, app: App | None) -> Json:
    """Return a channel of an app, or with None of the account; never its secret, nor the path of its URL."""
    return {
        "id": channel.id,
        "app": {"id": app.id, "name": app.name} if app else None,
        "kind": channel.kind,
        "target": channel.shown,
        "failing": channel.failing or None,
        "created_at": moment(channel.created_at),
    }


def delivery(delivery: Delivery) -> Json:
    """Return a notice's way through one channel."""
    channel = delivery.channel
    return {
        "id": delivery.message_id,
        "kind": delivery.notice.kind,
        "stage": delivery.notice.facts.get("stage"),
        "channel": {"id": channel.id, "kind": channel.kind, "target": channel.shown},
        "state": delivery.state,
        "attempts": [{"at": moment(each.at), "outcome": each.outcome} for each in delivery.attempts],
        "next_attempt_at": moment(delivery.due_at) if delivery.due_at else None,
        "created_at": moment(delivery.notice.at),
    }
