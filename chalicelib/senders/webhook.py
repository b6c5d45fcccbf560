"""Webhooks: notices as JSON, signed as Standard Webhooks says.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.model import times
from chalicelib.model.notice import Channel, Message
from chalicelib.senders import url
from chalicelib.senders.way import Way

if TYPE_CHECKING:
    from chalicelib.net.webhook import Poster

PREFIX = "whsec_"
SECRET_BYTES = 32


def secret(random_bytes: Callable[[int], bytes]) -> str:
    """Return a new secret to sign with."""
    return PREFIX + base64.b64encode(random_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return what proves that a message comes from somebody who knows the secret, and when it was sent."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Sends signed JSON; see `way.Sender`."""

    poster: Poster
    now: Callable[[], datetime]

    def send(self, channel: Channel, message: Message) -> str:
        """Send a message and return what happened in a sentence; raise Unavailable with one if it failed."""
        notice, timestamp = message.notice, int(self.now().timestamp())
        data = {**notice.facts, "subject": message.subject, "text": message.text}
        body = json.dumps({"type": notice.kind, "timestamp": times.text(notice.at), "data": data}).encode()
        headers = {
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(channel.secret, message.id, timestamp, body),
        }
        return f"It answered {self.poster.post(channel.target, body, headers)}."


WAY = Way(
    kind="webhook",
    check=url.check,
    make=lambda means: Webhooks(means.poster, means.now),
    name="Webhook",
    target="https URL",
    example="https://hooks.example.com/ssl",
    is_signed=True,
)
