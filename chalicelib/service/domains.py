"""Custom domains: add and remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Domains:
    """The use-cases of custom domains."""

    repository: DomainItems
    apps: AppItems
    activities: ActivityItems
    claims: Claims
    settings: Settings
    now: Callable[[], datetime]

    def add(self, caller: Caller, record: AppRecord, hostname: str) -> Domain:
        """Make the name the app's own.

        Raises Invalid for an unusable name or one that is in use, and Unproven for one that is another account's
        as long as nothing proves that it is this one's.
        """
        name = check_hostname(hostname, (self.settings.zone, self.settings.app_zone))
        app, before = record.app, record.latest_domains.get(name)
        if before is not None and not before.removed:
            raise Invalid(f"{name} is already added to this app.")
        now = self.now()
        domain = Domain(
            id=str(uuid4()),
            app_id=app.id,
            account_id=app.account_id,
            hostname=name,
            created_at=now,
            updated_at=times.later(before.updated_at, now) if before else now,
            ver=before.ver + 1 if before else 1,
        )
        activity = self.activities.write(caller, app.id, now, "domain.add", name)
        there = self.apps.expect(app.id)
        try:
            self.repository.create(domain, there, *activity)
        except DomainTaken:
            return self.claims.take(caller, record, domain, [there])
        return domain

    def remove(self, caller: Caller, domain: Domain) -> None:
        """Take the name from its app; raise NotFound if that was done already."""
        activity = self.activities.write(caller, domain.app_id, self.now(), "domain.remove", domain.hostname)
        self.repository.remove(domain.remove(self.now()), *activity)
