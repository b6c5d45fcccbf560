"""Apps in the table: the head, the claim on the name and the account's list."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.model import times
from chalicelib.model.addon import Addon
from chalicelib.model.app import App
from chalicelib.model.record import AppRecord, Collaborator
from chalicelib.record import addons, checks, domains, endpoints, indexes, notices
from chalicelib.record.conditions import Equals, Item
from chalicelib.record.contract import Record
from chalicelib.record.writes import Delete, Expect, Put, Write, new, replace

PLAIN = tuple(each.name for each in fields(App) if each.name not in {"id", "created_at", "updated_at"})
TOMBSTONE_DAYS = 30  # an edge that was away for longer reads the whole feed anyway


class AppItems:
    """One item an app, one for its name, one in its account's list."""

    def __init__(self, record: Record, app_zone: str) -> None:
        self._record = record
        self._app_zone = app_zone

    def id_of(self, name: str) -> str | None:
        """Return the id of the app with that name, whoever owns it."""
        claim = self._record.get(f"APPNAME#{name}", "APPNAME")
        return claim["app_id"] if claim else None

    def record(self, app_id: str) -> AppRecord | None:
        """Return the app with all that belongs to it, whoever owns it."""
        return _record(self._record.query(f"APP#{app_id}"))

    def records_of(self, account_id: str, first: str = "") -> Iterator[AppRecord]:
        """Yield the apps of an account and those that it may use from the id `first` on, by id.

        Reads as it is asked for more; what just changed may be missing.
        """
        groups = groupby(self._record.owned_by(account_id, f"APP#{first}"), itemgetter("PK"))
        own = (_record(items) for _, items in groups)
        # In the index what is shared with an account is in the account's own partition.
        shared = sorted(item["app_id"] for item in self._record.owned_by(account_id, last="APP"))
        others = (self.record(app_id) for app_id in shared if app_id >= first)
        return heapq.merge(filter(None, own), filter(None, others), key=lambda record: record.app.id)

    def of_account(self, account_id: str) -> list[App]:
        """Return the account's apps by name."""
        listed = [item["app_id"] for item in self._record.query(f"ACCOUNT#{account_id}", "APP#")]
        found = self._record.get_many([{"PK": f"APP#{app_id}", "SK": "APP"} for app_id in listed])
        return sorted(map(_app, found), key=lambda app: app.name)

    def addons_of(self, apps: Iterable[App]) -> list[tuple[Addon, App]]:
        """Return the add-ons of these apps."""
        by_id = {app.id: app for app in apps}
        found = self._record.get_many([{"PK": f"APP#{app_id}", "SK": "ADDON"} for app_id in by_id])
        return [(addons.addon(item), by_id[item["app_id"]]) for item in found]

    def create(self, app: App, *writes: Write) -> None:
        """Store a new app; raise Invalid if its name is taken."""
        claim = {"PK": f"APPNAME#{app.name}", "SK": "APPNAME", "app_id": app.id}
        taken = Invalid(f"Name {app.name} is already taken; choose another one.")
        self._record.commit(
            [
                new(claim, taken),
                new(self._item(app), taken),
                Put(_listed(app.account_id, app.id)),
                *writes,
            ]
        )

    def change(self, before: App, after: App, *writes: Write) -> None:
        """Store a changed app over the one before it, under its new name if it has one.

        Raises Invalid if that name is taken, and Conflict if the one before is no longer the newest.
        """
        raced = _raced(before)
        names = self._move(before, after, raced) if after.name != before.name else []
        self._record.commit([*names, replace(self._item(after), before.ver, raced), *writes])

    def _move(self, before: App, after: App, raced: Conflict) -> list[Write]:
        taken = Invalid(f"Name {after.name} is already taken; choose another one.")
        claim = {"PK": f"APPNAME#{after.name}", "SK": "APPNAME", "app_id": after.id}
        free = {"PK": f"APPNAME#{before.name}", "SK": "APPNAME"}
        return [
            new(claim, taken),
            Delete(free, Equals({"app_id": before.id}), raced),
        ]

    def remove(self, tombstone: App, record: AppRecord, *writes: Write) -> None:
        """Store the tombstone of an app, free its name and strike it off everybody's list, and its channels."""
        raced, collaborators = _raced(tombstone), record.collaborators
        free = {"PK": f"APPNAME#{tombstone.name}", "SK": "APPNAME"}
        lists = [tombstone.account_id, *(each.account_id for each in collaborators)]
        self._record.commit(
            [
                replace(self._item(tombstone), tombstone.ver - 1, raced),
                Delete(free, Equals({"app_id": tombstone.id}), raced),
                *(Delete(_listed(account_id, tombstone.id)) for account_id in lists),
                *(Delete(_collaborator_key(tombstone.id, each)) for each in collaborators),
                *(Delete(notices.key(each)) for each in record.channels),
                *writes,
            ]
        )

    def admit(self, app: App, collaborator: Collaborator, *writes: Write) -> None:
        """Let an account use an app, or change what it may do."""
        item = {**_collaborator_key(app.id, collaborator), **asdict(collaborator)}
        # The owner index has what others share with an account beside what is its own.
        listed = {**_listed(collaborator.account_id, app.id), "owner": collaborator.account_id}
        self._record.commit([self.expect(app.id), Put(item), Put(listed), *writes])

    def dismiss(self, app: App, collaborator: Collaborator, *writes: Write) -> None:
        """Let an account no longer use an app."""
        key, listed = _collaborator_key(app.id, collaborator), _listed(collaborator.account_id, app.id)
        self._record.commit([Delete(key), Delete(listed), *writes])

    def expect(self, app_id: str) -> Write:
        """Let a transaction through only while the app is there."""
        key = {"PK": f"APP#{app_id}", "SK": "APP"}
        return Expect(key, Equals({"removed": False}), NotFound("app"))

    def _item(self, app: App) -> Item:
        updated = times.text(app.updated_at)
        return {
            "PK": f"APP#{app.id}",
            "SK": "APP",
            **indexes.in_feed(updated),
            "domain": app.own_domain(self._app_zone),
            "app_id": app.id,
            "created_at": times.text(app.created_at),
            "updated_at": updated,
            **{name: getattr(app, name) for name in PLAIN},
            **(_ttl(app) if app.removed else {"owner": app.account_id}),
        }


