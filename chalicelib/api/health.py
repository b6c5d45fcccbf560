"""/health: how well the service is; needs no token and tells no secret."""

from __future__ import annotations

from typing import Any

from chalicelib import jobs
from chalicelib.api import wire
from chalicelib.api.http import Reply, Resource
from chalicelib.model.health import DOWN, EdgesState, ScheduleState

resource = Resource(__name__)


@resource.open("/health", "GET")
def health() -> Any:
    """Say whether store and key are there, whether schedules run, and how far edges are; 503 if nothing works."""
    found = jobs.health().look()
    body = {
        "status": found.status,
        "store": _up(found.store),
        "key": _up(found.key),
        "schedules": {name: _schedule(state) for name, state in found.schedules.items()},
        "edge": _edges(found.edges),
    }
    return Reply(body, 503 if found.status == DOWN else 200)


def _up(answers: bool) -> str:
    return "up" if answers else "down"


def _schedule(state: ScheduleState) -> wire.Json:
    return {"last": wire.moment(state.last) if state.last else None, "late": state.late}


def _edges(state: EdgesState) -> wire.Json:
    lag = None if state.lag is None else round(state.lag.total_seconds(), 3)
    return {"edges": state.edges, "lag_seconds": lag, "silent": state.silent}
