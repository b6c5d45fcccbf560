"""/apps/{app}/ssl-endpoints"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Body, Resource
from chalicelib.model.app import App
from chalicelib.model.caller import Caller
from chalicelib.model.endpoint import Endpoint, Version

if TYPE_CHECKING:
    from chalicelib.service.certificates import Upload

resource = Resource(__name__)


@resource.on("/apps/{app}/ssl-endpoints", "GET")
def list_endpoints(caller: Caller, app: str) -> Any:
    """List the app's endpoints: one or none."""
    found = wiring.apps().find(caller, app)
    endpoint = wiring.endpoints().of_app(found)
    return [_endpoint(found, endpoint, wiring.endpoints().active(endpoint))] if endpoint else []


@resource.on("/apps/{app}/ssl-endpoints", "POST")
def create(caller: Caller, app: str) -> Any:
    """Upload the first certificate: {"certificate_chain", "private_key", "preprocess"}."""
    found = wiring.apps().find(caller, app)
    return 201, _endpoint(found, *wiring.certificates().add(caller, found, _upload(resource.body())))


@resource.on("/apps/{app}/ssl-endpoints/{endpoint}", "GET")
def show(caller: Caller, app: str, endpoint: str) -> Any:
    """Show an endpoint by id, name or hostname."""
    found = wiring.apps().find(caller, app)
    shown = wiring.endpoints().find(found, endpoint)
    return _endpoint(found, shown, wiring.endpoints().active(shown))


@resource.on("/apps/{app}/ssl-endpoints/{endpoint}", "PATCH")
def change(caller: Caller, app: str, endpoint: str) -> Any:
    """Serve another certificate (the fields of an upload), or the previous one ({"rollback": true})."""
    found = wiring.apps().find(caller, app)
    body = resource.body()
    if body.flag("rollback", default=False):
        return _endpoint(found, *wiring.endpoints().roll_back(caller, found, endpoint))
    before = wiring.endpoints().find(found, endpoint)
    return _endpoint(found, *wiring.certificates().update(caller, found, before, _upload(body)))


@resource.on("/apps/{app}/ssl-endpoints/{endpoint}", "DELETE")
def remove(caller: Caller, app: str, endpoint: str) -> Any:
    """Stop serving an endpoint's certificate."""
    found = wiring.apps().find(caller, app)
    return _endpoint(found, *wiring.endpoints().remove(caller, found, endpoint))


@resource.on("/apps/{app}/ssl-endpoints/{endpoint}/versions", "GET")
def versions(caller: Caller, app: str, endpoint: str) -> Any:
    """List every certificate that the endpoint ever had, newest first."""
    found = wiring.endpoints().find(wiring.apps().find(caller, app), endpoint)
    return [wire.version(version, found, wiring.now()) for version in wiring.endpoints().versions(found)]


def _upload(body: Body) -> Upload:
    from chalicelib.service.certificates import Upload  # noqa: PLC0415 (it brings cryptography along)

    return Upload(
        certificate_chain=body.text("certificate_chain"),
        private_key=body.optional_text("private_key") or "",
        pass_phrase=body.optional_text("pass_phrase"),
        preprocess=body.flag("preprocess", default=True),
    )


def _endpoint(app: App, endpoint: Endpoint, version: Version) -> wire.Json:
    target = endpoint.hostname or app.own_domain(wiring.settings().app_zone)
    return wire.ssl_endpoint(endpoint, version, app, target, wiring.domains().list(app), wiring.now())
