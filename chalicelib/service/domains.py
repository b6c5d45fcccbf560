"""Custom domains: add and remove."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from chalicelib.errors import Invalid
from chalicelib.model import times
from chalicelib.model.caller import Caller
from chalicelib.model.domain import Domain, check_hostname
from chalicelib.model.record import AppRecord
from chalicelib.record.activities import ActivityItems
from chalicelib.record.apps import AppItems
from chalicelib.record.domains import DomainItems, DomainTaken
from chalicelib.service.claims import Claims
from chalicelib.settings import Settings


class Domains:
    """The use-cases of custom domains."""

    def __init__(
        self,
        repository: DomainItems,
        apps: AppItems,
        activities: ActivityItems,
        claims: Claims,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._claims = claims
        self._repository = repository
        self._apps = apps
        self._activities = activities
        self._settings = settings
        self._now = now

    def add(self, caller: Caller, record: AppRecord, hostname: str) -> Domain:
        """Make the name the app's own.

        Raises Invalid for an unusable name or one that is in use, and Unproven for one that is another account's
        as long as nothing proves that it is this one's.
        """
        name = check_hostname(hostname, (self._settings.zone, self._settings.app_zone))
        app, before = record.app, record.latest_domains.get(name)
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
        there = self._apps.expect(app.id)
        try:
            self._repository.create(domain, there, *told)
        except DomainTaken:
            return self._claims.take(caller, record, domain, [there])
        return domain

    def remove(self, caller: Caller, domain: Domain) -> None:
        """Take the name from its app; raise NotFound if that was done already."""
        told = self._activities.write(caller, domain.app_id, self._now(), "domain.remove", domain.hostname)
        self._repository.remove(domain.remove(self._now()), *told)
