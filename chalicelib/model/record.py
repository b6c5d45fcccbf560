"""An app with all that belongs to it, as it was at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chalicelib.errors import Forbidden, NotFound
from chalicelib.model.addon import Addon
from chalicelib.model.app import App
from chalicelib.model.caller import SCOPES, Caller
from chalicelib.model.check import Check
from chalicelib.model.domain import Domain
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.notice import Channel

PERMISSIONS = ("read", "write")
MOST_COLLABORATORS = 40  # they are struck off with the app, in one transaction of at most 100 parts


@dataclass(frozen=True, slots=True)
class Collaborator:
    """An account that may use another's app."""

    account_id: str
    email: str
    permission: str  # "read" or "write"


@dataclass(frozen=True, slots=True)
class AppRecord:
    """One app's part of the record; what was removed a while ago is still in `latest_…`."""

    app: App
    addon: Addon | None
    latest_endpoint: Endpoint | None
    latest_domains: Mapping[str, Domain]  # by hostname
    collaborators: tuple[Collaborator, ...]
    channels: tuple[Channel, ...] = ()  # of the app alone, not those of its account
    checks: Mapping[str, Check] = field(default_factory=dict)  # by hostname; of domains alone
    read_serving: Callable[[], Version | None] = lambda: None  # not before it is asked for: lists often are not

    @property
    def serving(self) -> Version | None:
        """Return what is served, without its PEM; None if nothing is, or it is too long to be at hand."""
        return self.read_serving()

    @property
    def endpoint(self) -> Endpoint | None:
        """Return the app's endpoint, if it has one."""
        latest = self.latest_endpoint
        return None if latest is None or latest.removed else latest

    @property
    def domains(self) -> list[Domain]:
        """Return the app's domains by name."""
        return [domain for _, domain in sorted(self.latest_domains.items()) if not domain.removed]

    def target(self, app_zone: str) -> str:
        """Return what the app's domains have to point at: its endpoint's hostname, else its own domain."""
        return (self.addon.hostname if self.addon else None) or self.app.own_domain(app_zone)

    def need_addon(self, identity: str) -> Addon:
        """Return the add-on by id, name, service or plan; raise NotFound if there is none such."""
        if self.addon is None or not self.addon.answers_to(identity):
            raise NotFound("addon", "Couldn't find that add-on.")
        return self.addon

    def need_endpoint(self, identity: str) -> Endpoint:
        """Return the endpoint by id, name or hostname; raise NotFound if there is none such."""
        if self.endpoint is None or not self.endpoint.answers_to(identity.lower()):
            raise NotFound("ssl_endpoint")
        return self.endpoint

    def need_domain(self, identity: str) -> Domain:
        """Return a domain by hostname or id; raise NotFound if there is none such."""
        named = self.latest_domains.get(identity.lower())
        found = named or next((each for each in self.domains if each.id == identity), None)
        if found is None or found.removed:
            raise NotFound("domain")
        return found

    def need_collaborator(self, identity: str) -> Collaborator:
        """Return a collaborator by account id or e-mail address; raise NotFound if there is none such."""
        for each in self.collaborators:
            if identity.lower() in {each.account_id, each.email}:
                return each
        raise NotFound("collaborator")

    def need_channel(self, identity: str) -> Channel:
        """Return one of the app's channels by id; raise NotFound if there is none such."""
        for each in self.channels:
            if each.id == identity:
                return each
        raise NotFound("channel")

    def need_owner(self, caller: Caller) -> None:
        """Raise Forbidden unless the caller owns the app."""
        if caller.account_id != self.app.account_id:
            raise Forbidden(f"Only the owner of {self.app.name} can do that.")

    def admit(self, caller: Caller, scope: str) -> None:
        """Let the owner and collaborators in.

        Raises NotFound for everybody else, as if there were no such app, and Forbidden for a collaborator whose
        permission is below `scope`.
        """
        if caller.account_id == self.app.account_id:
            return
        for each in self.collaborators:
            if each.account_id == caller.account_id:
                if SCOPES.index(each.permission) < SCOPES.index(scope):
                    raise Forbidden(f"You may only {each.permission} {self.app.name}; ask its owner for more.")
                return
        raise NotFound("app")
