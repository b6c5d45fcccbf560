"""/apps/{app}/checks and /apps/{app}/domains/{domain}/check: what is true now."""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import wire, wire_checks
from chalicelib.api.http import Resource
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord

resource = Resource(__name__)


@resource.on_app("/apps/{app}/checks", "GET")
def check_app(caller: Caller, record: AppRecord) -> Any:
    """Look at what the edge serves for the app, and where DNS leads its domains."""
    return wire_checks.app(wiring.checks().of_app(record), wiring.settings().edge, wiring.now())


@resource.on_app("/apps/{app}/domains/{domain}/check", "POST")
def check_domain(caller: Caller, record: AppRecord, domain: str) -> Any:
    """Look at one domain now, and keep what was found."""
    look = wiring.domain_checks().check(record, record.need_domain(domain))
    return {"checked_at": wire.moment(wiring.now()), **wire_checks.look(look)}
