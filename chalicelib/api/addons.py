"""/addons, /addon-services, /addon-attachments: the add-on as Heroku's clients look at it."""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import catalogue
from chalicelib.api.http import Reply, Resource
from chalicelib.errors import NotFound
from chalicelib.model.addon import PLAN, SERVICE, Addon
from chalicelib.model.app import App
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord

resource = Resource(__name__)


@resource.on_app("/apps/{app}/addons", "GET")
def list_addons(caller: Caller, record: AppRecord) -> Any:
    """List the app's add-ons: one or none."""
    return [_addon(record.addon, record.app)] if record.addon else []


@resource.on_app("/apps/{app}/addons", "POST")
def provision(caller: Caller, record: AppRecord) -> Any:
    """Provision an add-on: {"plan": {"name": "ssl:endpoint"}}."""
    addon = wiring.addons().provision(caller, record.app, resource.body().named("plan"))
    return Reply(_addon(addon, record.app), 201)


@resource.on_app("/apps/{app}/addons/{addon}", "GET")
def show_addon(caller: Caller, record: AppRecord, addon: str) -> Any:
    """Show an add-on by id, name, service or plan."""
    return _addon(record.need_addon(addon), record.app)


@resource.on_app("/apps/{app}/addons/{addon}", "DELETE")
def deprovision(caller: Caller, record: AppRecord, addon: str) -> Any:
    """Remove an add-on; refused while the app has a certificate."""
    removed = record.need_addon(addon)
    wiring.addons().deprovision(caller, removed)
    return {**_addon(removed, record.app), "state": "deprovisioned"}


@resource.on_app("/apps/{app}/addon-attachments", "GET")
def list_attachments_of_app(caller: Caller, record: AppRecord) -> Any:
    """List the attachments of the app's add-ons."""
    return [catalogue.attachment(record.addon, record.app)] if record.addon else []


@resource.on("/addons", "GET")
def list_all_addons(caller: Caller) -> Any:
    """List the add-ons of all the caller's apps."""
    return [_addon(*found) for found in wiring.apps().addons_of_caller(caller)]


@resource.on("/addons/{addon}", "GET")
def show_any_addon(caller: Caller, addon: str) -> Any:
    """Show an add-on of any app, by id or name."""
    return _addon(*_find(caller, addon))


@resource.on("/addons/{addon}/addon-attachments", "GET")
def list_attachments_of_addon(caller: Caller, addon: str) -> Any:
    """List the attachments of an add-on: one."""
    return [catalogue.attachment(*_find(caller, addon))]


@resource.on("/addon-attachments", "GET")
def list_attachments(caller: Caller) -> Any:
    """List the attachments of all the caller's add-ons."""
    return [catalogue.attachment(*found) for found in wiring.apps().addons_of_caller(caller)]


@resource.on("/actions/addons/resolve", "POST", scope="read")
def resolve(caller: Caller) -> Any:
    """Find add-ons by any identity: {"addon", "app"}, app optional."""
    body = resource.body()
    identity, app = body.text("addon"), body.optional_text("app")
    if app is None:
        return [_addon(*_find(caller, identity))]
    record = wiring.apps().find(caller, app, "read")
    if record.addon is None or not record.addon.answers_to(identity):
        raise NotFound("add_on")
    return [_addon(record.addon, record.app)]


@resource.on("/addon-services", "GET")
def list_services(caller: Caller) -> Any:
    """List what can be provisioned: one service."""
    return [catalogue.service()]


@resource.on("/addon-services/{service}", "GET")
def show_service(caller: Caller, service: str) -> Any:
    """Show the service by name or id."""
    _need_service(service)
    return catalogue.service()


@resource.on("/addon-services/{service}/plans", "GET")
def list_plans(caller: Caller, service: str) -> Any:
    """List the service's plans: one."""
    _need_service(service)
    return [catalogue.plan(wiring.settings().price_cents)]


@resource.on("/plans/{plan}", "GET")
def show_plan(caller: Caller, plan: str) -> Any:
    """Show the plan by name or id."""
    if plan not in {PLAN, catalogue.PLAN_ID}:
        raise NotFound("plan")
    return catalogue.plan(wiring.settings().price_cents)


def _need_service(service: str) -> None:
    if service not in {SERVICE, PLAN, catalogue.SERVICE_ID}:
        raise NotFound("addon_service", "Couldn't find that add-on service.")


def _find(caller: Caller, identity: str) -> tuple[Addon, App]:
    for addon, app in wiring.apps().addons_of_caller(caller):
        if identity in {addon.id, addon.name}:
            return addon, app
    raise NotFound("add_on")


def _addon(addon: Addon, app: App) -> Any:
    return catalogue.addon(addon, app, wiring.settings().price_cents)
