"""What is on offer, as JSON: one service with one plan, and the add-ons provisioned from it."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from chalicelib.api.wire import Json, moment
from chalicelib.model.addon import PLAN, SERVICE, Addon
from chalicelib.model.app import App

LAUNCHED = "2026-11-23T00:00:00Z"
SERVICE_ID = str(uuid5(NAMESPACE_URL, "ssl-endpoint/addon-services/ssl"))
PLAN_ID = str(uuid5(NAMESPACE_URL, "ssl-endpoint/plans/ssl:endpoint"))


def service() -> Json:
    """Return the add-on service."""
    return {
        "id": SERVICE_ID,
        "name": SERVICE,
        "human_name": "SSL Endpoint",
        "state": "ga",
        "supports_multiple_installations": False,
        "supports_sharing": False,
        "cli_plugin_name": None,
        "created_at": LAUNCHED,
        "updated_at": LAUNCHED,
    }


def plan(price_cents: int) -> Json:
    """Return the plan with its price a month."""
    return {
        "id": PLAN_ID,
        "name": PLAN,
        "human_name": "Endpoint",
        "description": "TLS on custom domains with your own certificate",
        "addon_service": {"id": SERVICE_ID, "name": SERVICE},
        "price": _price(price_cents),
        "default": True,
        "state": "ga",
        "visible": True,
        "compliance": None,
        "installable_inside_private_network": False,
        "installable_outside_private_network": True,
        "space_default": False,
        "created_at": LAUNCHED,
        "updated_at": LAUNCHED,
    }


def addon(addon: Addon, app: App, price_cents: int, state: str = "provisioned") -> Json:
    """Return an add-on, its plan expanded."""
    where = f" Its DNS target will be {addon.hostname}." if addon.hostname else ""
    return {
        "id": addon.id,
        "name": addon.name,
        "app": {"id": app.id, "name": app.name},
        "addon_service": {"id": SERVICE_ID, "name": SERVICE},
        "plan": plan(price_cents),
        "billed_price": _price(price_cents),
        "billing_entity": {"id": app.id, "name": app.name, "type": "app"},
        "actions": [],
        "config_vars": [],
        "provider_id": addon.id,
        "provision_message": f"Upload your certificate with `heroku certs:add`.{where}",
        "state": state,
        "hostname": addon.hostname,
        "web_url": None,
        "created_at": moment(addon.created_at),
        "updated_at": moment(addon.created_at),
    }


def attachment(addon: Addon, app: App) -> Json:
    """Return the one attachment of an add-on: to the app that it was provisioned for."""
    owner = {"id": app.id, "name": app.name}
    return {
        "id": str(uuid5(NAMESPACE_URL, f"ssl-endpoint/addon-attachments/{addon.id}")),
        "name": "SSL",
        "addon": {"id": addon.id, "name": addon.name, "app": owner, "plan": {"id": PLAN_ID, "name": PLAN}},
        "app": owner,
        "namespace": None,
        "web_url": None,
        "log_input_url": None,
        "created_at": moment(addon.created_at),
        "updated_at": moment(addon.created_at),
    }


def _price(cents: int) -> Json:
    return {"cents": cents, "unit": "month", "contract": False, "metered": False}
