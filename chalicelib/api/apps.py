"""/apps, and what belongs to one but its add-on, endpoint and domains."""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import warnings, wire, wire_accounts
from chalicelib.api.http import Reply, Resource
from chalicelib.errors import Invalid, NotFound
from chalicelib.model.app import App
from chalicelib.model.caller import Account, Caller
from chalicelib.model.record import AppRecord, Collaborator

resource = Resource(__name__)


@resource.on("/apps", "GET")
def list_apps(caller: Caller) -> Any:
    """List the apps that the caller may use."""
    return _listed(caller)


@resource.on("/users/{user}/apps", "GET")
def list_apps_of_user(caller: Caller, user: str) -> Any:
    """List the apps that the caller may use, under the address that newer clients know; `~` is the caller."""
    if user not in {"~", caller.account_id}:
        raise NotFound("user")
    return _listed(caller)


@resource.on("/apps", "POST")
def create_app(caller: Caller) -> Any:
    """Create an app: {"name", "region", "origin"}, each optional."""
    body = resource.body()
    region = body.named("region") if "region" in body else None
    app = wiring.apps().create(caller, body.optional_text("name"), region, body.optional_text("origin"))
    return Reply(_app(app, wiring.tokens().account_of(caller)), 201)


@resource.on_app("/apps/{app}", "GET")
def show_app(caller: Caller, record: AppRecord) -> Any:
    """Show an app."""
    return _app(record.app, wiring.tokens().owner(record.app))


@resource.on_app("/apps/{app}", "PATCH")
def change_app(caller: Caller, record: AppRecord) -> Any:
    """Rename an app or put another server behind it: {"name", "origin"}, each optional."""
    body = resource.body()
    asked = {name: body.optional_text(name) for name in ("name", "origin")}
    app = wiring.apps().change(caller, record.app, asked)
    return _app(app, wiring.tokens().owner(app))


@resource.on_app("/apps/{app}", "DELETE")
def destroy_app(caller: Caller, record: AppRecord) -> Any:
    """Destroy an app with its domains, certificate and add-on."""
    wiring.removal().remove(caller, record)
    return _app(record.app, wiring.tokens().owner(record.app))


@resource.on_app("/apps/{app}/collaborators", "GET")
def list_collaborators(caller: Caller, record: AppRecord) -> Any:
    """List the accounts that may use the app beside its owner."""
    return [wire_accounts.collaborator(each, record.app) for each in record.collaborators]


@resource.on_app("/apps/{app}/collaborators", "POST")
def add_collaborator(caller: Caller, record: AppRecord) -> Any:
    """Let another account use the app: {"user": e-mail address, "permission": "read" or "write"}. Owner only."""
    record.need_owner(caller)
    body = resource.body()
    permission = body.optional_text("permission") or "write"
    admitted = Collaborator(*wiring.tokens().known(body.text("user")), permission)
    wiring.apps().admit(caller, record, admitted)
    return Reply(wire_accounts.collaborator(admitted, record.app), 201)


@resource.on_app("/apps/{app}/collaborators/{collaborator}", "DELETE")
def remove_collaborator(caller: Caller, record: AppRecord, collaborator: str) -> Any:
    """Let another account no longer use the app. Owner only."""
    record.need_owner(caller)
    dismissed = record.need_collaborator(collaborator)
    wiring.apps().dismiss(caller, record.app, dismissed)
    return wire_accounts.collaborator(dismissed, record.app)


@resource.on_app("/apps/{app}/features", "GET")
def list_features(caller: Caller, record: AppRecord) -> Any:
    """List the app's optional features: none."""
    return []


@resource.on_app("/apps/{app}/dynos", "GET")
def list_dynos(caller: Caller, record: AppRecord) -> Any:
    """List the app's processes: none that we run."""
    return []


@resource.on_app("/apps/{app}/acm", "POST")
def enable_acm(caller: Caller, record: AppRecord) -> Any:
    """Refuse automatic certificates."""
    raise Invalid(warnings.NO_ACM)


@resource.on_app("/apps/{app}/acm", "PATCH")
def refresh_acm(caller: Caller, record: AppRecord) -> Any:
    """Refuse automatic certificates."""
    raise Invalid(warnings.NO_ACM)


@resource.on_app("/apps/{app}/acm", "DELETE")
def disable_acm(caller: Caller, record: AppRecord) -> Any:
    """Say that automatic certificates are off, as they always are."""
    return _app(record.app, wiring.tokens().owner(record.app))


def _listed(caller: Caller) -> list[wire.Json]:
    apps = wiring.apps().of_caller(caller)
    owners = wiring.tokens().owners(apps)
    return [_app(app, owners.get(app.account_id)) for app in apps]


def _app(app: App, owner: Account | None) -> wire.Json:
    return wire.app(app, app.own_domain(wiring.settings().app_zone), owner)
