"""What a way to tell people something is made of, and what it promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from chalicelib.model.notice import Channel, Message
    from chalicelib.net.webhook import Poster
    from chalicelib.settings import Settings


class Sender(Protocol):
    """Sends messages through the channels of one kind."""

    def send(self, channel: Channel, message: Message) -> str:
        """Send a message and return what happened in a sentence; raise Unavailable with one if it failed.

        A message that is sent again has the same id. No sentence tells more of the target than Channel.shown does.
        """


@dataclass(frozen=True)
class Means:
    """What senders are made of; each takes what it needs."""

    settings: Settings
    client: Callable[..., Any]  # of an AWS service, and a region if it is not ours
    now: Callable[[], datetime]  # aware, in UTC

    @cached_property
    def poster(self) -> Poster:
        """What posts to the URLs that users gave; it takes long to make."""
        from chalicelib.net import guarded, webhook  # noqa: PLC0415

        trusted = webhook.context(self.settings.extra_roots_pem)
        return webhook.Poster(trusted, guarded.resolver(self.settings.resolver), self.settings.private_webhooks)


@dataclass(frozen=True, slots=True)
class Way:
    """A kind of channel."""

    kind: str  # what the API calls it
    check: Callable[[str], str]  # returns a target in its canonical form, or raises Invalid
    make: Callable[[Means], Sender]
    name: str  # what the console calls it, and its target
    target: str
    example: str
    keyboard: str = "url"  # the console's `inputmode` for a target
    is_signed: bool = False  # whether a channel has a secret, which is shown once
