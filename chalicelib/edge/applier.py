"""Makes the state folder equal to the plan: only what was touched, or all of it after a look at the disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from chalicelib.edge.names import DEFAULT
from chalicelib.edge.opener import Opener
from chalicelib.edge.plan import VersionRef, parent
from chalicelib.edge.planner import Planner, Touched
from chalicelib.edge.state_folder import StateFolder
from chalicelib.errors import SSLEndpointError

RETRY_SECONDS = 5  # until a version that could not be opened is tried again

log = logging.getLogger(__name__)


class Applier:
    """Serves each name as soon as its version is there, its route before its certificate; removals are last.

    `clock` counts seconds. Once `stop` is set, versions that were not opened yet are left for another life.
    """

    def __init__(
        self,
        planner: Planner,
        folder: StateFolder,
        opener: Opener,
        clock: Callable[[], float],
        stop: threading.Event,
    ) -> None:
        self._plan = planner
        self._folder = folder
        self._opener = opener
        self._clock = clock
        self._stop = stop
        self._touched = Touched()
        self._is_known = False  # what is served: otherwise the disk has to be looked at
        self._versions: dict[str, VersionRef] = {}  # that are served, by endpoint id
        self._certs: dict[str, str] = {}
        self._routes: dict[str, str] = {}
        self._retries: dict[VersionRef, float] = {}  # what could not be opened → when to try again

    def touch(self, touched: Touched) -> None:
        """Look at this the next time."""
        self._touched.add(touched)

    def look_again(self) -> None:
        """Look at everything, on the disk too, the next time."""
        self._is_known = False

    def is_due(self) -> bool:
        """Tell whether there is something to apply."""
        touched = self._touched.names or self._touched.endpoints or not self._is_known
        return bool(touched) or any(at <= self._clock() for at in self._retries.values())

    @property
    def waiting(self) -> tuple[str, ...]:
        """Return the ids of the versions that cannot be opened yet."""
        return tuple(sorted(version.version_id for version in self._retries))

    @property
    def serves(self) -> bool:
        """Tell whether any version is served, or none has to be."""
        return bool(self._versions) or not self._retries

    def apply(self) -> None:
        """Make the folder equal to the plan; raise what the disk raises, and look at everything then."""
        if not self._is_known:
            self._scan()
        touched, self._touched, self._is_known = self._touched, Touched(), False
        opening = self._missing(touched)
        opened_later = {version.endpoint_id for version in opening} - self._versions.keys()
        for name in _wildcards_last(touched.names):
            if self._plan.certs.get(name) in opened_later:
                self._pin(name)
            else:
                self._serve(name)
        self._open(opening)
        for name in touched.names:
            self._remove_name(name)
        for endpoint_id in touched.endpoints - self._plan.versions.keys():
            if self._versions.pop(endpoint_id, None):
                self._folder.discard(endpoint_id)
        self._is_known = not self._stop.is_set()

    def _scan(self) -> None:
        served, plan = self._folder.scan(), self._plan
        self._versions, self._certs, self._routes = dict(served.versions), dict(served.certs), dict(served.routes)
        self._touched.names |= _differing(self._certs, plan.certs) | _differing(self._routes, plan.routes)
        self._touched.endpoints |= _differing(self._versions, plan.versions)

    def _missing(self, touched: Touched) -> list[VersionRef]:
        """Return the versions to open now; names of those that wait for another time are touched, too."""
        wanted, now = self._plan.versions, self._clock()
        self._retries = {
            version: at for version, at in self._retries.items() if wanted.get(version.endpoint_id) == version
        }
        for version in self._retries:
            touched.names |= self._plan.names_of(version.app_id)
        lacking = [
            wanted[each] for each in touched.endpoints & wanted.keys() if self._versions.get(each) != wanted[each]
        ]
        return [
            each for each in {**dict.fromkeys(lacking), **self._retries} if self._retries.get(each, now) <= now
        ]

    def _open(self, versions: list[VersionRef]) -> None:
        for version, error in self._opener.stage(versions):
            if error:
                self._postpone(version, error)
            else:
                self._folder.install(version)
                self._versions[version.endpoint_id] = version
                self._retries.pop(version, None)
            for name in _wildcards_last(self._plan.names_of(version.app_id)):
                self._serve(name)
            if self._stop.is_set():
                return

    def _postpone(self, version: VersionRef, error: Exception) -> None:
        if version not in self._retries:
            log.warning(
                "Version %s of app %s is not served yet: %s", version.version_id, version.app_id, reason(error)
            )
        self._retries[version] = self._clock() + RETRY_SECONDS

    def _serve(self, name: str) -> None:
        """Route a name, then link it, as far as that can be done now: who sees the certificate reaches the app."""
        origin = self._plan.routes.get(name)
        if origin and self._routes.get(name) != origin:
            self._folder.route(name, origin)
            self._routes[name] = origin
        self._link(name, self._target(name))

    def _pin(self, name: str) -> None:
        """Show our own certificate until that of the name is there, where another's wildcard would be shown."""
        if self._target(name) == DEFAULT:
            self._link(name, DEFAULT)

    def _link(self, name: str, target: str | None) -> None:
        if target and self._certs.get(name) != target:
            self._folder.link(name, target)
            self._certs[name] = target

    def _target(self, name: str) -> str | None:
        """Return what a name can be linked to now."""
        wanted = self._plan.certs.get(name)
        if wanted is None or wanted == DEFAULT or wanted in self._versions:
            return wanted
        is_anothers = self._plan.is_shadowed(name) and self._plan.certs[parent(name)] != wanted
        return DEFAULT if is_anothers else None

    def _remove_name(self, name: str) -> None:
        if name in self._routes and name not in self._plan.routes:
            self._folder.unroute(name)
            del self._routes[name]
        if name in self._certs and self._target(name) is None:
            self._folder.unlink(name)
            del self._certs[name]


def reason(error: Exception) -> str:
    """Return what may be logged: only our own errors are known to hold no secret."""
    return error.message if isinstance(error, SSLEndpointError) else type(error).__name__


def _wildcards_last(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: name.startswith("*"))


def _differing(
    served: dict[str, str] | dict[str, VersionRef], wanted: dict[str, str] | dict[str, VersionRef]
) -> set[str]:
    """Return the keys under which two tables do not hold the same."""
    if served == wanted:
        return set()
    return {key for key in served.keys() | wanted.keys() if served.get(key) != wanted.get(key)}
