"""The composition root: every use-case is made here of what is in stores, once, when it is first needed.

What is costly to import, such as cryptography, is imported inside: a Lambda that only lists does not pay for it.
"""

from __future__ import annotations

import os
import random
from datetime import datetime, timezone
from functools import cache, partial
from typing import TYPE_CHECKING

from chalicelib import stores

if TYPE_CHECKING:
    from chalicelib.net.lookup import Dns
    from chalicelib.record.activities import ActivityItems
    from chalicelib.record.idempotency import Idempotency
    from chalicelib.senders.way import Sender
    from chalicelib.service.addons import Addons
    from chalicelib.service.apps import Apps
    from chalicelib.service.certificates import Certificates
    from chalicelib.service.channels import Channels
    from chalicelib.service.checks import Checks
    from chalicelib.service.doctor import Doctor
    from chalicelib.service.domain_checks import DomainChecks
    from chalicelib.service.domains import Domains
    from chalicelib.service.edges import Edges
    from chalicelib.service.endpoints import Endpoints
    from chalicelib.service.intermediates import Intermediates
    from chalicelib.service.notices import Notices
    from chalicelib.service.outbox import Outbox
    from chalicelib.service.removal import Removal
    from chalicelib.service.tokens import Tokens
    from chalicelib.service.traffic import AppTraffic
    from chalicelib.x509.trust import Anchors

settings = stores.settings


def now() -> datetime:
    """Return the time, aware and in UTC."""
    return datetime.now(timezone.utc)


@cache
def traffic() -> AppTraffic:
    """Return the use-cases of an app's traffic."""
    from chalicelib.record.surges import SurgeItems
    from chalicelib.service.traffic import AppTraffic

    return AppTraffic(
        counts=stores.traffic(),
        surges=SurgeItems(stores.record()),
        apps=stores.apps(),
        activities=activities(),
        notices=notices(),
        owner=tokens().owner,
        app_zone=settings().app_zone,
        now=now,
    )


@cache
def edges() -> Edges:
    """Return how far each edge has followed the record."""
    from chalicelib.service.edges import Edges

    return Edges(repository=stores.edges(), feed=stores.feed(), now=now)


@cache
def idempotency() -> Idempotency:
    """Return the marks of requests that may be repeated."""
    from chalicelib.record.idempotency import Idempotency

    return Idempotency(stores.record(), now)


@cache
def activities() -> ActivityItems:
    """Return the record of what happened."""
    from chalicelib.record.activities import ActivityItems

    return ActivityItems(stores.record(), idempotency(), os.urandom)


@cache
def tokens() -> Tokens:
    """Return the use-cases of accounts and tokens."""
    from chalicelib.record.accounts import AccountItems
    from chalicelib.service.tokens import Tokens

    return Tokens(
        accounts=AccountItems(stores.record()),
        channels=stores.channels(),
        idempotency=idempotency(),
        now=now,
        random_bytes=os.urandom,
    )


@cache
def apps() -> Apps:
    """Return the use-cases of apps."""
    from chalicelib.service.apps import Apps

    return Apps(
        repository=stores.apps(),
        activities=activities(),
        settings=settings(),
        now=now,
        random=random.SystemRandom(),
    )


@cache
def addons() -> Addons:
    """Return the use-cases of the add-on."""
    from chalicelib.service.addons import Addons

    return Addons(
        repository=stores.addons(),
        apps=stores.apps(),
        activities=activities(),
        settings=settings(),
        now=now,
        random=random.SystemRandom(),
    )


@cache
def domains() -> Domains:
    """Return the use-cases of custom domains."""
    from chalicelib.service.claims import Claims
    from chalicelib.service.domains import Domains

    claims = Claims(
        repository=stores.domains(), apps=stores.apps(), activities=activities(), notices=notices(), lookup=_dns
    )
    return Domains(
        repository=stores.domains(),
        apps=stores.apps(),
        activities=activities(),
        claims=claims,
        settings=settings(),
        now=now,
    )


@cache
def endpoints() -> Endpoints:
    """Return the use-cases of endpoints."""
    from chalicelib.service.endpoints import Endpoints

    return Endpoints(repository=stores.endpoints(), activities=activities(), now=now)


@cache
def removal() -> Removal:
    """Return the use-case that removes an app with all that belongs to it."""
    from chalicelib.service.removal import Removal

    return Removal(apps=apps(), addons=addons(), endpoints=endpoints(), domains=domains())


@cache
def checks() -> Checks:
    """Return the use-case that looks at what is true now."""
    from chalicelib.net.handshake import Client
    from chalicelib.service.checks import Checks

    return Checks(
        endpoints=stores.endpoints(),
        edge=settings().edge,
        app_zone=settings().app_zone,
        client=Client(settings().extra_roots_pem),
        dns=_dns,
    )


@cache
def domain_checks() -> DomainChecks:
    """Return what keeps the checks of domains, and tells of their changes."""
    from chalicelib.service.domain_checks import DomainChecks

    return DomainChecks(
        checks=checks(),
        repository=stores.checks(),
        apps=stores.apps(),
        activities=activities(),
        notices=notices(),
        now=now,
    )


@cache
def certificates() -> Certificates:
    """Return the use-cases that install a certificate."""
    from chalicelib.service.certificates import Certificates

    return Certificates(
        endpoints=stores.endpoints(),
        addons=stores.addons(),
        vault=stores.vault(),
        activities=activities(),
        intermediates=intermediates(),
        anchors=anchors(),
        now=now,
    )


@cache
def notices() -> Notices:
    """Return the outbox of notices."""
    from chalicelib.service.notices import Notices

    return Notices(channels=stores.channels(), deliveries=stores.deliveries(), operator_target=settings().operator)


@cache
def channels() -> Channels:
    """Return the use-cases of channels."""
    from chalicelib.service.channels import Channels

    return Channels(
        repository=stores.channels(),
        apps=stores.apps(),
        activities=activities(),
        idempotency=idempotency(),
        outbox=outbox,
        now=now,
        random_bytes=os.urandom,
    )


@cache
def outbox() -> Outbox:
    """Return what sends notices."""
    from chalicelib.model.notice import EXPIRY
    from chalicelib.service.expiry import still_served
    from chalicelib.service.messages import Messages
    from chalicelib.service.outbox import Outbox

    return Outbox(
        deliveries=stores.deliveries(),
        channels=stores.channels(),
        messages=Messages(settings=settings(), now=now),
        senders=senders(),
        is_true={EXPIRY: partial(still_served, stores.apps(), stores.endpoints())},
        now=now,
    )


@cache
def senders() -> dict[str, Sender]:
    """Return the ways to send, by kind of channel."""
    from chalicelib.senders import registry
    from chalicelib.senders.way import Means

    return registry.made(Means(settings=settings(), client=stores.client, now=now))


@cache
def doctor() -> Doctor:
    """Return the answers to the questions of Heroku's ssl-doctor."""
    from chalicelib.service.doctor import Doctor

    return Doctor(intermediates=intermediates(), anchors=anchors(), now=now)


@cache
def intermediates() -> Intermediates:
    """Return the use-cases of known intermediates."""
    from chalicelib.net import guarded
    from chalicelib.record.pool import Pool
    from chalicelib.service.intermediates import Intermediates

    resolve = guarded.resolver(settings().resolver)
    fetch = partial(guarded.get, resolve=resolve) if settings().fetch_issuers else None
    return Intermediates(pool=Pool(stores.record()), anchors=anchors(), fetch=fetch, now=now)


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
