"""Add-ons in the table: one an app, and the claim on its hostname."""

from __future__ import annotations

from typing import Any

from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.model import times
from chalicelib.model.addon import PLAN, Addon
from chalicelib.record.conditions import AbsentOr, Equals
from chalicelib.record.contract import Record
from chalicelib.record.writes import Delete, Expect, Write, new


class HostnameTaken(Conflict):
    """The hostname is, or once was, somebody's; another one has to be tried."""


class AddonItems:
    """One item an app; hostnames stay claimed for ever, so that none is ever given to somebody else."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def create(self, addon: Addon, *writes: Write) -> None:
        """Store a new add-on and claim its hostname.

        Raises HostnameTaken if the hostname was ever in use, and Invalid when the app already has an add-on.
        """
        twice = Invalid(f"{PLAN} is already provisioned for this app.")
        changes = [new(_item(addon), twice), *writes]
        if addon.hostname:
            claim = {"PK": f"HOSTNAME#{addon.hostname}", "SK": "HOSTNAME", "app_id": addon.app_id}
            changes.append(new(claim, HostnameTaken(f"{addon.hostname} is taken.")))
        self._record.commit(changes)

    def remove(self, addon: Addon, *writes: Write) -> None:
        """Delete the add-on; raise Invalid while the app has a certificate, NotFound if it is gone already."""
        key = {"PK": f"APP#{addon.app_id}", "SK": "ADDON"}
        gone = Delete(key, Equals({"addon_id": addon.id}), NotFound("add_on"))
        unused = Expect(
            {"PK": f"APP#{addon.app_id}", "SK": "ENDPOINT"},
            AbsentOr(Equals({"removed": True})),
            Invalid(
                "Cannot remove the add-on while a certificate is there."
                " Remove it first, with `heroku certs:remove` or DELETE /apps/APP/ssl-endpoints/NAME."
            ),
        )
        self._record.commit([gone, unused, *writes])

    def expect(self, addon: Addon, refusal: Invalid | Conflict) -> Write:
        """Let a transaction through only while this add-on is there."""
        key = {"PK": f"APP#{addon.app_id}", "SK": "ADDON"}
        return Expect(key, Equals({"addon_id": addon.id}), refusal)


def _item(addon: Addon) -> dict[str, Any]:
    return {
        "PK": f"APP#{addon.app_id}",
        "SK": "ADDON",
        "addon_id": addon.id,
        "app_id": addon.app_id,
        "account_id": addon.account_id,
        "owner": addon.account_id,
        "name": addon.name,
        "endpoint_name": addon.endpoint_name,
        "hostname": addon.hostname,
        "created_at": times.text(addon.created_at),
    }


def addon(item: dict[str, Any]) -> Addon:
    """Read an item."""
    return Addon(
        id=item["addon_id"],
        app_id=item["app_id"],
        account_id=item["account_id"],
        name=item["name"],
        endpoint_name=item["endpoint_name"],
        hostname=item.get("hostname"),
        created_at=times.moment(item["created_at"]),
    )
