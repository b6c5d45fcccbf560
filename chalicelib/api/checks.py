"""/apps/{app}/checks: what is true now."""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Resource
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord

resource = Resource(__name__)


@resource.on_app("/apps/{app}/checks", "GET")
def check_app(caller: Caller, record: AppRecord) -> Any:
    """Look at what the edge serves for the app, and where DNS leads its domains."""
    return wire.check(wiring.checks().look(record), wiring.settings().edge, wiring.now())
