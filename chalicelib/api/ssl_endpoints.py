"""/apps/{app}/ssl-endpoints"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Body, Resource
from chalicelib.model.caller import Caller
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.record import AppRecord

if TYPE_CHECKING:
    from chalicelib.service.certificates import Upload

resource = Resource(__name__)


@resource.on_app("/apps/{app}/ssl-endpoints", "GET")
def list_endpoints(caller: Caller, record: AppRecord) -> Any:
    """List the app's endpoints: one or none."""
    endpoint = record.endpoint
    return [_endpoint(record, endpoint, wiring.endpoints().active(endpoint))] if endpoint else []


@resource.on_app("/apps/{app}/ssl-endpoints", "POST")
def create(caller: Caller, record: AppRecord) -> Any:
    """Upload the first certificate: {"certificate_chain", "private_key", "preprocess"}."""
    return 201, _endpoint(record, *wiring.certificates().add(caller, record, _upload(resource.body())))


@resource.on_app("/apps/{app}/ssl-endpoints/{endpoint}", "GET")
def show(caller: Caller, record: AppRecord, endpoint: str) -> Any:
    """Show an endpoint by id, name or hostname."""
    shown = record.need_endpoint(endpoint)
    return _endpoint(record, shown, wiring.endpoints().active(shown))


@resource.on_app("/apps/{app}/ssl-endpoints/{endpoint}", "PATCH")
def change(caller: Caller, record: AppRecord, endpoint: str) -> Any:
    """Serve another certificate (the fields of an upload), or the previous one ({"rollback": true})."""
    before, body = record.need_endpoint(endpoint), resource.body()
    if body.flag("rollback", default=False):
        return _endpoint(record, *wiring.endpoints().roll_back(caller, before))
    return _endpoint(record, *wiring.certificates().update(caller, before, _upload(body)))


@resource.on_app("/apps/{app}/ssl-endpoints/{endpoint}", "DELETE")
def remove(caller: Caller, record: AppRecord, endpoint: str) -> Any:
    """Stop serving an endpoint's certificate."""
    removed = record.need_endpoint(endpoint)
    return _endpoint(record, removed, wiring.endpoints().remove(caller, removed))


@resource.on_app("/apps/{app}/ssl-endpoints/{endpoint}/versions", "GET")
def versions(caller: Caller, record: AppRecord, endpoint: str) -> Any:
    """List every certificate that the endpoint ever had, newest first."""
    found = record.need_endpoint(endpoint)
    return [wire.version(version, found, wiring.now()) for version in wiring.endpoints().versions(found)]


def _upload(body: Body) -> Upload:
    from chalicelib.service.certificates import Upload  # noqa: PLC0415 (it brings cryptography along)

    return Upload(
        certificate_chain=body.text("certificate_chain"),
        private_key=body.optional_text("private_key") or "",
        pass_phrase=body.optional_text("pass_phrase"),
        preprocess=body.flag("preprocess", default=True),
    )


def _endpoint(record: AppRecord, endpoint: Endpoint, version: Version) -> wire.Json:
    target = endpoint.hostname or record.app.own_domain(wiring.settings().app_zone)
    return wire.ssl_endpoint(endpoint, version, record.app, target, record.domains, wiring.now())
