"""/apps/{app}/addons"""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Resource
from chalicelib.model.caller import Caller

resource = Resource(__name__)


@resource.on("/apps/{app}/addons", "GET")
def list_addons(caller: Caller, app: str) -> Any:
    """List the app's add-ons: one or none."""
    found = wiring.apps().find(caller, app)
    addon = wiring.addons().of_app(found)
    return [wire.addon(addon, found)] if addon else []


@resource.on("/apps/{app}/addons", "POST")
def provision(caller: Caller, app: str) -> Any:
    """Provision an add-on: {"plan": {"name": "ssl:endpoint"}}."""
    found = wiring.apps().find(caller, app)
    return 201, wire.addon(wiring.addons().provision(caller, found, resource.body().named("plan")), found)


@resource.on("/apps/{app}/addons/{addon}", "GET")
def show_addon(caller: Caller, app: str, addon: str) -> Any:
    """Show an add-on by id, name, service or plan."""
    found = wiring.apps().find(caller, app)
    return wire.addon(wiring.addons().find(found, addon), found)


@resource.on("/apps/{app}/addons/{addon}", "DELETE")
def deprovision(caller: Caller, app: str, addon: str) -> Any:
    """Remove an add-on; refused while the app has a certificate."""
    found = wiring.apps().find(caller, app)
    removed = wiring.addons().deprovision(caller, found, addon)
    return {**wire.addon(removed, found), "state": "deprovisioned"}
