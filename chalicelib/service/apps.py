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
from chalicelib.model.app import App, check_name, check_origin
from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord
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

    def list(self, caller: Caller) -> list[App]:
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
        self._repository.create(app, told)
        return app

    def change_origin(self, caller: Caller, app: App, origin: str) -> App:
        """Put another server behind the app and return it; raise Invalid for an unusable address."""
        changed = app.with_origin(check_origin(origin), self._now())
        detail = f"{app.origin or 'none'} → {changed.origin}"
        self._repository.save(
            changed, self._activities.write(caller, app.id, changed.updated_at, "app.origin", detail)
        )
        return changed

    def _region(self, region: str | None) -> str:
        if region is not None and region not in self._settings.regions:
            raise Invalid(
                f"There is no region {region[:40]!r}; choose one of {', '.join(self._settings.regions)}."
            )
        return region or self._settings.default_region
