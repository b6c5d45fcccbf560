"""Removing an app with all that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.model.caller import Caller
from chalicelib.model.record import AppRecord
from chalicelib.service.addons import Addons
from chalicelib.service.apps import Apps
from chalicelib.service.domains import Domains
from chalicelib.service.endpoints import Endpoints


@dataclass(frozen=True, slots=True)
class Removal:
    """Takes an app apart, outside first: wherever it is interrupted, the same call goes on from there."""

    apps: Apps
    addons: Addons
    endpoints: Endpoints
    domains: Domains

    def remove(self, caller: Caller, record: AppRecord) -> None:
        """Remove the domains, the endpoint, the add-on and then the app.

        Raises Conflict if the app is changed meanwhile; then some parts may be gone, and the call can be repeated.
        """
        step = replace(caller, once=None)  # the mark that it was done comes with the last step
        for domain in record.domains:
            self.domains.remove(step, domain)
        if record.endpoint is not None:
            self.endpoints.remove(step, record.endpoint)
        if record.addon is not None:
            self.addons.deprovision(step, record.addon)
        self.apps.remove(caller, record)
