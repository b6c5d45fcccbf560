"""/apps/{app}/domains"""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Resource
from chalicelib.model.caller import Caller

resource = Resource(__name__)


@resource.on("/apps/{app}/domains", "GET")
def list_domains(caller: Caller, app: str) -> Any:
    """List the app's custom domains, each with the DNS record that it needs."""
    found = wiring.apps().find(caller, app)
    target = wiring.domains().target(found)
    return [wire.domain(domain, found, target) for domain in wiring.domains().list(found)]


@resource.on("/apps/{app}/domains", "POST")
def add(caller: Caller, app: str) -> Any:
    """Add a custom domain: {"hostname"}."""
    found = wiring.apps().find(caller, app)
    domain = wiring.domains().add(caller, found, resource.body().text("hostname"))
    return 201, wire.domain(domain, found, wiring.domains().target(found))


@resource.on("/apps/{app}/domains/{domain}", "GET")
def show(caller: Caller, app: str, domain: str) -> Any:
    """Show a custom domain by hostname or id."""
    found = wiring.apps().find(caller, app)
    return wire.domain(wiring.domains().find(found, domain), found, wiring.domains().target(found))


@resource.on("/apps/{app}/domains/{domain}", "DELETE")
def remove(caller: Caller, app: str, domain: str) -> Any:
    """Remove a custom domain."""
    found = wiring.apps().find(caller, app)
    removed = wiring.domains().remove(caller, found, domain)
    return wire.domain(removed, found, wiring.domains().target(found))
