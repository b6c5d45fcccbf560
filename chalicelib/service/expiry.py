"""The expiry sweep: tells of certificates whose end is near, each stage once."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from chalicelib.errors import SSLEndpointError
from chalicelib.model import expiry, times
from chalicelib.model.caller import Caller
from chalicelib.model.endpoint import Version
from chalicelib.model.notice import EXPIRY, Channel, Delivery, Notice
from chalicelib.model.record import AppRecord
from chalicelib.record.activities import ActivityItems
from chalicelib.record.apps import AppItems
from chalicelib.record.endpoints import Due, EndpointItems, Replaced
from chalicelib.record.notices import AlreadyTold
from chalicelib.service.notices import Notices
from chalicelib.service.outbox import AT_ONCE, FRESH, Outbox, Run
from chalicelib.x509 import key_types

ACTOR = "expiry sweep"
SENDING = timedelta(minutes=10)  # of a sweep; what is left then waits for the tick
MOST_NAMES = 100  # in a notice
TOLD, SILENT, RACED, UNFINISHED = "told", "silent", "replaced", "unfinished"
Ways = Callable[[str], list[Channel]]  # of an account, by its id
log = logging.getLogger("ssl_endpoint")


@dataclass(frozen=True, slots=True)
class Expiry:
    """Looks at what is due, and at nothing else."""

    endpoints: EndpointItems
    apps: AppItems
    notices: Notices
    activities: ActivityItems
    outbox: Outbox
    app_zone: str
    now: Callable[[], datetime]

    def sweep(self) -> dict[str, int]:
        """Tell of each certificate that is due the stage that it has reached, and count what came of it.

        A stage that was missed because no sweep ran is not told any more: the one that is reached says more. It
        may run twice at once and die anywhere: what was committed goes out, what was not is still due.
        """
        run, found = Run(self.now(), SENDING), list(self.endpoints.due(self.now()))
        ways = self._remembered(self.notices.of_account)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(Counter(pool.map(lambda seen: self._look(seen, run, ways), found)))

    def _remembered(self, ask: Ways) -> Ways:
        """Return an account's channels as of the last few seconds: it may have many certificates."""
        known: dict[str, tuple[datetime, list[Channel]]] = {}

        def ways(account_id: str) -> list[Channel]:
            now = self.now()
            if account_id not in known or now - known[account_id][0] >= FRESH:
                known[account_id] = now, ask(account_id)
            return known[account_id][1]

        return ways

    def _look(self, seen: Due, run: Run, ways: Ways) -> str:
        try:
            return self._tell(seen, run, ways)
        except Replaced:
            return RACED
        except SSLEndpointError as error:
            log.warning("expiry of endpoint %s: %s", seen.endpoint.id, error.message)
        except Exception:  # one endpoint hurts no other
            log.exception("expiry of endpoint %s", seen.endpoint.id)
        return UNFINISHED

    def _tell(self, seen: Due, run: Run, ways: Ways) -> str:
        now = self.now()
        stage, record = expiry.reached(seen.version, now), self.apps.record(seen.endpoint.app_id)
        if stage is None or record is None:
            self.endpoints.look_again(seen, expiry.next_moment(seen.version, now))
            return SILENT
        channels = [] if seen.endpoint.muted else [*record.channels, *ways(record.app.account_id)]
        notice = self._notice(seen, record, stage, now)
        committed = self._commit(seen, notice, self.notices.claimed(notice, channels))
        for delivery in committed:
            self.outbox.send(delivery, run)
        return TOLD if committed else SILENT

    def _commit(self, seen: Due, notice: Notice, deliveries: list[Delivery]) -> list[Delivery]:
        """Store what is told to whom, and return what was not told before."""
        again, stage = expiry.next_moment(seen.version, notice.at), str(notice.facts["stage"])
        left = {each.channel.id: each for each in deliveries}
        while True:
            is_news = left or not deliveries
            activity = self._activity(seen, stage, notice.at) if is_news else []
            try:
                self.endpoints.look_again(seen, again, *activity, *self.notices.writes(left.values()))
            except AlreadyTold as before:
                del left[before.channel_id]
            else:
                return list(left.values())

    def _activity(self, seen: Due, stage: str, at: datetime) -> list[Any]:
        head, muted = seen.endpoint, " (muted)" if seen.endpoint.muted else ""
        detail = (
            f"v{head.active}, {seen.version.leaf.fingerprint}, until {seen.version.expires_at:%Y-%m-%d}{muted}"
        )
        caller = Caller("", ACTOR, "write", str(uuid4()))
        return self.activities.write(caller, head.app_id, at, f"certificate.{stage}", detail)

    def _notice(self, seen: Due, record: AppRecord, stage: str, now: datetime) -> Notice:
        identity = expiry.identity(seen.version)
        facts = {
            "app": record.app.name,
            "stage": stage,
            "certificate": identity,
            "endpoint": seen.endpoint.name,
            "hostname": seen.endpoint.hostname or record.app.own_domain(self.app_zone),
            **_domains(record),
            **_described(seen.version),
        }
        return Notice(f"{EXPIRY}#{identity}#{stage}", EXPIRY, record.app.id, now, facts)


def still_served(apps: AppItems, endpoints: EndpointItems, notice: Notice) -> bool:
    """Tell whether the certificate of an expiry's notice is served now, and its endpoint is not muted."""
    record = apps.record(notice.log)
    if record is None or record.endpoint is None or record.endpoint.muted:
        return False
    version = record.serving or endpoints.version(record.endpoint.id, record.endpoint.active)
    return expiry.identity(version) == str(notice.facts["certificate"])


def _domains(record: AppRecord) -> dict[str, Any]:
    names = [domain.hostname for domain in record.domains]
    return {"domains": names[:MOST_NAMES], "more_domains": max(0, len(names) - MOST_NAMES)}


def _described(version: Version) -> dict[str, Any]:
    """Return what the template says of a chain, and what a new request needs."""
    leaf, ending = version.leaf, expiry.first(version)
    names = leaf.names or leaf.common_names or (leaf.subject,)
    described = asdict(ending)
    return {
        "expires_at": times.text(ending.expires_at),
        "leaf_expires_at": times.text(leaf.expires_at),
        "names": list(names[:MOST_NAMES]),
        "sans": list(leaf.names[:MOST_NAMES]),
        "more_names": max(0, len(names) - MOST_NAMES),
        "new_key": key_types.newkey(leaf.key),
        "ending": {
            "leaf": ending.fingerprint == leaf.fingerprint,
            **{name: described[name] for name in ("subject", "issuer", "fingerprint")},
        },
    }
