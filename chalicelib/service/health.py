"""How well the service is: asked by anybody, looked at seldom."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.errors import Unavailable
from chalicelib.model import health
from chalicelib.model.health import EdgesState, Health, ScheduleState
from chalicelib.record.contract import Vault
from chalicelib.record.reports import RunItems
from chalicelib.service.edges import Edges

FRESH = timedelta(seconds=5)
STALE = timedelta(seconds=30)  # while somebody looks for so long, what was found before is still told
PATIENCE = 5.0  # seconds; load balancers do not wait for long
log = logging.getLogger("ssl_endpoint")


@dataclass(slots=True)
class HealthCheck:
    """Looks at the store, the key, the schedules and the edges; what it found is good for some seconds."""

    runs: RunItems
    vault: Vault
    edges: Edges
    intervals: Mapping[str, timedelta]
    now: Callable[[], datetime]
    looking: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    found: tuple[datetime, Health] | None = field(default=None, init=False)  # with when
    since: datetime | None = field(default=None, init=False)  # when the record began

    def look(self) -> Health:
        """Return what was found within the last seconds, by this call or another one of this process.

        However many ask, one looks, and nobody waits for longer than PATIENCE for a store that does not answer:
        then what was found before is told, or that all is down.
        """
        if found := self._known(FRESH):
            return found
        stale = self._known(STALE)
        if not self.looking.acquire(timeout=0 if stale else PATIENCE):
            return stale or self._unknown(key=False)
        looking = threading.Thread(target=self._look_and_keep, daemon=True)
        looking.start()
        looking.join(PATIENCE)
        return self._known(FRESH) or stale or self._unknown(key=False)

    def _look_and_keep(self) -> None:
        try:
            if not self._known(FRESH):  # somebody else has looked while this one waited
                found = self._look(self.now())
                self.found = self.now(), found
        except Exception:
            log.exception("the health check failed")
        finally:
            self.looking.release()

    def _known(self, age: timedelta) -> Health | None:
        found, now = self.found, self.now()
        return found[1] if found and timedelta(0) <= now - found[0] < age else None

    def _look(self, now: datetime) -> Health:
        key = self._key_is_up()
        try:
            return Health(True, key, self._schedules(now), health.edges(self.edges.states()))
        except Unavailable as error:
            log.warning("the health check cannot read the record: %s", error.message)
            return self._unknown(key=key)

    def _unknown(self, *, key: bool) -> Health:
        return Health(False, key, dict.fromkeys(self.intervals, ScheduleState(None, late=False)), EdgesState())

    def _key_is_up(self) -> bool:
        try:
            self.vault.probe()
        except Unavailable as error:
            log.warning("the health check cannot use the key: %s", error.message)
            return False
        return True

    def _schedules(self, now: datetime) -> dict[str, ScheduleState]:
        last = self.runs.last()
        since = now if last.keys() >= self.intervals.keys() else self._began(now)
        return {name: health.schedule(last.get(name), every, since, now) for name, every in self.intervals.items()}

    def _began(self, now: datetime) -> datetime:
        """Return when the record began, as far as AWS tells; it does not like to be asked that often."""
        if self.since is None:
            with suppress(Unavailable):
                self.since = self.runs.since()
        return self.since or now
