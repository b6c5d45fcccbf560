"""Every use-case over a record in memory, with a clock that stands and chance that repeats itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from random import Random

import pytest

from chalicelib import settings
from chalicelib.errors import Unavailable
from chalicelib.model.addon import PLAN
from chalicelib.model.answer import NOTHING, Answer, Issuers, Zone
from chalicelib.model.app import App
from chalicelib.model.caller import Account, Caller, Once
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.notice import EXPIRY, Channel, Message
from chalicelib.model.record import AppRecord
from chalicelib.model.served import Handshake
from chalicelib.record.accounts import AccountItems
from chalicelib.record.activities import ActivityItems
from chalicelib.record.addons import AddonItems
from chalicelib.record.apps import AppItems
from chalicelib.record.checks import CheckItems
from chalicelib.record.domains import DomainItems
from chalicelib.record.endpoints import EndpointItems
from chalicelib.record.idempotency import Idempotency
from chalicelib.record.indexes import Feed
from chalicelib.record.notices import ChannelItems, DeliveryItems
from chalicelib.record.pool import Pool
from chalicelib.record.reconciliation import Leftovers, Verdicts
from chalicelib.record.reports import EdgeItems, RunItems, TrafficItems
from chalicelib.record.surges import SurgeItems
from chalicelib.senders.registry import WAYS
from chalicelib.service.addons import Addons
from chalicelib.service.apps import Apps
from chalicelib.service.certificates import Certificates, Upload
from chalicelib.service.channels import Channels
from chalicelib.service.checks import Checks
from chalicelib.service.claims import Claims
from chalicelib.service.domain_checks import DomainChecks
from chalicelib.service.domains import Domains
from chalicelib.service.endpoints import Endpoints
from chalicelib.service.expiry import Expiry, still_served
from chalicelib.service.intermediates import Intermediates
from chalicelib.service.messages import Messages
from chalicelib.service.notices import Notices
from chalicelib.service.outbox import Outbox
from chalicelib.service.removal import Removal
from chalicelib.service.tokens import Tokens
from chalicelib.service.traffic import AppTraffic
from chalicelib.sqlite.record import SqliteRecord
from chalicelib.sqlite.vault import SqliteVault
from chalicelib.x509.anchors import Anchors
from chalicelib.x509.certificate import Certificate
from tests.authority import CA, NOW, LeafCert

ROOT = CA("Unit Root")
OWN = replace(settings.from_environment({}), operator="operator@example.com")
OWNER, OTHER = "owner@example.com", "other@example.com"


@dataclass
class Clock:
    """A clock that stands until it is set."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at

    def tick(self, by: timedelta = timedelta(seconds=1)) -> None:
        """Let time pass."""
        self.at += by


@dataclass
class Letters:
    """A sender that keeps what arrived; `down` says why nothing does."""

    arrived: list[tuple[Channel, Message]] = field(default_factory=list)
    down: str = ""

    def send(self, channel: Channel, message: Message) -> str:
        """Keep a message."""
        if self.down:
            raise Unavailable(self.down)
        self.arrived.append((channel, message))
        return "It arrived."


@dataclass
class Names:
    """A DNS without a network."""

    answers: dict[str, Answer] = field(default_factory=dict)
    records: dict[str, tuple[str, ...]] = field(default_factory=dict)  # TXT
    down: str = ""

    def look_up(self, name: str, seconds: float) -> Answer:
        """Return where a name leads."""
        return self.answers.get(name, NOTHING)

    def zone(self, name: str, seconds: float) -> Zone | None:
        """Return no zone."""
        return None

    def issuers(self, name: str, seconds: float) -> Issuers | None:
        """Return no issuers."""
        return None

    def texts(self, name: str, seconds: float) -> tuple[str, ...]:
        """Return the TXT records of a name."""
        if self.down:
            raise Unavailable(self.down)
        return self.records.get(name, ())


