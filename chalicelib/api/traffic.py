"""/apps/{app}/traffic, and /apps/{app}/surges, which announce more of it."""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import wire_traffic
from chalicelib.api.http import Reply, Resource
from chalicelib.errors import Invalid
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord
from chalicelib.model.surge import MOST_RATE
from chalicelib.model.traffic import MOST_HOURS

DAY_HOURS = 24

resource = Resource(__name__)


@resource.on_app("/apps/{app}/traffic", "GET")
def show_traffic(caller: Caller, record: AppRecord) -> Any:
    """Show the requests and handshakes of each minute; ?hours= says how far back."""
    hours = resource.number("hours", 1, MOST_HOURS, DAY_HOURS)
    return wire_traffic.series(wiring.traffic().of_app(record, hours), record.app)


@resource.on_app("/apps/{app}/surges", "GET")
def list_surges(caller: Caller, record: AppRecord) -> Any:
    """List the announced surges in the order in which they come; past ones are kept for 90 days."""
    return [wire_traffic.surge(each, record.app) for each in wiring.traffic().announced(record)]


@resource.on_app("/apps/{app}/surges", "POST")
def announce_surge(caller: Caller, record: AppRecord) -> Any:
    """Announce a surge: {"at", "requests_per_second", "note"}; the answer says whether that is in time."""
    body = resource.body()
    rate = body.number("requests_per_second", 1, MOST_RATE)
    if rate is None:
        raise Invalid("The field 'requests_per_second' is missing.")
    surge = wiring.traffic().announce(caller, record, body.text("at"), rate, body.optional_text("note"))
    return Reply(wire_traffic.surge(surge, record.app), 201)


@resource.on_app("/apps/{app}/surges/{surge}", "DELETE")
def withdraw_surge(caller: Caller, record: AppRecord, surge: str) -> Any:
    """Take back an announcement."""
    return wire_traffic.surge(wiring.traffic().withdraw(caller, record, surge), record.app)
