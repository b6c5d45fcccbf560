"""From the feed to what an edge has to serve: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from chalicelib.edge import names
from chalicelib.edge.names import DEFAULT
from chalicelib.errors import Invalid
from chalicelib.model.feed import AppEntry, DomainEntry, EndpointEntry, Entry


@dataclass(frozen=True, slots=True)
class Bundle:
    """One version of an endpoint's certificate, chain and key."""

    app_id: str
    endpoint_id: str
    version_id: str


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose traffic a name is: app ids by name, `*.example.com` among them."""

    requests: Mapping[str, str]  # what is passed to an app
    handshakes: Mapping[str, str]  # these, and the names that only show a certificate

    def of_request(self, host: str) -> str | None:
        """Return the app that a request for a host (in lower case) is passed to."""
        return _owner(self.requests, host)

    def of_handshake(self, name: str) -> str | None:
        """Return the app whose name (in lower case) a client asked for in its handshake."""
        return _owner(self.handshakes, name)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an edge serves, or has to; names are DNS names, `*.example.com` among them."""

    bundles: Mapping[str, Bundle]  # by endpoint id
    certs: Mapping[str, str]  # name → endpoint id, or DEFAULT
    routes: Mapping[str, str]  # name → host:port
    refused: tuple[str, ...] = ()  # a sentence for each value that may not reach the disk
    owners: Owners = field(default=Owners({}, {}), compare=False)  # the disk does not tell


@dataclass(frozen=True, slots=True)
class _Claim:
    """An app's wish to have a name served."""

    name: str
    app_id: str
    changed: str
    own: bool  # given by the service, not brought by a user
    certificate: bool
    route: bool

    @property
    def rank(self) -> tuple[bool, str, str]:
        return self.own, self.changed, self.app_id


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


def plan(entries: Iterable[Entry]) -> Plan:
    """Return what to serve once all these changes have happened.

    Of several apps that claim one name, as while a domain moves, the one that claimed it last has it.
    """
    newest = list(latest(entries).values())
    gone = {entry.app_id for entry in newest if isinstance(entry, AppEntry) and entry.removed}
    refused: list[str] = []
    live = [
        entry for entry in newest if not entry.removed and entry.app_id not in gone and _usable(entry, refused)
    ]
    origins = {entry.app_id: entry.origin for entry in live if isinstance(entry, AppEntry)}
    endpoints = {entry.app_id: entry for entry in live if isinstance(entry, EndpointEntry)}
    claims = _winners(_claims(live, endpoints))
    certs = {
        claim.name: endpoints[claim.app_id].endpoint_id
        for claim in claims
        if claim.certificate and claim.app_id in endpoints
    }
    routed = [claim for claim in claims if claim.route and origins.get(claim.app_id)]
    return Plan(
        bundles={e.endpoint_id: Bundle(e.app_id, e.endpoint_id, e.version_id) for e in endpoints.values()},
        certs=certs | {claim.name: DEFAULT for claim in claims if _is_shadowed(claim, certs)},
        routes={claim.name: origins[claim.app_id] for claim in routed},
        refused=tuple(refused),
        owners=Owners(
            requests={claim.name: claim.app_id for claim in routed},
            handshakes={claim.name: claim.app_id for claim in claims},
        ),
    )


def _usable(entry: Entry, refused: list[str]) -> bool:
    try:
        names.identity(entry.app_id)
        _check(entry)
    except Invalid as error:
        refused.append(error.message)
        return False
    return True


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


def _claims(live: list[Entry], endpoints: Mapping[str, EndpointEntry]) -> Iterator[_Claim]:
    for entry in live:
        if isinstance(entry, AppEntry):
            endpoint = endpoints.get(entry.app_id)
            is_target = endpoint is not None and endpoint.hostname is None
            yield _Claim(entry.domain, entry.app_id, entry.changed, own=True, certificate=is_target, route=True)
        elif isinstance(entry, DomainEntry):
            yield _Claim(entry.hostname, entry.app_id, entry.changed, own=False, certificate=True, route=True)
        elif entry.hostname is not None:
            yield _Claim(entry.hostname, entry.app_id, entry.changed, own=True, certificate=True, route=False)


def _winners(claims: Iterable[_Claim]) -> list[_Claim]:
    best: dict[str, _Claim] = {}
    for claim in claims:
        if claim.name not in best or claim.rank > best[claim.name].rank:
            best[claim.name] = claim
    return list(best.values())


def _is_shadowed(claim: _Claim, certs: Mapping[str, str]) -> bool:
    """Tell whether a name without a certificate would be answered with another app's wildcard."""
    parent = claim.name.partition(".")[2]
    return claim.name not in certs and not claim.name.startswith("*") and f"*.{parent}" in certs


def _owner(owners: Mapping[str, str], host: str) -> str | None:
    """Return whose a name is: by itself, else by the wildcard above it (RFC 6125 §6.4.3: one label)."""
    name = host.removesuffix(".")
    return owners.get(name) or owners.get(f"*.{name.partition('.')[2]}")
