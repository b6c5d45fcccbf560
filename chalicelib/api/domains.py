"""/apps/{app}/domains"""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import warnings, wire
from chalicelib.api.http import Reply, Resource
from chalicelib.errors import Invalid
from chalicelib.model.caller import Caller
from chalicelib.model.domain import Domain
from chalicelib.model.record import AppRecord

LOOKS_FOR_ACM = "cedar-acm"  # in the Accept header with which 7.38's `certs:auto` lists the domains

resource = Resource(__name__)


@resource.on_app("/apps/{app}/domains", "GET")
def list_domains(caller: Caller, record: AppRecord) -> Any:
    """List the app's own domain and its custom ones, each with the DNS record that it needs."""
    own = wire.own_domain(record.app, wiring.settings().app_zone)
    rows = [own, *(_domain(record, domain) for domain in record.domains)]
    more = [warnings.NO_ACM] if LOOKS_FOR_ACM in resource.header("accept") else []
    return Reply(rows, headers=warnings.of_domains(record, record.domains, *more))


@resource.on_app("/apps/{app}/domains", "POST")
def add(caller: Caller, record: AppRecord) -> Any:
    """Add a custom domain: {"hostname"}; "sni_endpoint" may name the app's endpoint."""
    body = resource.body()
    if (endpoint := body.optional_text("sni_endpoint")) is not None:
        record.need_endpoint(endpoint)
    return _answer(record, wiring.domains().add(caller, record, body.text("hostname")), 201)


@resource.on_app("/apps/{app}/domains/{domain}", "GET")
def show(caller: Caller, record: AppRecord, domain: str) -> Any:
    """Show a custom domain by hostname or id."""
    return _answer(record, record.need_domain(domain))


@resource.on_app("/apps/{app}/domains/{domain}", "PATCH")
def change(caller: Caller, record: AppRecord, domain: str) -> Any:
    """Say which endpoint serves a domain: {"sni_endpoint"}. An app has one, which serves all its domains."""
    found, endpoint = record.need_domain(domain), resource.body().optional_text("sni_endpoint")
    if endpoint is None:
        raise Invalid("An app's certificate serves all its domains; remove the domain to stop serving it.")
    record.need_endpoint(endpoint)
    return _answer(record, found)


@resource.on_app("/apps/{app}/domains/{domain}", "DELETE")
def remove(caller: Caller, record: AppRecord, domain: str) -> Any:
    """Remove a custom domain."""
    removed = record.need_domain(domain)
    wiring.domains().remove(caller, removed)
    return _domain(record, removed)


def _answer(record: AppRecord, domain: Domain, status: int = 200) -> Reply:
    return Reply(_domain(record, domain), status, warnings.of_domains(record, [domain]))


def _domain(record: AppRecord, domain: Domain) -> wire.Json:
    return wire.domain(domain, record, wiring.settings().app_zone)
