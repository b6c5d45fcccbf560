"""The expiry sweep with a clock and senders of the test's own, over the real record."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from chalicelib import stores, wiring
from chalicelib.errors import Unavailable
from chalicelib.model import expiry
from chalicelib.model.app import App
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.notice import EXPIRY, LEASE, Channel, Message
from chalicelib.record import endpoints
from chalicelib.record.writes import MOST_WRITES, Put, Write
from chalicelib.senders.registry import WAYS
from chalicelib.service.expiry import Expiry, still_served
from chalicelib.service.messages import Messages
from chalicelib.service.outbox import Outbox
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.facts import Verdict
from tests.authority import CA, DAY, NOW
from tests.functional.steps import Death

MOMENT = timedelta(seconds=1)


@dataclass
class Clock:
    """A clock that stands until it is set."""

    at: datetime

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at


@dataclass
class Letterbox:
    """A sender that keeps what arrived; `down` says why nothing does, `dies` lets it end the process."""

    arrived: list[tuple[Channel, Message]] = field(default_factory=list)
    down: str = ""
    dies: str = ""  # "before" or "after" the message has arrived

    def send(self, channel: Channel, message: Message) -> str:
        """Keep a message."""
        if self.dies == "before":
            raise Death
        if self.down:
            raise Unavailable(self.down)
        self.arrived.append((channel, message))
        if self.dies == "after":
            raise Death
        return "It arrived."

    @property
    def ids(self) -> list[str]:
        """Return the ids of what arrived, in order."""
        return [message.id for _, message in self.arrived]

    @property
    def stages(self) -> list[str]:
        """Return the stages that were told, in order."""
        return [message.notice.facts["stage"] for _, message in self.arrived]


@dataclass
class House:
    """One process that sweeps and delivers."""

    clock: Clock
    letters: Letterbox

    def __post_init__(self) -> None:
        heads, apps = stores.endpoints(), stores.apps()
        senders = dict.fromkeys(WAYS, self.letters)
        self.outbox = Outbox(
            deliveries=stores.deliveries(),
            channels=stores.channels(),
            messages=Messages(wiring.settings(), self.clock),
            senders=senders,
            is_true={EXPIRY: partial(still_served, apps, heads)},
            now=self.clock,
        )
        self.expiry = Expiry(
            endpoints=heads,
            apps=apps,
            notices=wiring.notices(),
            activities=wiring.activities(),
            outbox=self.outbox,
            app_zone=wiring.settings().app_zone,
            now=self.clock,
        )

    def sweep(self, at: datetime | None = None) -> dict[str, int]:
        """Sweep at a moment, or now."""
        self.clock.at = at or self.clock.at
        return self.expiry.sweep()

    def deliver(self, after: timedelta = timedelta(0)) -> dict[str, int]:
        """Deliver what is due after a while."""
        self.clock.at += after
        return self.outbox.deliver_due()

    def heal(self) -> None:
        """Do what the schedules do later: sweep again, and deliver when every lease is over."""
        self.sweep()
        self.deliver(LEASE)
        self.deliver(LEASE)


def reminders(api: Any, app: str = "example") -> dict[str, datetime]:
    """Return when each stage of what an app serves is reached, to the microsecond."""
    [endpoint] = api.call("GET", f"/apps/{app}/ssl-endpoints").body
    record = stores.apps().record(endpoint["app"]["id"])
    assert record is not None
    assert record.serving is not None
    return expiry.moments(record.serving)


LONG = Certificate(CA().issue_cert("www.example.com", not_before=NOW - DAY, not_after=NOW + 199 * DAY).certificate)
FRESH = Version("e", 1, "v", "", (LONG.facts,), Verdict(trusted=True, reasons=()), (), NOW, "test")
ENDING = replace(
    FRESH,
    chain=(replace(LONG.facts, starts_at=NOW - 60 * DAY, expires_at=NOW + 29 * DAY, fingerprint="e" * 64),),
)


def store(account_id: str, number: int, version: Version, first: int = 0) -> None:
    """Put apps with an endpoint each straight into the table: all that a sweep needs of them."""
    made: list[Write] = []
    for place in range(first, first + number):
        app = App(str(uuid4()), f"stored-{place}", account_id, "us", "127.0.0.1:1", NOW, NOW)
        head = Endpoint(str(uuid4()), app.id, account_id, f"tokyo-{place}", None, 1, "v", None, None, 1, NOW, NOW)
        served = replace(version, endpoint_id=head.id)
        made += [
            Put(stores.apps()._item(app)),
            Put(endpoints._item(head, served)),
        ]
    for start in range(0, len(made), MOST_WRITES):
        stores.record().commit(made[start : start + MOST_WRITES])
