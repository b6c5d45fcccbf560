"""The composition root: every object is made here, once, when it is first needed.

Modules that cost much to import (cryptography, the AWS clients) are imported inside, so that a Lambda that only
lists does not pay for what it does not use.
"""

from __future__ import annotations

import os
import random
import threading
import time
from datetime import datetime, timedelta, timezone
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

from chalicelib import settings as _settings
from chalicelib.settings import Settings

MOST_CLIENTS = 32  # users choose the regions of their topics
_making = threading.Lock()

if TYPE_CHECKING:
    from chalicelib.aws.activities import Activities
    from chalicelib.aws.edges import Edges as EdgeReports
    from chalicelib.aws.feed import Feed
    from chalicelib.aws.idempotency import Idempotency
    from chalicelib.aws.table import Table
    from chalicelib.aws.traffic import Traffic as TrafficCounts
    from chalicelib.aws.vault import Vault
    from chalicelib.net.lookup import Dns
    from chalicelib.service.addons import Addons
    from chalicelib.service.apps import Apps
    from chalicelib.service.certificates import Certificates
    from chalicelib.service.channels import Channels
    from chalicelib.service.checks import Checks
    from chalicelib.service.doctor import Doctor
    from chalicelib.service.domains import Domains
    from chalicelib.service.edges import Edges
    from chalicelib.service.endpoints import Endpoints
    from chalicelib.service.expiry import Expiry
    from chalicelib.service.health import HealthCheck
    from chalicelib.service.intermediates import Intermediates
    from chalicelib.service.notices import Notices
    from chalicelib.service.outbox import Outbox, Sender
    from chalicelib.service.reconcile import Reconcile
    from chalicelib.service.removal import Removal
    from chalicelib.service.schedules import Schedules
    from chalicelib.service.tokens import Tokens
    from chalicelib.service.traffic import Traffic
    from chalicelib.service.watch import Watch
    from chalicelib.x509.trust import Anchors


def now() -> datetime:
    """Return the time, aware and in UTC."""
    return datetime.now(timezone.utc)


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return _settings.from_environment(os.environ)


@lru_cache(MOST_CLIENTS)
def client(service: str, region: str | None = None) -> Any:
    """Return the AWS client of a service, in our own region unless one is named; all share one session."""
    from botocore.config import Config

    config = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "max_attempts": 3})
    with _making:  # a session makes one client at a time
        return _session().client(service, region_name=region, config=config)


@cache
def _session() -> Any:
    import boto3

    return boto3.session.Session()


@cache
def _table() -> Table:
    from chalicelib.aws.table import Table

    return Table(client("dynamodb"), settings().table)


@cache
def feed() -> Feed:
    """Return the change feed."""
    from chalicelib.aws.feed import Feed

    return Feed(_table())


@cache
def edge_reports() -> EdgeReports:
    """Return where edges report how far they are."""
    from chalicelib.aws.edges import Edges

    return Edges(_table())


@cache
def traffic_counts() -> TrafficCounts:
    """Return where edges add up what they counted."""
    from chalicelib.aws.traffic import Traffic

    return Traffic(_table())


@cache
def traffic() -> Traffic:
    """Return the use-cases of an app's traffic."""
    from chalicelib.aws.surges import Surges
    from chalicelib.service.traffic import Traffic

    known = (_apps(), activities(), notices(), tokens().owner)
    return Traffic(traffic_counts(), Surges(_table()), *known, settings().app_zone, now)


@cache
def edges() -> Edges:
    """Return how far each edge has followed the record."""
    from chalicelib.service.edges import Edges

    return Edges(edge_reports(), feed(), now)


@cache
def vault() -> Vault:
    """Return where bundles rest."""
    from chalicelib.aws.vault import Vault

    return Vault(client("s3"), client("kms"), settings().bucket, settings().key_id)


@cache
def idempotency() -> Idempotency:
    """Return the marks of requests that may be repeated."""
    from chalicelib.aws.idempotency import Idempotency

    return Idempotency(_table(), now)


