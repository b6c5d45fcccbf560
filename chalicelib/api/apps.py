"""/apps"""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Resource
from chalicelib.model.app import App
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord

resource = Resource(__name__)


@resource.on("/apps", "GET")
def list_apps(caller: Caller) -> Any:
    """List the caller's apps."""
    return [_app(app) for app in wiring.apps().list(caller)]


@resource.on("/apps", "POST")
def create_app(caller: Caller) -> Any:
    """Create an app: {"name", "region", "origin"}, each optional."""
    body = resource.body()
    region = body.named("region") if "region" in body else None
    app = wiring.apps().create(caller, body.optional_text("name"), region, body.optional_text("origin"))
    return 201, _app(app)


@resource.on_app("/apps/{app}", "GET")
def show_app(caller: Caller, record: AppRecord) -> Any:
    """Show an app."""
    return _app(record.app)


@resource.on_app("/apps/{app}", "PATCH")
def change_app(caller: Caller, record: AppRecord) -> Any:
    """Put another server behind an app: {"origin"}."""
    return _app(wiring.apps().change_origin(caller, record.app, resource.body().text("origin")))


def _app(app: App) -> wire.Json:
    return wire.app(app, app.own_domain(wiring.settings().app_zone))
