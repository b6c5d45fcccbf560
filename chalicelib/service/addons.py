"""The add-on: provision, find, deprovision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import uuid4

from chalicelib.errors import Invalid, Unavailable
from chalicelib.model import names
from chalicelib.model.addon import PLAN, Addon
from chalicelib.model.app import App
from chalicelib.model.caller import Caller
from chalicelib.record.activities import ActivityItems
from chalicelib.record.addons import AddonItems, HostnameTaken
from chalicelib.record.apps import AppItems
from chalicelib.settings import Settings

HOSTNAME_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Addons:
    """The use-cases of the add-on `ssl:endpoint`."""

    repository: AddonItems
    apps: AppItems
    activities: ActivityItems
    settings: Settings
    now: Callable[[], datetime]
    random: Random

    def provision(self, caller: Caller, app: App, plan: str) -> Addon:
        """Give the app the add-on and reserve its hostname; raise Invalid for another plan or a second one."""
        if plan not in {PLAN, "ssl"}:
            raise Invalid(f"There is no plan {plan[:40]!r}; the one that is offered here is {PLAN}.")
        for _ in range(HOSTNAME_ATTEMPTS):
            addon = self._named(app)
            detail = f"{addon.name}, {addon.hostname or 'no hostname of its own'}"
            activity = self.activities.write(caller, app.id, addon.created_at, "addon.provision", detail)
            try:
                self.repository.create(addon, self.apps.expect(app.id), *activity)
            except HostnameTaken:
                continue
            return addon
        raise Unavailable("No free hostname was found; try again.")

    def deprovision(self, caller: Caller, addon: Addon) -> None:
        """Take the add-on away; raise Invalid while the app has a certificate."""
        activity = self.activities.write(caller, addon.app_id, self.now(), "addon.deprovision", addon.name)
        self.repository.remove(addon, *activity)

    def _named(self, app: App) -> Addon:
        name = names.endpoint(self.random)
        own = app.region == self.settings.default_region
        hostname = f"{name}.{self.settings.zone}" if own else None
        return Addon(str(uuid4()), app.id, app.account_id, names.addon(self.random), name, hostname, self.now())
