"""Apps: create, find, list, and change the server behind one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import uuid4

from chalicelib.errors import Invalid, NotFound
from chalicelib.model import names
from chalicelib.model.addon import Addon
from chalicelib.model.app import CHANGEABLE, NAME, App, check_name, check_origin
from chalicelib.model.caller import Caller
from chalicelib.model.record import MOST_COLLABORATORS, PERMISSIONS, AppRecord, Collaborator
from chalicelib.record.activities import ActivityItems
from chalicelib.record.apps import AppItems
from chalicelib.settings import Settings

MOST_SEEN = 10_000  # names


@dataclass(frozen=True, slots=True)
class Apps:
    """The use-cases of apps; `find` is where every other one begins."""

    repository: AppItems
    activities: ActivityItems
    settings: Settings
    now: Callable[[], datetime]
    random: Random
    seen: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def find(self, caller: Caller, identity: str, scope: str) -> AppRecord:
        """Return an app that the caller may use, by name or id.

        Raises NotFound for an unknown app and for one of somebody else, Forbidden for a collaborator who may not
        do what needs `scope`.
        """
        record = self._named(identity) if NAME.fullmatch(identity) else self._identified(identity)
        if record is None:
            raise NotFound("app")
        record.admit(caller, scope)
        return record

    def _named(self, name: str) -> AppRecord | None:
        """Look where the name was last seen, which saves a call; what is there now decides."""
        record = self._identified(self.seen.get(name))
        if record is None or record.app.name != name:
            record = self._identified(self.repository.id_of(name))
            if len(self.seen) >= MOST_SEEN:
                self.seen.clear()
        if record is not None:
            self.seen[name] = record.app.id
        return record

    def _identified(self, app_id: str | None) -> AppRecord | None:
        return self.repository.record(app_id) if app_id and names.UUID.fullmatch(app_id) else None

    def records_of_caller(self, caller: Caller, first: str = "") -> Iterator[AppRecord]:
        """Yield the apps that the caller may use from the id `first` on, by id, each with what is its own."""
        return self.repository.records_of(caller.account_id, first)

    def of_caller(self, caller: Caller) -> list[App]:
        """Return the caller's apps by name."""
        return self.repository.of_account(caller.account_id)

    def create(self, caller: Caller, name: str | None, region: str | None, origin: str | None) -> App:
        """Store a new app and return it; raise Invalid for unusable values or a name that is taken."""
        now = self.now()
        app = App(
            id=str(uuid4()),
            name=check_name(name) if name else names.app(self.random),
            account_id=caller.account_id,
            region=self._region(region),
            origin=check_origin(origin) if origin else "",
            created_at=now,
            updated_at=now,
        )
        activity = self.activities.write(caller, app.id, now, "app.create", f"{app.name} in {app.region}")
        self.repository.create(app, *activity)
        return app

    def change(self, caller: Caller, app: App, asked: Mapping[str, Any]) -> App:
        """Give the app other values of what is CHANGEABLE, all at once, and return it; None leaves one as it is.

        Raises Invalid for an unusable value or a name that is taken.
        """
        values = {name: CHANGEABLE[name](value) for name, value in asked.items() if value is not None}
        changes = {name: value for name, value in values.items() if value != getattr(app, name)}
        if not changes:
            return app
        changed = app.change(changes, self.now())
        detail = ", ".join(
            f"{name}: {getattr(app, name) or 'none'} → {new or 'none'}" for name, new in changes.items()
        )
        activity = self.activities.write(caller, app.id, changed.updated_at, "app.change", detail)
        self.repository.change(app, changed, *activity)
        return changed

    def remove(self, caller: Caller, record: AppRecord) -> None:
        """Take away an app of which nothing else is left; see service.removal."""
        activity = self.activities.write(caller, record.app.id, self.now(), "app.destroy", record.app.name)
        self.repository.remove(record.app.remove(self.now()), record, *activity)

    def admit(self, caller: Caller, record: AppRecord, collaborator: Collaborator) -> None:
        """Let another account use the app, or change what it may do.

        Raises Invalid for an unknown permission, for the owner, and for more than MOST_COLLABORATORS.
        """
        app, before = record.app, {each.account_id: each.permission for each in record.collaborators}
        if collaborator.permission not in PERMISSIONS:
            raise Invalid(f"A collaborator's permission is one of {', '.join(PERMISSIONS)}.")
        if collaborator.account_id == app.account_id:
            raise Invalid(f"{collaborator.email} owns {app.name} already.")
        if len(before.keys() - {collaborator.account_id}) >= MOST_COLLABORATORS:
            raise Invalid(f"An app has at most {MOST_COLLABORATORS} collaborators; remove one first.")
        permission = before.get(collaborator.account_id, "none")
        detail = f"{collaborator.email}: {permission} → {collaborator.permission}"
        activity = self.activities.write(caller, app.id, self.now(), "collaborator.admit", detail)
        self.repository.admit(app, collaborator, *activity)

    def dismiss(self, caller: Caller, app: App, collaborator: Collaborator) -> None:
        """Let another account no longer use the app."""
        # With the id: by that the activity knows whoever has no part in the app any more.
        detail = f"{collaborator.email} ({collaborator.account_id}): {collaborator.permission} → none"
        activity = self.activities.write(caller, app.id, self.now(), "collaborator.dismiss", detail)
        self.repository.dismiss(app, collaborator, *activity)

    def addons_of_caller(self, caller: Caller) -> list[tuple[Addon, App]]:
        """Return the add-ons of all apps that the caller may use."""
        return self.repository.addons_of(self.repository.of_account(caller.account_id))

    def _region(self, region: str | None) -> str:
        if region is not None and region not in self.settings.regions:
            raise Invalid(f"There is no region {region[:40]!r}; choose one of {', '.join(self.settings.regions)}.")
        return region or self.settings.default_region
