"""/account and /tokens: who one is, and the ways to prove it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib import wiring
from chalicelib.api import wire_accounts
from chalicelib.api.http import Reply, Resource
from chalicelib.model.caller import Caller

LONGEST_LIFE = 10 * 365 * 24 * 3600  # seconds
CALLS_LEFT = 4500  # calls are not limited; old clients want a number

resource = Resource(__name__)


@resource.on("/account", "GET")
def show_account(caller: Caller) -> Any:
    """Show the caller's account."""
    return wire_accounts.account(wiring.tokens().account_of(caller))


@resource.on("/account/rate-limits", "GET")
def show_rate_limits(caller: Caller) -> Any:
    """Say how many calls are left."""
    return {"remaining": CALLS_LEFT}


@resource.on("/account/features", "GET")
def list_account_features(caller: Caller) -> Any:
    """List the account's optional features: none."""
    return []


@resource.on("/tokens", "GET", scope="admin")
def list_tokens(caller: Caller) -> Any:
    """List the account's tokens, without their secrets."""
    return [wire_accounts.token(token) for token in wiring.tokens().of_caller(caller)]


@resource.on("/tokens", "POST", scope="admin")
def create_token(caller: Caller) -> Any:
    """Make a token: {"name", "scope", "expires_in"} (seconds, optional). Its secret is shown this once."""
    body = resource.body()
    seconds = body.number("expires_in", 1, LONGEST_LIFE)
    lifetime = timedelta(seconds=seconds) if seconds else None
    scope = body.optional_text("scope") or "write"
    token, secret = wiring.tokens().make(caller, body.text("name"), scope, lifetime)
    return Reply({**wire_accounts.token(token), "token": secret}, 201, secret=True)


@resource.on("/tokens/{token}", "DELETE", scope="admin")
def revoke_token(caller: Caller, token: str) -> Any:
    """Revoke a token by id; it is refused from then on."""
    return wire_accounts.token(wiring.tokens().revoke(caller, token))
