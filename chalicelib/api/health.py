"""/health: the only route that needs no token."""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api.http import Reply, Resource
from chalicelib.errors import Unavailable

resource = Resource(__name__)


@resource.open("/health", "GET")
def health() -> Any:
    """Say whether the record can be read."""
    try:
        wiring.apps().probe()
    except Unavailable:
        return Reply({"store": "down"}, 503)
    return {"store": "up"}