@cache
def activities() -> Activities:
    """Return the record of what happened."""
    from chalicelib.aws.activities import Activities

    return Activities(_table(), idempotency(), os.urandom)


@cache
def tokens() -> Tokens:
    """Return the use-cases of accounts and tokens."""
    from chalicelib.aws.accounts import Accounts
    from chalicelib.service.tokens import Tokens

    return Tokens(Accounts(_table()), _channels(), idempotency(), now, os.urandom)


@cache
def apps() -> Apps:
    """Return the use-cases of apps."""
    from chalicelib.service.apps import Apps

    return Apps(_apps(), activities(), settings(), now, random.SystemRandom())


@cache
def addons() -> Addons:
    """Return the use-cases of the add-on."""
    from chalicelib.service.addons import Addons

    return Addons(_addons(), _apps(), activities(), settings(), now, random.SystemRandom())


@cache
def domains() -> Domains:
    """Return the use-cases of custom domains."""
    from chalicelib.aws.domains import Domains as Repository
    from chalicelib.service.claims import Claims
    from chalicelib.service.domains import Domains

    repository = Repository(_table(), _checks())
    claims = Claims(repository, _apps(), activities(), notices(), _dns)
    return Domains(repository, _apps(), activities(), claims, settings(), now)


@cache
def endpoints() -> Endpoints:
    """Return the use-cases of endpoints."""
    from chalicelib.service.endpoints import Endpoints

    return Endpoints(_endpoints(), activities(), now)


@cache
def removal() -> Removal:
    """Return the use-case that removes an app with all that belongs to it."""
    from chalicelib.service.removal import Removal

    return Removal(apps(), addons(), endpoints(), domains())


@cache
def checks() -> Checks:
    """Return the use-case that looks at what is true now."""
    from chalicelib.net.handshake import Client
    from chalicelib.service.checks import Checks

    client = Client(settings().extra_roots_pem)
    return Checks(_endpoints(), settings().edge, settings().app_zone, client, _dns)


@cache
def watch() -> Watch:
    """Return what keeps the checks of domains, and tells of their changes."""
    from chalicelib.service.watch import Watch

    return Watch(checks(), _checks(), _apps(), activities(), notices(), now)


@cache
def certificates() -> Certificates:
    """Return the use-cases that install a certificate."""
    from chalicelib.service.certificates import Certificates

    return Certificates(_endpoints(), _addons(), vault(), activities(), intermediates(), anchors(), now)


@cache
def notices() -> Notices:
    """Return the outbox of notices."""
    from chalicelib.service.notices import Notices

    return Notices(_channels(), _deliveries(), settings())


@cache
def channels() -> Channels:
    """Return the use-cases of channels."""
    from chalicelib.service.channels import Channels

    return Channels(_channels(), _apps(), activities(), idempotency(), _deliveries(), outbox, now, os.urandom)


@cache
def outbox() -> Outbox:
    """Return what sends notices."""
    from chalicelib.model.notice import EXPIRY
    from chalicelib.service.expiry import Served
    from chalicelib.service.messages import Messages
    from chalicelib.service.outbox import Outbox

    is_true = {EXPIRY: Served(_apps(), _endpoints()).is_true}
    return Outbox(_deliveries(), _channels(), Messages(settings(), now), senders(), is_true, now)


@cache
def senders() -> dict[str, Sender]:
    """Return the ways to send, by kind of channel."""
    from pathlib import Path

    from chalicelib.aws.mail import Folder, Mail
    from chalicelib.aws.topics import Topics
    from chalicelib.model.notice import EMAIL, SLACK, SNS, WEBHOOK
    from chalicelib.net import guarded, webhook
    from chalicelib.service.webhooks import Slack, Webhooks

    ours = settings()
    resolve = guarded.resolver(ours.resolver)
    poster = webhook.Poster(webhook.context(ours.extra_roots_pem), resolve, ours.private_webhooks)
    folder = ours.mail_folder
    mail = Folder(Path(folder), ours.mail_from) if folder else Mail(client, ours.mail_from)
    return {EMAIL: mail, SNS: Topics(client), WEBHOOK: Webhooks(poster, now), SLACK: Slack(poster)}


