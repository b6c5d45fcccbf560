"""Endpoints: versions, roll back, mute, remove. Needs no cryptography."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.model.caller import Caller
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.record.activities import ActivityItems
from chalicelib.record.endpoints import EndpointItems


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The use-cases of an endpoint that is already there."""

    repository: EndpointItems
    activities: ActivityItems
    now: Callable[[], datetime]

    def active(self, endpoint: Endpoint) -> Version:
        """Return the version that is served."""
        return self.repository.version(endpoint.id, endpoint.active)

    def versions(self, endpoint: Endpoint) -> list[Version]:
        """Return every version ever installed, newest first."""
        return list(self.repository.versions(endpoint.id))

    def roll_back(self, caller: Caller, before: Endpoint) -> tuple[Endpoint, Version]:
        """Serve the previous version again; raise NoPreviousCertificate if there is none."""
        after = before.roll_back(self.now())
        current, version = self.repository.some(before.id, before.active, after.active)
        detail = f"v{current.number} → v{version.number}, {current.leaf.fingerprint} → {version.leaf.fingerprint}"
        activity = self.activities.write(caller, after.app_id, after.updated_at, "endpoint.rollback", detail)
        self.repository.save(after, version, *activity)
        return after, version

    def mute(self, caller: Caller, before: Endpoint, *, muted: bool) -> tuple[Endpoint, Version]:
        """Tell nobody of the endpoint's expiry any more, or tell it again; what is so already changes nothing."""
        version = self.active(before)
        if before.muted == muted:
            return before, version
        after, action = before.mute(self.now(), muted=muted), "endpoint.mute" if muted else "endpoint.unmute"
        activity = self.activities.write(caller, after.app_id, after.updated_at, action, after.name)
        self.repository.save(after, version, *activity)
        return after, version

    def remove(self, caller: Caller, before: Endpoint) -> Version:
        """Stop serving the endpoint and return what it served."""
        version = self.active(before)
        after = before.remove(self.now())
        detail = f"v{before.active}, {version.leaf.fingerprint}"
        activity = self.activities.write(caller, after.app_id, after.updated_at, "endpoint.remove", detail)
        self.repository.save(after, version, *activity)
        return version
