"""/endpoints and /domains: all that a caller may see, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from chalicelib import wiring
from chalicelib.api import paging, wire
from chalicelib.api.http import Reply, Resource
from chalicelib.model import names
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord

resource = Resource(__name__)
ID_LENGTH = 36  # of an app's id, with which a row's place begins


@resource.on("/endpoints", "GET")
def list_all_endpoints(caller: Caller) -> Any:
    """List the caller's apps, each with what it is served with."""
    return _page(caller, lambda record: [(record.app.id, _row(record))])


@resource.on("/domains", "GET")
def list_all_domains(caller: Caller) -> Any:
    """List the custom domains of all the caller's apps, each with the DNS record that it needs."""
    return _page(caller, _domains)


def _page(caller: Caller, rows_of: Callable[[AppRecord], list[tuple[str, Any]]]) -> Reply:
    """Return a page of the rows that each app has, with their places, by which they are ordered.

    What fits on one page is ordered by the names of the apps instead. Costs as much as the page has rows.
    """
    after, most = paging.asked(resource.header("range"))
    known = after if after and names.UUID.fullmatch(after[:ID_LENGTH]) else ""
    found = list(islice(_behind(caller, known, rows_of), most + 1))
    more = len(found) > most
    if not known and not more:
        found.sort(key=lambda each: (each[0], each[2].get("hostname")))
    rows = [row for _, _, row in found[:most]]
    status, headers = paging.ending(found[most - 1][1] if more else "", most, more=more)
    return Reply(rows, status, headers, paged=True)


def _behind(
    caller: Caller, after: str, rows_of: Callable[[AppRecord], list[tuple[str, Any]]]
) -> Iterator[tuple[str, str, Any]]:
    for record in wiring.apps().records_of_caller(caller, after[:ID_LENGTH]):
        for place, row in rows_of(record):
            if place > after:
                yield record.app.name, place, row


def _row(record: AppRecord) -> wire.Json:
    endpoint = record.endpoint
    version = (record.serving or wiring.endpoints().active(endpoint)) if endpoint else None
    return wire.overview(record, version, wiring.settings().app_zone, wiring.now())


def _domains(record: AppRecord) -> list[tuple[str, Any]]:
    app, app_zone = record.app, wiring.settings().app_zone
    by_id = sorted(record.domains, key=lambda domain: domain.id)
    return [(f"{app.id}-{domain.id}", wire.domain(domain, record, app_zone)) for domain in by_id]
