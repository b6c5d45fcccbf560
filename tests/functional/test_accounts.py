"""Accounts: tokens and what they may, collaborators and what they may."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.model.record import MOST_COLLABORATORS
from tests.functional.conftest import Api, everything
from tests.functional.sweeps import Clock

OTHER = "other@example.com"


def with_token(api: Api, secret: str) -> Api:
    """Return the same API with another token."""
    return Api(api._client, secret)


def test_token_is_shown_once(api: Api) -> None:
    """A new token works; its secret is neither listed nor stored."""
    made = api.call("POST", "/tokens", {"name": "ci", "scope": "read", "expires_in": 3600})
    secret = made.body.pop("token")
    listed = api.call("GET", "/tokens")
    lifetime = datetime.fromisoformat(made.body["expires_at"].replace("Z", "+00:00")) - wiring.now()

    assert 201 == made.status
    assert made.body in listed.body
    assert ["test", "ci"] == [token["name"] for token in listed.body]
    assert secret not in json.dumps(listed.body)
    assert secret not in str(everything())
    assert timedelta(minutes=59) < lifetime <= timedelta(hours=1)
    assert 200 == with_token(api, secret).call("GET", "/apps").status


def test_scope_is_write_unless_it_is_told(api: Api) -> None:
    """A token is made with scope write and without an end, if nothing else is asked."""
    made = api.call("POST", "/tokens", {"name": "ci"}).body

    assert ("write", None) == (made["scope"], made["expires_at"])


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": " "},
        {"name": "x" * 101},
        {"name": "a\nb"},
        {"name": "ci", "scope": "root"},
        {"name": "ci", "scope": ["read"]},
        {"name": "ci", "expires_in": 0},
        {"name": "ci", "expires_in": -1},
        {"name": "ci", "expires_in": 1.5},
        {"name": "ci", "expires_in": True},
        {"name": "ci", "expires_in": "never"},
        {"name": "ci", "expires_in": 10**12},
    ],
)
def test_unusable_token_is_refused(api: Api, fields: dict[str, object]) -> None:
    """A bad name, scope or lifetime is a 422, and no token is made."""
    refused = api.call("POST", "/tokens", fields)

    assert (422, "invalid_params") == (refused.status, refused.body["id"])
    assert ["test"] == [token["name"] for token in api.call("GET", "/tokens").body]


@pytest.mark.parametrize(("scope", "statuses"), [("read", (200, 403, 403)), ("write", (200, 201, 403))])
def test_scopes_reach_so_far(api: Api, scope: str, statuses: tuple[int, ...]) -> None:
    """Read looks, write changes, and only admin makes tokens."""
    limited = with_token(api, api.call("POST", "/tokens", {"name": scope, "scope": scope}).body["token"])
    asked = [("GET", "/apps", None), ("POST", "/apps", {}), ("POST", "/tokens", {"name": "more"})]

    assert statuses == tuple(limited.call(*request).status for request in asked)


def test_revoked_token_is_refused_at_once(api: Api) -> None:
    """The call after the revocation is a 401; revoking again is a 404."""
    made = api.call("POST", "/tokens", {"name": "ci"}).body
    limited, path = with_token(api, made["token"]), f"/tokens/{made['id']}"
    before, revoked = limited.call("GET", "/apps"), api.call("DELETE", path)

    assert (200, 200) == (before.status, revoked.status)
    assert 401 == limited.call("GET", "/apps").status
    assert 404 == api.call("DELETE", path).status


def test_tokens_are_the_accounts_own(api: Api, login: Callable[..., Api]) -> None:
    """Another account neither lists nor revokes them."""
    [token] = api.call("GET", "/tokens").body
    other = login(OTHER)

    assert 404 == other.call("DELETE", f"/tokens/{token['id']}").status
    assert token not in other.call("GET", "/tokens").body
    assert 200 == api.call("GET", "/apps").status


def test_token_ends(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is refused from the second on in which it expires."""
    secret = api.call("POST", "/tokens", {"name": "ci", "expires_in": 60}).body["token"]
    limited, now = with_token(api, secret), wiring.now()
    clock = Clock(now)
    made = replace(wiring.tokens(), now=clock)
    monkeypatch.setattr(wiring, "tokens", lambda: made)
    statuses = []
    for seconds in (50, 70):
        clock.at = now + timedelta(seconds=seconds)
        statuses.append(limited.call("GET", "/apps").status)

    assert [200, 401] == statuses


def test_collaborator_may_what_is_allowed(example: Api, login: Callable[..., Api]) -> None:
    """An app is not there, can be read, can be changed, and is not there again, as its owner says."""
    other, path = login(OTHER), "/apps/example"

    def may() -> tuple[int, int, int]:
        read, write = other.call("GET", path), other.call("PATCH", path, {"origin": "10.0.0.7"})
        return read.status, write.status, len(other.call("GET", "/apps").body)

    nothing = may()
    made = example.call("POST", f"{path}/collaborators", {"user": "Other@Example.com", "permission": "read"})
    read = may()
    example.call("POST", f"{path}/collaborators", {"user": OTHER})
    write, listed = may(), example.call("GET", f"{path}/collaborators").body
    removed = example.call("DELETE", f"{path}/collaborators/{OTHER}")

    assert (201, OTHER, "read") == (made.status, made.body["user"]["email"], made.body["permission"])
    assert ((404, 404, 0), (200, 403, 1), (200, 200, 1)) == (nothing, read, write)
    assert [(OTHER, "write")] == [(each["user"]["email"], each["permission"]) for each in listed]
    assert (200, (404, 404, 0)) == (removed.status, may())


def test_lists_name_each_apps_owner(example: Api, login: Callable[..., Api]) -> None:
    """A collaborator's list has the app with its owner's address."""
    other = login(OTHER)
    example.call("POST", "/apps/example/collaborators", {"user": OTHER})
    other.call("POST", "/apps", {"name": "own"})

    assert [("example", "owner@example.com"), ("own", OTHER)] == [
        (app["name"], app["owner"]["email"]) for app in other.call("GET", "/apps").body
    ]


def test_only_the_owner_shares(example: Api, login: Callable[..., Api]) -> None:
    """A collaborator who may write can neither add nor remove collaborators."""
    other, path = login(OTHER), "/apps/example/collaborators"
    login("third@example.com")
    example.call("POST", path, {"user": OTHER, "permission": "write"})

    assert 403 == other.call("POST", path, {"user": "third@example.com"}).status
    assert 403 == other.call("DELETE", f"{path}/{OTHER}").status


def test_unusable_collaborator_is_refused(example: Api, login: Callable[..., Api]) -> None:
    """Nobody, the owner, an unknown permission and one collaborator too many are each a 422."""
    path, most = "/apps/example/collaborators", [f"c{number}@example.com" for number in range(MOST_COLLABORATORS)]
    login(OTHER)
    for email in most:
        wiring.tokens().account(email)
    bodies: list[dict[str, Any]] = [
        {},
        {"user": "nobody@example.com"},
        {"user": "no address"},
        {"user": "owner@example.com"},
        {"user": OTHER, "permission": "admin"},
    ]
    refused = [example.call("POST", path, body).status for body in bodies]
    admitted = [example.call("POST", path, {"user": email}).status for email in most]

    assert [422] * len(bodies) == refused
    assert [201] * len(most) == admitted
    assert 422 == example.call("POST", path, {"user": OTHER}).status
    assert 201 == example.call("POST", path, {"user": most[0], "permission": "read"}).status
    assert 200 == example.call("DELETE", "/apps/example").status
