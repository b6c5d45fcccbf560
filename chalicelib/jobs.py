"""What is done without anybody asking, made of what is in wiring, and what watches over it.

What one job needs, such as cryptography, is imported and made when it is its turn, so that it burdens no other.
"""

from __future__ import annotations

import time
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from chalicelib import stores, wiring

if TYPE_CHECKING:
    from chalicelib.service.expiry import Expiry
    from chalicelib.service.health import HealthCheck
    from chalicelib.service.judging import Judging
    from chalicelib.service.schedules import Schedules, Steps


@cache
def expiry() -> Expiry:
    """Return the expiry sweep."""
    from chalicelib.service.expiry import Expiry

    return Expiry(
        endpoints=stores.endpoints(),
        apps=stores.apps(),
        notices=wiring.notices(),
        activities=wiring.activities(),
        outbox=wiring.outbox(),
        app_zone=wiring.settings().app_zone,
        now=wiring.now,
    )


@cache
def reconcile() -> Steps:
    """Return the daily reconciliation."""
    from chalicelib.record.reconciliation import Leftovers
    from chalicelib.service.clearing import ItemClearing, SealedVersionClearing
    from chalicelib.service.schedules import Steps

    leftovers = Leftovers(stores.record())
    sealed_versions = SealedVersionClearing(vault=stores.vault(), leftovers=leftovers, now=wiring.now)
    items = ItemClearing(leftovers=leftovers, now=wiring.now)
    return Steps((sealed_versions.run, items.run, judging().run))


@cache
def judging() -> Judging:
    """Return what judges all that is served when the roots have changed."""
    from chalicelib.record.reconciliation import Verdicts
    from chalicelib.service.judging import Judging

    return Judging(
        verdicts=Verdicts(stores.record()),
        endpoints=stores.endpoints(),
        apps=stores.apps(),
        activities=wiring.activities(),
        notices=wiring.notices(),
        anchors=wiring.anchors(),
        app_zone=wiring.settings().app_zone,
        now=wiring.now,
    )


@cache
def schedules() -> Schedules:
    """Return what happens without anybody asking."""
    from chalicelib.service.schedules import MINUTE, Job, Schedules

    jobs = (
        Job("expiry", timedelta(hours=6), lambda: expiry().sweep()),
        Job("deliveries", MINUTE, lambda: wiring.outbox().deliver_due(), lambda: stores.deliveries().next_due()),
        Job("checks", MINUTE, lambda: wiring.domain_checks().recheck_due(), lambda: stores.checks().next_due()),
        Job("reconcile", timedelta(days=1), lambda: reconcile().run()),
    )
    return Schedules(jobs={job.name: job for job in jobs}, runs=stores.runs(), now=wiring.now, sleep=time.sleep)


@cache
def health() -> HealthCheck:
    """Return who watches over the service."""
    from chalicelib.service.health import HealthCheck

    intervals = {job.name: job.every for job in schedules().jobs.values()}
    return HealthCheck(
        runs=stores.runs(), vault=stores.vault(), edges=wiring.edges(), intervals=intervals, now=wiring.now
    )
