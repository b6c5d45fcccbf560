"""/apps/{app}/addons"""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Resource
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord

resource = Resource(__name__)


@resource.on_app("/apps/{app}/addons", "GET")
def list_addons(caller: Caller, record: AppRecord) -> Any:
    """List the app's add-ons: one or none."""
    return [wire.addon(record.addon, record.app)] if record.addon else []


@resource.on_app("/apps/{app}/addons", "POST")
def provision(caller: Caller, record: AppRecord) -> Any:
    """Provision an add-on: {"plan": {"name": "ssl:endpoint"}}."""
    addon = wiring.addons().provision(caller, record.app, resource.body().named("plan"))
    return 201, wire.addon(addon, record.app)


@resource.on_app("/apps/{app}/addons/{addon}", "GET")
def show_addon(caller: Caller, record: AppRecord, addon: str) -> Any:
    """Show an add-on by id, name, service or plan."""
    return wire.addon(record.need_addon(addon), record.app)


@resource.on_app("/apps/{app}/addons/{addon}", "DELETE")
def deprovision(caller: Caller, record: AppRecord, addon: str) -> Any:
    """Remove an add-on; refused while the app has a certificate."""
    removed = record.need_addon(addon)
    wiring.addons().deprovision(caller, removed)
    return {**wire.addon(removed, record.app), "state": "deprovisioned"}
