"""Every kind of channel; `make openapi` brings the API's document and the console's list up to it."""

from __future__ import annotations

from chalicelib.errors import Invalid
from chalicelib.senders import email, slack, sns, webhook
from chalicelib.senders.way import Means, Sender

LONGEST_TARGET = 2048  # characters
WAYS = {way.kind: way for way in (email.WAY, webhook.WAY, slack.WAY, sns.WAY)}


def check(kind: str, target: str) -> str:
    """Return a channel's target in its canonical form.

    Raises Invalid for an unknown kind, and for a target to which nothing of that kind can be sent.
    """
    if kind not in WAYS:
        raise Invalid(f"A channel's kind is one of {', '.join(WAYS)}.")
    target = target.strip()
    if len(target) > LONGEST_TARGET:
        raise Invalid(f"A channel's target has at most {LONGEST_TARGET:,} characters.")
    return WAYS[kind].check(target)


def made(means: Means) -> dict[str, Sender]:
    """Return the sender of each kind."""
    return {way.kind: way.make(means) for way in WAYS.values()}
