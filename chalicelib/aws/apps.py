"""Apps in the table: the head, the claim on the name and the account's list."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from chalicelib.aws import addons, domains, endpoints
from chalicelib.aws.table import Item, Table, Write
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.model import times
from chalicelib.model.app import App
from chalicelib.model.record import AppRecord


class Apps:
    """One item an app, one for its name, one in its account's list."""

    def __init__(self, table: Table, app_zone: str) -> None:
        self._table = table
        self._app_zone = app_zone

    def id_of(self, name: str) -> str | None:
        """Return the id of the app with that name, whoever owns it."""
        claim = self._table.get(f"APPNAME#{name}", "APPNAME")
        return claim["app_id"] if claim else None

    def record(self, app_id: str) -> AppRecord | None:
        """Return the app with all that belongs to it, whoever owns it."""
        parts: dict[str, list[Item]] = defaultdict(list)
        for item in self._table.query(f"APP#{app_id}"):
            parts[item["SK"].partition("#")[0]].append(item)
        if not parts["APP"]:
            return None
        return AppRecord(
            app=_app(parts["APP"][0]),
            addon=next(map(addons.addon, parts["ADDON"]), None),
            latest_endpoint=next(map(endpoints.endpoint, parts["ENDPOINT"]), None),
            latest_domains={item["hostname"]: domains.domain(item) for item in parts["DOMAIN"]},
            collaborators=(),
        )

    def of_account(self, account_id: str) -> list[App]:
        """Return the account's apps by name."""
        listed = [item["app_id"] for item in self._table.query(f"ACCOUNT#{account_id}", "APP#")]
        found = self._table.get_many([{"PK": f"APP#{app_id}", "SK": "APP"} for app_id in listed])
        return sorted(map(_app, found), key=lambda app: app.name)

    def create(self, app: App, *writes: Write) -> None:
        """Store a new app; raise Invalid if its name is taken."""
        claim = {"PK": f"APPNAME#{app.name}", "SK": "APPNAME", "app_id": app.id}
        listed = {"PK": f"ACCOUNT#{app.account_id}", "SK": f"APP#{app.name}", "app_id": app.id}
        taken = Invalid(f"Name {app.name} is already taken; choose another one.")
        self._table.commit(
            [
                self._table.new(claim, taken),
                self._table.new(self._item(app), taken),
                self._table.add(listed),
                *writes,
            ]
        )

    def save(self, app: App, *writes: Write) -> None:
        """Store a changed app over the one before it; raise Conflict if that is no longer the newest."""
        changed = Conflict(f"{app.name} was changed at the same time. Look at it again and repeat your change.")
        self._table.commit([self._table.replace(self._item(app), app.ver - 1, changed), *writes])

    def expect(self, app_id: str) -> Write:
        """Let a transaction through only while the app is there."""
        return self._table.expect(
            {"PK": f"APP#{app_id}", "SK": "APP"}, "attribute_exists(PK)", {}, NotFound("app")
        )

    def _item(self, app: App) -> Item:
        updated = times.text(app.updated_at)
        return {
            "PK": f"APP#{app.id}",
            "SK": "APP",
            "feed": "feed",
            "changed": updated,
            "domain": app.own_domain(self._app_zone),
            "app_id": app.id,
            "name": app.name,
            "account_id": app.account_id,
            "region": app.region,
            "origin": app.origin,
            "created_at": times.text(app.created_at),
            "updated_at": updated,
            "ver": app.ver,
        }


def _app(item: dict[str, Any]) -> App:
    return App(
        id=item["app_id"],
        name=item["name"],
        account_id=item["account_id"],
        region=item["region"],
        origin=item["origin"],
        created_at=times.moment(item["created_at"]),
        updated_at=times.moment(item["updated_at"]),
        ver=item["ver"],
    )
