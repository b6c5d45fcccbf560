"""/apps/{app}/ssl-endpoints and sni-endpoints: one endpoint, seen by both generations of Heroku's clients.

Clients of the older one list both and join the lists, so the endpoint is in one of them; those of the newer one
know only sni-endpoints. The oldest speak forms: `pem` and `key` by POST and PUT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib import wiring
from chalicelib.api import warnings, wire
from chalicelib.api.body import Body
from chalicelib.api.http import Reply, Resource
from chalicelib.model.caller import Caller
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.record import AppRecord

if TYPE_CHECKING:
    from chalicelib.service.certificates import Upload

JOINS_BOTH_LISTS = "version=3.sni_ssl_cert"  # the Accept header of a client that asks for both
# The Accept header of clients that ask ssl-doctor before they upload, unless they are told --bypass.
ASKS_THE_DOCTOR = ("version=3.ssl_cert", "version=3.sni_ssl_cert")
STILL_BILLED = "To stop billing, remove the add-on, too: `heroku addons:remove ssl:endpoint`."

resource = Resource(__name__)


@resource.on_app("/apps/{app}/ssl-endpoints", "GET")
def list_ssl_endpoints(caller: Caller, record: AppRecord) -> Any:
    """List the app's endpoints: one or none."""
    return _list(record)


@resource.on_app("/apps/{app}/sni-endpoints", "GET")
def list_sni_endpoints(caller: Caller, record: AppRecord) -> Any:
    """List the app's endpoints: one or none, and none for a client that has it from ssl-endpoints."""
    return [] if JOINS_BOTH_LISTS in resource.header("accept") else _list(record)


@resource.on_app("/apps/{app}/ssl-endpoints", "POST")
@resource.on_app("/apps/{app}/sni-endpoints", "POST")
def create(caller: Caller, record: AppRecord) -> Any:
    """Upload the first certificate: {"certificate_chain", "private_key", "preprocess"}."""
    return _answer(record, *wiring.certificates().add(caller, record, _upload(resource.body())), status=201)


@resource.on_app("/apps/{app}/ssl-endpoints/{endpoint}", "GET")
@resource.on_app("/apps/{app}/sni-endpoints/{endpoint}", "GET")
def show(caller: Caller, record: AppRecord, endpoint: str) -> Any:
    """Show an endpoint by id, name or hostname."""
    shown = record.need_endpoint(endpoint)
    version = wiring.endpoints().active(shown)
    return Reply(_endpoint(record, shown, version), headers=warnings.of_look(record, version))


@resource.on_app("/apps/{app}/ssl-endpoints/{endpoint}", "PATCH")
@resource.on_app("/apps/{app}/sni-endpoints/{endpoint}", "PATCH")
@resource.on_app("/apps/{app}/ssl-endpoints/{endpoint}", "PUT")
def change(caller: Caller, record: AppRecord, endpoint: str) -> Any:
    """Serve another certificate (the fields of an upload), or the previous one ({"rollback": true}).

    {"muted": true} tells nobody of its expiry any more, and {"muted": false} tells it again.
    """
    before, body = record.need_endpoint(endpoint), resource.body()
    if "muted" in body:
        for field in ("rollback", "certificate_chain", "pem", "private_key", "key"):
            body.refuse(field, "Mute an endpoint in a request of its own, without another change.")
        return _answer(record, *wiring.endpoints().mute(caller, before, muted=body.flag("muted", default=True)))
    if body.flag("rollback", default=False):
        return _answer(record, *wiring.endpoints().roll_back(caller, before))
    return _answer(record, *wiring.certificates().update(caller, before, record.serving, _upload(body)))


@resource.on_app("/apps/{app}/ssl-endpoints/{endpoint}/rollback", "POST")
def roll_back(caller: Caller, record: AppRecord, endpoint: str) -> Any:
    """Serve the previous certificate again, as the oldest clients ask for it."""
    return _answer(record, *wiring.endpoints().roll_back(caller, record.need_endpoint(endpoint)))


@resource.on_app("/apps/{app}/ssl-endpoints/{endpoint}", "DELETE")
@resource.on_app("/apps/{app}/sni-endpoints/{endpoint}", "DELETE")
def remove(caller: Caller, record: AppRecord, endpoint: str) -> Any:
    """Stop serving an endpoint's certificate; the add-on, and what it costs, stays."""
    removed = record.need_endpoint(endpoint)
    version = wiring.endpoints().remove(caller, removed)
    told = _asks_the_doctor() or not wiring.settings().price_cents  # such a client says it by itself
    return Reply(_endpoint(record, removed, version), headers={} if told else warnings.header(STILL_BILLED))


@resource.on_app("/apps/{app}/ssl-endpoints/{endpoint}/versions", "GET")
@resource.on_app("/apps/{app}/sni-endpoints/{endpoint}/versions", "GET")
def list_versions(caller: Caller, record: AppRecord, endpoint: str) -> Any:
    """List every certificate that the endpoint ever had, newest first."""
    found = record.need_endpoint(endpoint)
    return [wire.version(version, found, wiring.now()) for version in wiring.endpoints().versions(found)]


def _list(record: AppRecord) -> Any:
    endpoint = record.endpoint
    if endpoint is None:
        return []
    version = wiring.endpoints().active(endpoint)
    return Reply([_endpoint(record, endpoint, version)], headers=warnings.of_look(record, version))


def _upload(body: Body) -> Upload:
    from chalicelib.service.certificates import Upload  # noqa: PLC0415 (it brings cryptography along)

    return Upload(
        certificate_chain=body.text("certificate_chain", "pem"),
        private_key=body.optional_text("private_key", "key") or "",
        pass_phrase=body.optional_text("pass_phrase"),
        preprocess=body.flag("preprocess", default=not _is_final(body)),
    )


def _is_final(body: Body) -> bool:
    """Tell whether an upload is the doctor's answer, or one that was kept from the doctor by --bypass.

    Such a client has no other way to say that the chain is to be served as it comes.
    """
    return "pem" in body or _asks_the_doctor()


def _asks_the_doctor() -> bool:
    return resource.header("accept").endswith(ASKS_THE_DOCTOR)


def _answer(record: AppRecord, endpoint: Endpoint, version: Version, status: int = 200) -> Reply:
    """Answer a change: also with what was added to the chain."""
    added = sum(change.action == "added" for change in version.changes)
    completed = [f"{added} missing intermediate certificate(s) were added to the chain."] if added else []
    return Reply(_endpoint(record, endpoint, version), status, warnings.of_endpoint(record, version, *completed))


def _endpoint(record: AppRecord, endpoint: Endpoint, version: Version) -> wire.Json:
    target = endpoint.hostname or record.app.own_domain(wiring.settings().app_zone)
    return wire.ssl_endpoint(endpoint, version, record.app, target, record.domains, wiring.now())
