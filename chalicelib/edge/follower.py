"""Follows the change feed of the record and makes the state folder equal to it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from chalicelib.edge.folder import Folder, checked
from chalicelib.edge.names import DEFAULT
from chalicelib.edge.plan import Bundle, Owners, Plan, is_newer, latest, plan
from chalicelib.errors import SSLEndpointError, Unavailable
from chalicelib.model import times
from chalicelib.model.edge import Progress
from chalicelib.model.feed import Entry

WHOLE_SECONDS = 600  # between two reads of the whole feed, which repair what was missed
OVERLAP = timedelta(seconds=60)  # read again each time, because the clocks of two writers differ
RETRY_SECONDS = 5  # until a version that could not be opened is tried again
OPENERS = 8  # versions opened at a time: a rebuilt edge waits mostly for the network
BATCH = 64  # opened versions held in memory at a time

log = logging.getLogger(__name__)


class Follower:
    """Keeps one state folder equal to the record.

    `changes` returns all entries of the feed that changed at or after a moment ("" = all), or raises;
    `open_version` returns the PEM of (app id, endpoint id, version id), or raises; `clock` counts seconds.
    """

    def __init__(
        self,
        changes: Callable[[str], Iterable[Entry]],
        open_version: Callable[[str, str, str], bytes],
        folder: Folder,
        clock: Callable[[], float],
    ) -> None:
        self.progress = Progress()
        self.owners: Owners | None = None  # None: the record was not read yet
        self._changes = changes
        self._open_version = open_version
        self._folder = folder
        self._clock = clock
        self._entries: dict[str, Entry] = {}  # the newest of each key
        self._newest = ""
        self._whole_at: float | None = None  # None: no whole read yet
        self._served: Plan | None = None  # None: unknown, look at the disk
        self._retries: dict[Bundle, float] = {}  # what could not be opened → when to try again
        self._told: frozenset[str] = frozenset()

    def run(self, stop: threading.Event, sleep: Callable[[float], object], interval: float) -> None:
        """Catch up every `interval` seconds until told to stop; a failure is logged when it begins and ends."""
        failure = ""
        while not stop.is_set():
            failure = self._try_to_catch_up(failure)
            sleep(interval)

    def catch_up(self) -> Progress:
        """Read what changed and apply it.

        Raises what the feed or the disk raises. A feed that fails, ends early or is suddenly empty alters nothing.
        """
        if self._read() or self._is_retry_due():
            self._apply()
        return self.progress

    def _try_to_catch_up(self, failure: str) -> str:
        try:
            self.catch_up()
        except Exception as error:  # whatever it is, what is on the disk goes on being served
            if failure != type(error).__name__:
                log.warning("The edge cannot follow the record and serves what it has: %s", _reason(error))
            return type(error).__name__
        if failure:
            log.info("The edge follows the record again.")
        return ""

    def _read(self) -> bool:
        """Take in the feed; tell whether there is something to apply."""
        now = self._clock()
        whole = self._whole_at is None or now - self._whole_at >= WHOLE_SECONDS
        read = latest(self._changes("" if whole else _before(self._newest)))
        if whole:
            if not self._take_whole(read):
                return False
            self._whole_at = now
            return True
        news = {key: entry for key, entry in read.items() if is_newer(entry, self._entries.get(key))}
        if news:
            self._take(self._entries | news)
        return bool(news) or self._served is None

    def _take_whole(self, read: dict[str, Entry]) -> bool:
        if not read:
            if any(not entry.removed for entry in self._entries.values()):
                raise Unavailable("The feed is empty, which it was not before; nothing is removed.")
            return False
        # An index may lag behind: what it told a moment ago outlives a whole read that does not have it yet.
        recent = [entry for entry in self._entries.values() if entry.changed >= _before(self._newest)]
        self._take(latest([*recent, *read.values()]))
        self._served = None
        return True

    def _take(self, entries: dict[str, Entry]) -> None:
        self._entries = entries
        self._newest = max(entry.changed for entry in entries.values())

    def _is_retry_due(self) -> bool:
        return any(at <= self._clock() for at in self._retries.values())

    def _apply(self) -> None:
        """Make the folder equal to the entries: first what is new, last what is gone."""
        desired = plan(self._entries.values())
        self.owners = desired.owners
        served = self._served or self._folder.scan()
        self._served = None  # stays unknown if a step fails
        bundles = {**served.bundles, **self._install(desired, served)}
        certs = {name: target for name, target in desired.certs.items() if target == DEFAULT or target in bundles}
        for name, origin in desired.routes.items():
            if served.routes.get(name) != origin:
                self._folder.route(name, origin)
        for name, target in certs.items():  # last: who sees the certificate served also reaches the app
            if served.certs.get(name) != target:
                self._folder.link(name, target)
        self._remove(served, certs, desired)
        self._served = Plan(
            {key: bundles[key] for key in desired.bundles if key in bundles}, certs, desired.routes
        )
        self._tell(desired.refused)
        waiting = tuple(sorted(bundle.version_id for bundle in self._retries))
        self.progress = Progress(self._newest, waiting)

    def _remove(self, served: Plan, certs: dict[str, str], desired: Plan) -> None:
        for name in served.routes.keys() - desired.routes.keys():
            self._folder.unroute(name)
        for name in served.certs.keys() - certs.keys():
            self._folder.unlink(name)
        for endpoint_id in served.bundles.keys() - desired.bundles.keys():
            self._folder.discard(endpoint_id)

    def _install(self, desired: Plan, served: Plan) -> dict[str, Bundle]:
        """Install what is not there yet and return it; one that cannot be opened hurts nobody else."""
        missing = [bundle for key, bundle in desired.bundles.items() if served.bundles.get(key) != bundle]
        self._retries = {bundle: at for bundle, at in self._retries.items() if bundle in missing}
        due = [bundle for bundle in missing if self._retries.get(bundle, 0) <= self._clock()]
        installed = {}
        for bundle, opened in self._opened(due):
            if isinstance(opened, Exception):
                self._postpone(bundle, opened)
            else:
                self._folder.install(bundle, opened)
                self._retries.pop(bundle, None)
                installed[bundle.endpoint_id] = bundle
        return installed

    def _postpone(self, bundle: Bundle, error: Exception) -> None:
        if bundle not in self._retries:
            log.warning(
                "Version %s of app %s is not served yet: %s", bundle.version_id, bundle.app_id, _reason(error)
            )
        self._retries[bundle] = self._clock() + RETRY_SECONDS

    def _opened(self, bundles: list[Bundle]) -> Iterator[tuple[Bundle, bytes | Exception]]:
        with ThreadPoolExecutor(OPENERS) as pool:
            for start in range(0, len(bundles), BATCH):
                batch = bundles[start : start + BATCH]
                yield from zip(batch, pool.map(self._open, batch), strict=True)

    def _open(self, bundle: Bundle) -> bytes | Exception:
        try:
            return checked(self._open_version(bundle.app_id, bundle.endpoint_id, bundle.version_id))
        except Exception as error:  # one broken version hurts only its own app
            return error

    def _tell(self, refused: tuple[str, ...]) -> None:
        for sentence in sorted(set(refused) - self._told):
            log.warning("Not served: %s", sentence)
        self._told = frozenset(refused)


def _before(changed: str) -> str:
    """Return where to read from so that nothing near a change is missed."""
    return times.text(times.moment(changed) - OVERLAP) if changed else ""


def _reason(error: Exception) -> str:
    """Return what may be logged: only our own errors are known to hold no secret."""
    return error.message if isinstance(error, SSLEndpointError) else type(error).__name__
