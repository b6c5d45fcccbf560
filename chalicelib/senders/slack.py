"""Slack and its like, which show the text of what is posted to them as a message."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.model.notice import Channel, Message
from chalicelib.senders import url
from chalicelib.senders.way import Way

if TYPE_CHECKING:
    from chalicelib.net.webhook import Poster

TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # what else would call people or make links


@dataclass(frozen=True, slots=True)
class Slack:
    """Sends texts; see `way.Sender`."""

    poster: Poster

    def send(self, channel: Channel, message: Message) -> str:
        """Send a message and return what happened in a sentence; raise Unavailable with one if it failed."""
        text = f"{message.subject}\n{message.text}".translate(TEXT)
        body = json.dumps({"text": text}).encode()
        return f"It answered {self.poster.post(channel.target, body, {})}."


EXAMPLE = "https://hooks.slack.com/services/…"
WAY = Way("slack", url.check, lambda means: Slack(means.poster), "Slack", "Incoming webhook’s URL", EXAMPLE)
