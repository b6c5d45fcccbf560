"""/endpoints and /domains: all that a caller may see, in one answer each."""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Resource
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord

resource = Resource(__name__)


@resource.on("/endpoints", "GET")
def list_all_endpoints(caller: Caller) -> Any:
    """List the caller's apps, each with what it is served with, by name."""
    return [_row(record) for record in wiring.apps().records_of_caller(caller)]


@resource.on("/domains", "GET")
def list_all_domains(caller: Caller) -> Any:
    """List the custom domains of all the caller's apps, each with the DNS record that it needs."""
    app_zone = wiring.settings().app_zone
    return [
        wire.domain(domain, record, app_zone)
        for record in wiring.apps().records_of_caller(caller)
        for domain in record.domains
    ]


def _row(record: AppRecord) -> wire.Json:
    endpoint = record.endpoint
    version = (record.serving or wiring.endpoints().active(endpoint)) if endpoint else None
    return wire.overview(record, version, wiring.settings().app_zone, wiring.now())
