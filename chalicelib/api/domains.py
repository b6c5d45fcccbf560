"""/apps/{app}/domains"""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Resource
from chalicelib.model.caller import Caller
from chalicelib.model.domain import Domain
from chalicelib.model.record import AppRecord

resource = Resource(__name__)


@resource.on_app("/apps/{app}/domains", "GET")
def list_domains(caller: Caller, record: AppRecord) -> Any:
    """List the app's custom domains, each with the DNS record that it needs."""
    return [_domain(record, domain) for domain in record.domains]


@resource.on_app("/apps/{app}/domains", "POST")
def add(caller: Caller, record: AppRecord) -> Any:
    """Add a custom domain: {"hostname"}."""
    return 201, _domain(record, wiring.domains().add(caller, record, resource.body().text("hostname")))


@resource.on_app("/apps/{app}/domains/{domain}", "GET")
def show(caller: Caller, record: AppRecord, domain: str) -> Any:
    """Show a custom domain by hostname or id."""
    return _domain(record, record.need_domain(domain))


@resource.on_app("/apps/{app}/domains/{domain}", "DELETE")
def remove(caller: Caller, record: AppRecord, domain: str) -> Any:
    """Remove a custom domain."""
    removed = record.need_domain(domain)
    wiring.domains().remove(caller, removed)
    return _domain(record, removed)


def _domain(record: AppRecord, domain: Domain) -> wire.Json:
    return wire.domain(domain, record.app, record.target(wiring.settings().app_zone))
