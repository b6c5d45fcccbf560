"""Apps: create, find, list, and change the server behind one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from random import Random
from uuid import uuid4

from chalicelib.aws.activities import Activities
from chalicelib.aws.apps import Apps as Repository
from chalicelib.errors import Invalid, NotFound
from chalicelib.model import names
from chalicelib.model.addon import Addon
from chalicelib.model.app import App, check_name, check_origin
from chalicelib.model.caller import Account, Caller
from chalicelib.model.record import PERMISSIONS, AppRecord, Collaborator
from chalicelib.settings import Settings

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Apps:
    """The use-cases of apps; `find` is where every other one begins."""

    def __init__(
        self,
        repository: Repository,
        activities: Activities,
        settings: Settings,
        now: Callable[[], datetime],
        random: Random,
    ) -> None:
        self._repository = repository
        self._activities = activities
        self._settings = settings
        self._now = now
        self._random = random

    def probe(self) -> None:
        """Raise Unavailable if the record cannot be read."""
        self._repository.id_of("health")

    def find(self, caller: Caller, identity: str, scope: str) -> AppRecord:
        """Return an app that the caller may use, by name or id.

        Raises NotFound for an unknown app and for one of somebody else, Forbidden for a collaborator who may not
        do what needs `scope`.
        """
        app_id = identity if UUID.fullmatch(identity) else self._repository.id_of(identity)
        record = self._repository.record(app_id) if app_id else None
        if record is None:
            raise NotFound("app")
        record.admit(caller, scope)
        return record

    def of_caller(self, caller: Caller) -> list[App]:
        """Return the caller's apps by name."""
        return self._repository.of_account(caller.account_id)

    def create(self, caller: Caller, name: str | None, region: str | None, origin: str | None) -> App:
        """Store a new app and return it; raise Invalid for unusable values or a name that is taken."""
        now = self._now()
        app = App(
            id=str(uuid4()),
            name=check_name(name) if name else names.app(self._random),
            account_id=caller.account_id,
            region=self._region(region),
            origin=check_origin(origin) if origin else "",
            created_at=now,
            updated_at=now,
        )
        told = self._activities.write(caller, app.id, now, "app.create", f"{app.name} in {app.region}")
        self._repository.create(app, *told)
        return app

    def change_origin(self, caller: Caller, app: App, origin: str) -> App:
        """Put another server behind the app and return it; raise Invalid for an unusable address."""
        changed = app.with_origin(check_origin(origin), self._now())
        detail = f"{app.origin or 'none'} → {changed.origin}"
        self._repository.save(
            changed, *self._activities.write(caller, app.id, changed.updated_at, "app.origin", detail)
        )
        return changed

    def rename(self, caller: Caller, app: App, name: str) -> App:
        """Give the app another name and return it; raise Invalid for an unusable or a taken one."""
        renamed = app.renamed(check_name(name), self._now())
        if renamed.name == app.name:
            return app
        detail = f"{app.name} → {renamed.name}"
        told = self._activities.write(caller, app.id, renamed.updated_at, "app.rename", detail)
        self._repository.rename(app, renamed, *told)
        return renamed

    def remove(self, caller: Caller, record: AppRecord) -> None:
        """Take away an app of which nothing else is left; see service.removal."""
        told = self._activities.write(caller, record.app.id, self._now(), "app.destroy", record.app.name)
        self._repository.remove(record.app.remove(self._now()), record.collaborators, *told)

    def admit(self, caller: Caller, app: App, account: Account, permission: str) -> Collaborator:
        """Let another account use the app; raise Invalid for an unknown permission and for the owner."""
        if permission not in PERMISSIONS:
            raise Invalid(f"A collaborator's permission is one of {', '.join(PERMISSIONS)}.")
        if account.id == app.account_id:
            raise Invalid(f"{account.email} owns {app.name} already.")
        collaborator = Collaborator(account.id, account.email, permission)
        detail = f"{account.email} may {permission}"
        told = self._activities.write(caller, app.id, self._now(), "collaborator.admit", detail)
        self._repository.admit(app, collaborator, *told)
        return collaborator

    def dismiss(self, caller: Caller, app: App, collaborator: Collaborator) -> None:
        """Let another account no longer use the app."""
        told = self._activities.write(caller, app.id, self._now(), "collaborator.dismiss", collaborator.email)
        self._repository.dismiss(app, collaborator, *told)

    def addons_of_caller(self, caller: Caller) -> list[tuple[Addon, App]]:
        """Return the add-ons of all apps that the caller may use."""
        return self._repository.addons_of(self._repository.of_account(caller.account_id))

    def _region(self, region: str | None) -> str:
        if region is not None and region not in self._settings.regions:
            raise Invalid(
                f"There is no region {region[:40]!r}; choose one of {', '.join(self._settings.regions)}."
            )
        return region or self._settings.default_region
