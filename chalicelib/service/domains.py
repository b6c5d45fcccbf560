"""Custom domains: add, find, list, remove, and the DNS record that each one needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from chalicelib.aws.activities import Activities
from chalicelib.aws.addons import Addons
from chalicelib.aws.apps import Apps
from chalicelib.aws.domains import Domains as Repository
from chalicelib.errors import Invalid, NotFound
from chalicelib.model import times
from chalicelib.model.app import App
from chalicelib.model.caller import Caller
from chalicelib.model.domain import Domain, check_hostname
from chalicelib.settings import Settings


class Domains:
    """The use-cases of custom domains."""

    def __init__(
        self,
        repository: Repository,
        apps: Apps,
        addons: Addons,
        activities: Activities,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._repository = repository
        self._apps = apps
        self._addons = addons
        self._activities = activities
        self._settings = settings
        self._now = now

    def list(self, app: App) -> list[Domain]:
        """Return the app's domains by name."""
        return list(self._repository.of_app(app.id))

    def find(self, app: App, identity: str) -> Domain:
        """Return the app's domain by hostname or id; raise NotFound if it has none such."""
        for domain in self._repository.of_app(app.id):
            if domain.answers_to(identity) or domain.hostname == identity.lower():
                return domain
        raise NotFound("domain")

    def add(self, caller: Caller, app: App, hostname: str) -> Domain:
        """Make the name the app's own; raise Invalid for an unusable name or one that is in use."""
        name = check_hostname(hostname, (self._settings.zone, self._settings.app_zone))
        before = self._repository.latest(app.id, name)
        if before is not None and not before.removed:
            raise Invalid(f"{name} is already added to this app.")
        now = self._now()
        domain = Domain(
            id=str(uuid4()),
            app_id=app.id,
            account_id=app.account_id,
            hostname=name,
            created_at=now,
            updated_at=times.later(before.updated_at, now) if before else now,
            ver=before.ver + 1 if before else 1,
        )
        told = self._activities.write(caller, app.id, now, "domain.add", name)
        self._repository.create(domain, self._apps.expect(app.id), told)
        return domain

    def remove(self, caller: Caller, app: App, identity: str) -> Domain:
        """Take the name from the app and return what it was; raise NotFound if the app has none such."""
        domain = self.find(app, identity)
        told = self._activities.write(caller, app.id, self._now(), "domain.remove", domain.hostname)
        self._repository.remove(domain.remove(self._now()), told)
        return domain

    def target(self, app: App) -> str:
        """Return what the app's domains have to point at: its endpoint's hostname, else its own domain."""
        addon = self._addons.of_app(app.id)
        return (addon.hostname if addon else None) or app.own_domain(self._settings.app_zone)
