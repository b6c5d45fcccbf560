"""/apps/{app}/activity: what happened, newest first."""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import paging, wire
from chalicelib.api.http import Reply, Resource
from chalicelib.model import names
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord

resource = Resource(__name__)


@resource.on_app("/apps/{app}/activity", "GET")
def list_activity(caller: Caller, record: AppRecord) -> Any:
    """List what happened to the app, newest first, a page at a time."""
    after, most = paging.asked(resource.header("range"))
    known = after if after and names.UUID.fullmatch(after) else None
    found, more = wiring.activities().page(record.app.id, known, most)
    addresses = wiring.tokens().addresses(record, {each.account_id for each in found})
    rows = [wire.activity(each, addresses.get(each.account_id)) for each in found]
    status, headers = paging.ending(rows[-1]["id"] if more else "", most, more=more)
    return Reply(rows, status, headers, paged=True)
