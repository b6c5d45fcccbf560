"""What an edge has to serve, as a whole: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from chalicelib.model.feed import Entry


@dataclass(frozen=True, slots=True)
class VersionRef:
    """Which version of an endpoint's certificate."""

    app_id: str
    endpoint_id: str
    version_id: str


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose traffic a name is: app ids by name, `*.example.com` among them. May change while others read it."""

    apps: Mapping[str, str]  # every name that is served, if only with a certificate
    routed: Collection[str]  # those of them whose requests are passed to the app

    def of_request(self, host: str) -> str | None:
        """Return the app that a request for a host (in lower case) is passed to."""
        name, wildcard = _spellings(host)
        if name in self.routed:
            return self.apps.get(name)
        return self.apps.get(wildcard) if wildcard in self.routed else None

    def of_handshake(self, name: str) -> str | None:
        """Return the app whose name (in lower case) a client asked for in its handshake."""
        exact, wildcard = _spellings(name)
        return self.apps.get(exact) or self.apps.get(wildcard)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an edge serves, or has to; names are DNS names, `*.example.com` among them."""

    versions: Mapping[str, VersionRef]  # by endpoint id
    certs: Mapping[str, str]  # name → endpoint id, or DEFAULT
    routes: Mapping[str, str]  # name → host:port
    refused: tuple[str, ...] = field(default=(), compare=False)  # why values may not reach the disk, in sentences
    owners: Owners = field(default=Owners({}, ()), compare=False)  # the disk does not tell


def latest(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return the newest entry of each key, whatever the order in which they come."""
    newest: dict[str, Entry] = {}
    for entry in entries:
        if is_newer(entry, newest.get(entry.key)):
            newest[entry.key] = entry
    return newest


def is_newer(entry: Entry, known: Entry | None) -> bool:
    """Tell whether an entry says more than what is known under its key."""
    return known is None or entry.changed > known.changed


def parent(name: str) -> str:
    """Return the wildcard that stands for a name, too (RFC 6125 §6.4.3: one label)."""
    return f"*.{name.partition('.')[2]}"


def _spellings(host: str) -> tuple[str, str]:
    name = host.removesuffix(".")
    return name, parent(name)