@cache
def expiry() -> Expiry:
    """Return the expiry sweep."""
    from chalicelib.service.expiry import Expiry

    return Expiry(_endpoints(), _apps(), notices(), activities(), outbox(), settings(), now)


@cache
def reconcile() -> Reconcile:
    """Return the daily reconciliation."""
    from chalicelib.aws.leftovers import Leftovers
    from chalicelib.aws.verdicts import Verdicts
    from chalicelib.service.reconcile import Reconcile

    table = _table()
    stores = (vault(), Leftovers(table), Verdicts(table), _endpoints(), _apps())
    return Reconcile(*stores, activities(), notices(), anchors(), settings().app_zone, now)


@cache
def health() -> HealthCheck:
    """Return who watches over the service."""
    from chalicelib.aws.runs import Runs
    from chalicelib.service.health import HealthCheck

    intervals = {job.name: job.every for job in schedules().jobs.values()}
    return HealthCheck(Runs(_table()), vault(), edges(), intervals, now)


@cache
def schedules() -> Schedules:
    """Return what happens without anybody asking."""
    from chalicelib.aws.runs import Runs
    from chalicelib.service.schedules import MINUTE, Job, Schedules

    jobs = (
        # Made when it is its turn: what one job needs, such as cryptography, does not burden the others.
        Job("expiry", timedelta(hours=6), lambda: expiry().sweep()),
        Job("deliveries", MINUTE, lambda: outbox().deliver_due(), lambda: outbox().next_due()),
        Job("checks", MINUTE, lambda: watch().recheck_due(), lambda: _checks().next_due()),
        Job("reconcile", timedelta(days=1), lambda: reconcile().run()),
    )
    return Schedules(jobs, Runs(_table()), now, time.sleep)


@cache
def doctor() -> Doctor:
    """Return the answers to the questions of Heroku's ssl-doctor."""
    from chalicelib.service.doctor import Doctor

    return Doctor(intermediates(), anchors(), now)


@cache
def intermediates() -> Intermediates:
    """Return the use-cases of known intermediates."""
    from chalicelib.aws.pool import Pool
    from chalicelib.net import guarded
    from chalicelib.service.intermediates import Intermediates

    resolve = guarded.resolver(settings().resolver)
    fetch = partial(guarded.get, resolve=resolve) if settings().fetch_issuers else None
    return Intermediates(Pool(_table()), anchors(), fetch, now)


@cache
def anchors() -> Anchors:
    """Return Mozilla's roots and the private ones of EXTRA_ROOTS_PEM."""
    from pathlib import Path

    from chalicelib.x509 import trust

    extra = settings().extra_roots_pem
    return trust.mozilla(Path(extra).read_bytes() if extra else b"")


def _dns() -> Dns:
    """Return a new look at DNS, which remembers nothing of the one before."""
    from chalicelib.net.lookup import Dns

    return Dns(settings().resolver)


@cache
def _checks() -> Any:
    from chalicelib.aws.checks import Checks

    return Checks(_table())


@cache
def _apps() -> Any:
    from chalicelib.aws.apps import Apps

    return Apps(_table(), settings().app_zone)


@cache
def _addons() -> Any:
    from chalicelib.aws.addons import Addons

    return Addons(_table())


@cache
def _endpoints() -> Any:
    from chalicelib.aws.endpoints import Endpoints

    return Endpoints(_table())


@cache
def _channels() -> Any:
    from chalicelib.aws.channels import Channels

    return Channels(_table())


@cache
def _deliveries() -> Any:
    from chalicelib.aws.deliveries import Deliveries

    return Deliveries(_table())