@dataclass
class Edge:
    """An edge that shows what it is given for a name, and else does not answer."""

    shown: dict[str, LeafCert] = field(default_factory=dict)

    def shake(self, address: tuple[str, int], name: str, seconds: float) -> Handshake:
        """Show a certificate."""
        if name not in self.shown:
            raise Unavailable(f"The edge does not answer for {name}.")
        return Handshake(Certificate(self.shown[name].certificate).der, "TLSv1.3", "TLS_AES_128_GCM_SHA256")


@dataclass
class House:
    """One process; everything in it is made when it is first asked for."""

    record: SqliteRecord
    clock: Clock = field(default_factory=Clock)
    letters: Letters = field(default_factory=Letters)
    names: Names = field(default_factory=Names)
    edge: Edge = field(default_factory=Edge)
    random: Random = field(default_factory=lambda: Random(7))

    def __post_init__(self) -> None:
        self.app_items = AppItems(self.record, OWN.app_zone)
        self.check_items = CheckItems(self.record)
        self.domain_items = DomainItems(self.record, self.check_items)
        self.endpoint_items = EndpointItems(self.record)
        self.addon_items = AddonItems(self.record)
        self.channel_items, self.delivery_items = ChannelItems(self.record), DeliveryItems(self.record)
        self.edge_items, self.run_items = EdgeItems(self.record), RunItems(self.record)
        self.traffic_items, self.feed = TrafficItems(self.record), Feed(self.record)
        self.leftovers, self.verdicts = Leftovers(self.record), Verdicts(self.record)
        self.vault = SqliteVault(self.record, bytes(range(32)), self.clock, self.random.randbytes)
        self.idempotency = Idempotency(self.record, self.clock)
        self.activities = ActivityItems(self.record, self.idempotency, self.random.randbytes)
        self.anchors = Anchors([Certificate(ROOT.certificate)])

    @cached_property
    def tokens(self) -> Tokens:
        """Accounts and tokens."""
        accounts = AccountItems(self.record)
        return Tokens(accounts, self.channel_items, self.idempotency, self.clock, self.random.randbytes)

    @cached_property
    def apps(self) -> Apps:
        """Apps."""
        return Apps(self.app_items, self.activities, OWN, self.clock, self.random)

    @cached_property
    def addons(self) -> Addons:
        """The add-on."""
        return Addons(self.addon_items, self.app_items, self.activities, OWN, self.clock, self.random)

    @cached_property
    def notices(self) -> Notices:
        """News."""
        return Notices(self.channel_items, self.delivery_items, OWN.operator)

    @cached_property
    def domains(self) -> Domains:
        """Domains, and claims on them."""
        claims = Claims(self.domain_items, self.app_items, self.activities, self.notices, lambda: self.names)  # type: ignore[arg-type, return-value]
        return Domains(self.domain_items, self.app_items, self.activities, claims, OWN, self.clock)

    @cached_property
    def endpoints(self) -> Endpoints:
        """Endpoints that are there."""
        return Endpoints(self.endpoint_items, self.activities, self.clock)

    @cached_property
    def removal(self) -> Removal:
        """Removing an app."""
        return Removal(self.apps, self.addons, self.endpoints, self.domains)

    @cached_property
    def intermediates(self) -> Intermediates:
        """Known intermediates, none of which is fetched."""
        return Intermediates(Pool(self.record), self.anchors, None, self.clock)

    @cached_property
    def certificates(self) -> Certificates:
        """Installing certificates."""
        return Certificates(
            endpoints=self.endpoint_items,
            addons=self.addon_items,
            vault=self.vault,
            activities=self.activities,
            intermediates=self.intermediates,
            anchors=self.anchors,
            now=self.clock,
        )

    @cached_property
    def outbox(self) -> Outbox:
        """What sends; everything arrives in `letters`."""
        return Outbox(
            deliveries=self.delivery_items,
            channels=self.channel_items,
            messages=Messages(OWN, self.clock),
            senders=dict.fromkeys(WAYS, self.letters),
            is_true={EXPIRY: partial(still_served, self.app_items, self.endpoint_items)},
            now=self.clock,
        )

    @cached_property
    def channels(self) -> Channels:
        """Channels."""
        return Channels(
            repository=self.channel_items,
            apps=self.app_items,
            activities=self.activities,
            idempotency=self.idempotency,
            outbox=lambda: self.outbox,
            now=self.clock,
            random_bytes=self.random.randbytes,
        )

    @cached_property
    def expiry(self) -> Expiry:
        """The expiry sweep."""
        return Expiry(
            endpoints=self.endpoint_items,
            apps=self.app_items,
            notices=self.notices,
            activities=self.activities,
            outbox=self.outbox,
            app_zone=OWN.app_zone,
            now=self.clock,
        )

    @cached_property
    def traffic(self) -> AppTraffic:
        """Traffic and surges."""
        return AppTraffic(
            counts=self.traffic_items,
            surges=SurgeItems(self.record),
            apps=self.app_items,
            activities=self.activities,
            notices=self.notices,
            owner=self.tokens.owner,
            app_zone=OWN.app_zone,
            now=self.clock,
        )

    @cached_property
    def checks(self) -> Checks:
        """Looking, at an edge and a DNS of our own."""
        where = (OWN.edge, OWN.app_zone)
        return Checks(self.endpoint_items, *where, self.edge, lambda: self.names)  # type: ignore[arg-type, return-value]

    @cached_property
    def domain_checks(self) -> DomainChecks:
        """The stored checks."""
        return DomainChecks(
            checks=self.checks,
            repository=self.check_items,
            apps=self.app_items,
            activities=self.activities,
            notices=self.notices,
            now=self.clock,
        )

    def account(self, email: str = OWNER) -> Account:
        """Return an account."""
        return self.tokens.account(email)

    def caller(self, email: str = OWNER, *, once: str = "") -> Caller:
        """Return whoever calls for an account, perhaps with an Idempotency-Key."""
        key = Once(once, f"digest of {once}") if once else None
        return Caller(self.account(email).id, "unit", "admin", "request", key)

    def app(self, name: str = "example", email: str = OWNER) -> App:
        """Make an app."""
        return self.apps.create(self.caller(email), name, None, "127.0.0.1:5000")

    def whole(self, app: App) -> AppRecord:
        """Return an app with all that belongs to it, as it is now."""
        found = self.app_items.record(app.id)
        assert found is not None
        return found

    def with_addon(self, name: str = "example", email: str = OWNER) -> AppRecord:
        """Make an app with the add-on."""
        app = self.app(name, email)
        self.addons.provision(self.caller(email), app, PLAN)
        return self.whole(app)

    def served(self, issued: LeafCert, name: str = "example") -> tuple[Endpoint, Version]:
        """Make an app that serves a certificate."""
        return self.certificates.add(self.caller(), self.with_addon(name), upload(issued))

    def actions(self, app: App) -> list[str]:
        """Return what the app's activity says, by name: all of it happens at one moment."""
        page, _ = self.activities.page(app.id, None, 100)
        return sorted(each.action for each in page)


def upload(issued: LeafCert) -> Upload:
    """Return a certificate as a user sends it."""
    return Upload(issued.chain_pem, issued.key_pem)


@pytest.fixture
def house() -> Iterator[House]:
    """Yield a process with an empty record."""
    record = SqliteRecord(":memory:")
    yield House(record)
    record.close()


@pytest.fixture(scope="session")
def leaf() -> LeafCert:
    """Return a certificate for www.example.com that is trusted."""
    return ROOT.issue_cert("www.example.com")


@pytest.fixture(scope="session")
def newer() -> LeafCert:
    """Return another one."""
    return ROOT.issue_cert("www.example.com")
