"""What happened to an app: written in the same transaction as the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

KEPT_DAYS = 400


@dataclass(frozen=True, slots=True)
class Activity:
    """Who did what, and when. Never holds key material."""

    id: str
    app_id: str
    at: datetime
    actor: str  # the token's name
    request_id: str
    action: str  # "endpoint.update"
    detail: str  # "v1 → v2, 3f0a… → 77bc…"
