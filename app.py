"""The Chalice application: routes, schedules and operator functions, registered; all else is in chalicelib."""

from __future__ import annotations

from typing import Any

from chalice import Chalice

from chalicelib import wiring
from chalicelib.api import (
    accounts,
    activity,
    addons,
    apps,
    certificates,
    channels,
    checks,
    domains,
    health,
    openapi,
    overview,
    schedules,
    ssl_doctor,
    ssl_endpoints,
    traffic,
)

app = Chalice(app_name="ssl-endpoint")
app.experimental_feature_flags.update(["BLUEPRINTS"])
for blueprint in (
    health.resource,
    openapi.resource,
    accounts.resource,
    apps.resource,
    addons.resource,
    certificates.resource,
    ssl_endpoints.resource,
    domains.resource,
    activity.resource,
    channels.resource,
    checks.resource,
    traffic.resource,
    overview.resource,
    ssl_doctor.resource,
    schedules.schedules,
):
    app.register_blueprint(blueprint)


@app.lambda_function(name="issue_token")
def issue_token(event: dict[str, Any], context: object) -> dict[str, str]:
    """Operator: make a token, and its account if there is none: {"email", "name", "scope"} → {"token"}."""
    account = wiring.tokens().account(event["email"])
    token = wiring.tokens().issue(account, event.get("name", "operator"), event.get("scope", "admin"))
    return {"token": token}


@app.lambda_function(name="learn_intermediates")
def learn_intermediates(event: dict[str, Any], context: object) -> dict[str, int]:
    """Operator: keep the intermediates of a PEM text that lead to a root of Mozilla: {"pem"} → {"learnt"}."""
    return {"learnt": wiring.intermediates().learn_text(event["pem"])}
