"""Endpoints: find, list, roll back, remove. Needs no cryptography."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib.aws.activities import Activities
from chalicelib.aws.endpoints import Endpoints as Repository
from chalicelib.errors import NotFound
from chalicelib.model.app import App
from chalicelib.model.caller import Caller
from chalicelib.model.endpoint import Endpoint, Version


class Endpoints:
    """The use-cases of an endpoint that is already there."""

    def __init__(self, repository: Repository, activities: Activities, now: Callable[[], datetime]) -> None:
        self._repository = repository
        self._activities = activities
        self._now = now

    def of_app(self, app: App) -> Endpoint | None:
        """Return the app's endpoint, if it has one."""
        return self._repository.of_app(app.id)

    def find(self, app: App, identity: str) -> Endpoint:
        """Return the app's endpoint by id, name or hostname; raise NotFound if it has none such."""
        endpoint = self.of_app(app)
        if endpoint is None or not endpoint.answers_to(identity.lower()):
            raise NotFound("ssl_endpoint")
        return endpoint

    def active(self, endpoint: Endpoint) -> Version:
        """Return the version that is served."""
        return self._repository.version(endpoint.id, endpoint.active)

    def versions(self, endpoint: Endpoint) -> list[Version]:
        """Return every version ever installed, newest first."""
        return list(self._repository.versions(endpoint.id))

    def roll_back(self, caller: Caller, app: App, identity: str) -> tuple[Endpoint, Version]:
        """Serve the previous version again; raise NoPreviousCertificate if there is none."""
        before = self.find(app, identity)
        after = before.roll_back(self._now())
        version = self.active(after)
        detail = f"v{before.active} → v{after.active}, {version.leaf.fingerprint}"
        told = self._activities.write(caller, app.id, after.updated_at, "endpoint.rollback", detail)
        self._repository.save(after, version, told)
        return after, version

    def remove(self, caller: Caller, app: App, identity: str) -> tuple[Endpoint, Version]:
        """Stop serving the endpoint and return what it was."""
        before = self.find(app, identity)
        version = self.active(before)
        after = before.remove(self._now())
        detail = f"v{before.active}, {version.leaf.fingerprint}"
        told = self._activities.write(caller, app.id, after.updated_at, "endpoint.remove", detail)
        self._repository.save(after, version, told)
        return before, version
