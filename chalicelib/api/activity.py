"""/apps/{app}/activity: what happened, newest first."""

from __future__ import annotations

from itertools import islice
from typing import Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Resource
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord

MOST_SHOWN = 1000

resource = Resource(__name__)


@resource.on_app("/apps/{app}/activity", "GET")
def list_activity(caller: Caller, record: AppRecord) -> Any:
    """List what happened to the app lately, newest first."""
    return [wire.activity(each) for each in islice(wiring.activities().of_app(record.app.id), MOST_SHOWN)]
