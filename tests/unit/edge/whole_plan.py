"""The plan made anew from all entries at once, plainly: what the planner must always be equal to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from chalicelib.edge import names
from chalicelib.edge.names import DEFAULT
from chalicelib.edge.plan import Owners, Plan, VersionRef, latest
from chalicelib.errors import Invalid
from chalicelib.model.feed import AppEntry, DomainEntry, EndpointEntry, Entry

NameClaim = tuple[bool, str, str, bool, bool, str]  # own, changed, app id, certificate, route, name


def whole_plan(entries: Iterable[Entry]) -> Plan:
    """Return what to serve once all these changes have happened."""
    newest = list(latest(entries).values())
    gone = {entry.app_id for entry in newest if isinstance(entry, AppEntry) and entry.removed}
    refused: list[str] = []
    live = [e for e in newest if not e.removed and e.app_id not in gone and _is_usable(e, refused)]
    origins = {entry.app_id: entry.origin for entry in live if isinstance(entry, AppEntry)}
    endpoints = {entry.app_id: entry for entry in live if isinstance(entry, EndpointEntry)}
    winners: dict[str, NameClaim] = {}
    for claim in _claims(live, endpoints):
        winners[claim[-1]] = max(claim, winners.get(claim[-1], claim))
    certs = {
        name: endpoints[app_id].endpoint_id
        for name, (_, _, app_id, certificate, _, _) in winners.items()
        if certificate and app_id in endpoints
    }
    routed = {name: claim[2] for name, claim in winners.items() if claim[4] and origins.get(claim[2])}
    return Plan(
        versions={e.endpoint_id: VersionRef(e.app_id, e.endpoint_id, e.version_id) for e in endpoints.values()},
        certs=certs | {name: DEFAULT for name in winners if _is_shadowed(name, certs)},
        routes={name: origins[app_id] for name, app_id in routed.items()},
        refused=tuple(refused),
        owners=Owners({name: claim[2] for name, claim in winners.items()}, routed),
    )


def _is_usable(entry: Entry, refused: list[str]) -> bool:
    try:
        names.identity(entry.app_id)
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
    except Invalid as error:
        refused.append(error.message)
        return False
    return True


def _claims(live: list[Entry], endpoints: Mapping[str, EndpointEntry]) -> Iterator[NameClaim]:
    for entry in live:
        if isinstance(entry, AppEntry):
            endpoint = endpoints.get(entry.app_id)
            is_target = endpoint is not None and endpoint.hostname is None
            yield True, entry.changed, entry.app_id, is_target, True, entry.domain
        elif isinstance(entry, DomainEntry):
            yield False, entry.changed, entry.app_id, True, True, entry.hostname
        elif entry.hostname is not None:
            yield True, entry.changed, entry.app_id, True, False, entry.hostname


def _is_shadowed(name: str, certs: Mapping[str, str]) -> bool:
    return name not in certs and not name.startswith("*") and f"*.{name.partition('.')[2]}" in certs
