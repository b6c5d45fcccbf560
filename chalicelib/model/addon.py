"""The add-on: what an app must have before it can have an endpoint; it reserves the app's hostname."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

SERVICE = "ssl"
PLAN = "ssl:endpoint"


@dataclass(frozen=True, slots=True)
class Addon:
    """A provisioned `ssl:endpoint` of one app."""

    id: str
    app_id: str
    account_id: str
    name: str  # ssl-rectangular-1234
    endpoint_name: str  # tokyo-2121
    hostname: str | None  # tokyo-2121.<zone>; None outside the default region
    created_at: datetime

    def answers_to(self, identity: str) -> bool:
        """Tell whether a client means this add-on: by id, name, service or plan."""
        return identity in {self.id, self.name, SERVICE, PLAN}
