"""News for the people behind an app, and the ways to them: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

EXPIRY, TEST = "expiry", "test"  # the kinds of notices that this module's rules know
OPERATOR = "operator"  # the id of the channel to the people who run the service
MOST_CHANNELS = 10  # of one app, and of one account: a change tells them all in one transaction
URL = re.compile(r"(https)://([^/?#]*)", re.I)

KEPT_DAYS = 400  # of the delivery log
LEASE = timedelta(minutes=2)  # for so long a delivery is its sender's alone
SLOWEST = timedelta(minutes=1)  # one try takes less, whatever the way
# After each attempt that failed; with the last one the delivery is given up.
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 1440))
PENDING, DELIVERED, FAILED, DROPPED = ("pending", "delivered", "failed", "dropped")


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach somebody: for one app, or for all apps of an account."""

    id: str
    account_id: str
    app_id: str | None  # None: for all apps of the account
    kind: str  # one of those of senders.registry
    target: str  # an e-mail address, a topic's ARN or an https URL
    created_at: datetime
    secret: str = field(default="", repr=False)  # of a webhook: what its signatures are made with
    failing: str = ""  # why the last delivery was given up; empty while all is well

    @property
    def shown(self) -> str:
        """Return the target as it may be shown: the path of a URL is a secret, and who the operator is, too."""
        if self.id == OPERATOR:
            return "whoever runs the service"
        url = URL.match(self.target)
        return f"{url[1].lower()}://{url[2]}/…" if url else self.target


@dataclass(frozen=True, slots=True)
class Notice:
    """One piece of news."""

    key: str  # the same for the same news, however often it is found: it is told once a channel
    kind: str  # which template tells it
    log: str  # the id of the app, or of the account, in whose delivery log it is
    at: datetime
    facts: Mapping[str, Any]  # what the template needs: text, numbers and lists of them; never a secret


@dataclass(frozen=True, slots=True)
class Message:
    """A notice in words, on its way through one channel."""

    id: str  # the same for each try
    notice: Notice
    subject: str  # one line
    text: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver."""

    at: datetime
    outcome: str  # a sentence


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way through one channel."""

    notice: Notice
    channel: Channel  # as it was when the notice was made
    state: str = PENDING
    attempts: tuple[Attempt, ...] = ()
    due_at: datetime | None = None  # when to try next; None when it has ended
    ver: int = 1

    @property
    def id(self) -> str:
        """Return what names the delivery in its log."""
        return f"{self.notice.key}#{self.channel.id}"

    @property
    def message_id(self) -> str:
        """Return what lets its receiver know a repetition: the same for each try, and for no other delivery."""
        return str(uuid5(NAMESPACE_URL, f"ssl-endpoint/deliveries/{self.notice.log}/{self.id}"))

    def may_be_sent(self, now: datetime) -> bool:
        """Tell whether a sender that claimed it can finish a try before the lease is over."""
        return self.due_at is not None and now + SLOWEST <= self.due_at

    @property
    def outcome(self) -> str:
        """Return what the last try came to; empty if there was none."""
        return self.attempts[-1].outcome if self.attempts else ""

    def claim(self, now: datetime) -> Delivery:
        """Return the delivery as its sender holds it; the next one may try when the lease is over."""
        return replace(self, due_at=now + LEASE, ver=self.ver + 1)

    def deliver(self, now: datetime, outcome: str) -> Delivery:
        """Return the delivery once it has arrived."""
        return self._attempted(now, outcome, DELIVERED, None)

    def fail(self, now: datetime, outcome: str) -> Delivery:
        """Return the delivery after a try that failed: to be tried again later, or given up.

        A test is given up at once: the person who asked for it is told, and can ask again.
        """
        if self.notice.kind == TEST or len(self.attempts) >= len(RETRY_AFTER):
            return self._attempted(now, outcome, FAILED, None)
        return self._attempted(now, outcome, PENDING, now + RETRY_AFTER[len(self.attempts)])

    def drop(self, now: datetime, outcome: str) -> Delivery:
        """Return the delivery when its news is no longer true."""
        return self._attempted(now, outcome, DROPPED, None)

    def _attempted(self, now: datetime, outcome: str, state: str, due_at: datetime | None) -> Delivery:
        attempts = (*self.attempts, Attempt(now, outcome))
        return replace(self, attempts=attempts, state=state, due_at=due_at, ver=self.ver + 1)