def _raced(app: App) -> Conflict:
    return Conflict(f"{app.name} was changed at the same time. Look at it again and repeat your change.")


def _ttl(app: App) -> Item:
    return {"ttl": int((app.updated_at + timedelta(days=TOMBSTONE_DAYS)).timestamp())}


def _record(items: Iterable[Item]) -> AppRecord | None:
    parts: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        parts[item["SK"].partition("#")[0]].append(item)
    if not parts["APP"] or parts["APP"][0]["removed"]:
        return None
    return AppRecord(
        app=_app(parts["APP"][0]),
        addon=next(map(addons.addon, parts["ADDON"]), None),
        latest_endpoint=next(map(endpoints.endpoint, parts["ENDPOINT"]), None),
        latest_domains={item["hostname"]: domains.domain(item) for item in parts["DOMAIN"]},
        collaborators=tuple(map(_collaborator, parts["COLLABORATOR"])),
        channels=tuple(notices.channels(parts["CHANNEL"])),
        checks={item["hostname"]: checks.check(item) for item in parts["CHECK"]},
        read_serving=lambda: next(map(endpoints.serving, parts["ENDPOINT"]), None),
    )


def _listed(account_id: str, app_id: str) -> Item:
    return {"PK": f"ACCOUNT#{account_id}", "SK": f"APP#{app_id}", "app_id": app_id}


def _collaborator_key(app_id: str, collaborator: Collaborator) -> Item:
    return {"PK": f"APP#{app_id}", "SK": f"COLLABORATOR#{collaborator.account_id}"}


def _collaborator(item: Item) -> Collaborator:
    return Collaborator(item["account_id"], item["email"], item["permission"])


def _app(item: dict[str, Any]) -> App:
    return App(
        id=item["app_id"],
        created_at=times.moment(item["created_at"]),
        updated_at=times.moment(item["updated_at"]),
        **{name: item[name] for name in PLAIN if name in item},
    )
