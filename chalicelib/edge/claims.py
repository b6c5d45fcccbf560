"""What one app wishes to have served, and which app's wish for a name counts: pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from chalicelib.edge import names
from chalicelib.edge.plan import VersionRef, is_newer
from chalicelib.errors import Invalid
from chalicelib.model.feed import AppEntry, DomainEntry, EndpointEntry, Entry


class NameClaim(NamedTuple):
    """An app's wish to have a name served; of several for one name the greatest counts."""

    own: bool  # given by the service, not brought by a user
    changed: str
    app_id: str
    certificate: bool
    route: bool


@dataclass(slots=True)
class AppEntries:
    """The newest entries of one app."""

    app: AppEntry | None = None
    endpoint: EndpointEntry | None = None
    domains: dict[str, DomainEntry] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Entry]:
        if self.app:
            yield self.app
        if self.endpoint:
            yield self.endpoint
        yield from self.domains.values()

    def known(self, entry: Entry) -> Entry | None:
        """Return what is known under the key of an entry."""
        if isinstance(entry, AppEntry):
            return self.app
        return self.endpoint if isinstance(entry, EndpointEntry) else self.domains.get(entry.hostname)

    def take(self, entry: Entry) -> bool:
        """Take an entry in, if it is newer than what is known; tell whether it is."""
        if not is_newer(entry, self.known(entry)):
            return False
        if isinstance(entry, AppEntry):
            self.app = entry
        elif isinstance(entry, EndpointEntry):
            self.endpoint = entry
        else:
            self.domains[entry.hostname] = entry
        return True

    def forget(self, entry: Entry) -> None:
        """Know nothing any more under the key of an entry."""
        if isinstance(entry, AppEntry):
            self.app = None
        elif isinstance(entry, EndpointEntry):
            self.endpoint = None
        else:
            self.domains.pop(entry.hostname, None)

    @property
    def gone(self) -> bool:
        """Tell whether the app was removed, whatever its other entries say."""
        return self.app is not None and self.app.removed

    @property
    def origin(self) -> str:
        """Return where the app's requests go: `host:port`, or nothing."""
        return "" if self.app is None or self.app.removed else self.app.origin

    @property
    def version(self) -> VersionRef | None:
        """Return the version that the app is to be served with."""
        entry = self._live_endpoint()
        return VersionRef(entry.app_id, entry.endpoint_id, entry.version_id) if entry else None

    def names(self) -> set[str]:
        """Return the names that the app claims."""
        if self.gone:
            return set()
        claimed = {hostname for hostname, entry in self.domains.items() if not entry.removed}
        if self.app and self.app.domain:
            claimed.add(self.app.domain)
        endpoint = self._live_endpoint()
        if endpoint and endpoint.hostname is not None:
            claimed.add(endpoint.hostname)
        return claimed

    def claim(self, name: str) -> NameClaim:
        """Return the app's greatest claim to a name that it claims."""
        return max(self._claims(name))

    def _claims(self, name: str) -> Iterator[NameClaim]:
        app, endpoint, domain = self.app, self._live_endpoint(), self.domains.get(name)
        if app and app.domain == name:
            is_target = endpoint is not None and endpoint.hostname is None
            yield NameClaim(own=True, changed=app.changed, app_id=app.app_id, certificate=is_target, route=True)
        if domain and not domain.removed:
            yield NameClaim(own=False, changed=domain.changed, app_id=domain.app_id, certificate=True, route=True)
        if endpoint and endpoint.hostname == name:
            yield NameClaim(
                own=True, changed=endpoint.changed, app_id=endpoint.app_id, certificate=True, route=False
            )

    def _live_endpoint(self) -> EndpointEntry | None:
        return self.endpoint if self.endpoint and not self.endpoint.removed and not self.gone else None


def checked(entry: Entry) -> tuple[Entry, str]:
    """Return an entry without what may not reach the disk, and a sentence about that ("": there was nothing)."""
    if entry.removed:
        return entry, ""
    try:
        names.identity(entry.app_id)
        _check(entry)
    except Invalid as error:
        harmless = (
            replace(entry, domain="", origin="") if isinstance(entry, AppEntry) else replace(entry, removed=True)
        )
        return harmless, error.message
    return entry, ""


def _check(entry: Entry) -> None:
    if isinstance(entry, AppEntry):
        names.file_of(entry.domain)
        if entry.origin:
            names.origin(entry.origin)
    elif isinstance(entry, EndpointEntry):
        names.identity(entry.endpoint_id)
        names.identity(entry.version_id)
        if entry.hostname is not None:
            names.file_of(entry.hostname)
    else:
        names.file_of(entry.hostname)
