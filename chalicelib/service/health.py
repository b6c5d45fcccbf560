"""How well the service is: asked by anybody, looked at seldom."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
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


class HealthCheck:
    """Looks at the store, the key, the schedules and the edges; what it found is good for some seconds."""

    def __init__(
        self,
        runs: RunItems,
        vault: Vault,
        edges: Edges,
        intervals: Mapping[str, timedelta],
        now: Callable[[], datetime],
    ) -> None:
        self._runs = runs
        self._vault = vault
        self._edges = edges
        self._intervals = intervals
        self._now = now
        self._looking = threading.Lock()
        self._found: tuple[datetime, Health] | None = None
        self._since: datetime | None = None

    def look(self) -> Health:
        """Return what was found within the last seconds, by this call or another one of this process.

        However many ask, one looks, and nobody waits for longer than PATIENCE for a store that does not answer:
        then what was found before is told, or that all is down.
        """
        if found := self._known(FRESH):
            return found
        stale = self._known(STALE)
        if not self._looking.acquire(timeout=0 if stale else PATIENCE):
            return stale or self._unknown(key=False)
        looking = threading.Thread(target=self._look_and_keep, daemon=True)
        looking.start()
        looking.join(PATIENCE)
        return self._known(FRESH) or stale or self._unknown(key=False)

    def _look_and_keep(self) -> None:
        try:
            if not self._known(FRESH):  # somebody else has looked while this one waited
                found = self._look(self._now())
                self._found = self._now(), found
        except Exception:
            log.exception("the health check failed")
        finally:
            self._looking.release()

    def _known(self, age: timedelta) -> Health | None:
        found, now = self._found, self._now()
        return found[1] if found and timedelta(0) <= now - found[0] < age else None

    def _look(self, now: datetime) -> Health:
        key = self._key_is_up()
        try:
            return Health(True, key, self._schedules(now), health.edges(self._edges.states()))
        except Unavailable as error:
            log.warning("the health check cannot read the record: %s", error.message)
            return self._unknown(key=key)

    def _unknown(self, *, key: bool) -> Health:
        return Health(False, key, dict.fromkeys(self._intervals, ScheduleState(None, late=False)), EdgesState())

    def _key_is_up(self) -> bool:
        try:
            self._vault.probe()
        except Unavailable as error:
            log.warning("the health check cannot use the key: %s", error.message)
            return False
        return True

    def _schedules(self, now: datetime) -> dict[str, ScheduleState]:
        last = self._runs.last()
        since = now if last.keys() >= self._intervals.keys() else self._began(now)
        return {
            name: health.schedule(last.get(name), every, since, now) for name, every in self._intervals.items()
        }

    def _began(self, now: datetime) -> datetime:
        """Return when the record began, as far as AWS tells; it does not like to be asked that often."""
        if self._since is None:
            with suppress(Unavailable):
                self._since = self._runs.since()
        return self._since or now
