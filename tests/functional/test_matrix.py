"""Who may do what: every route with every kind of caller, and nothing changed by whoever may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from chalice.test import Client

import app
from chalicelib import wiring
from tests import records
from tests.authority import CA
from tests.functional.conftest import Api, issue
from tests.functional.steps import Kept, noted
from tests.functional.sweeps import Letterbox
from tests.functional.test_calls import upload

CALLERS = {  # which account, and what its token may
    "no token": None,
    "expired": None,
    "revoked": None,
    "read": ("owner", "read"),
    "write": ("owner", "write"),
    "admin": ("owner", "admin"),
    "another account's": ("stranger", "admin"),
    "collaborator, read": ("reader", "admin"),
    "collaborator, write": ("writer", "admin"),
}
SCOPES = ["open", "read", "write", "admin"]
ROUTES = sorted((method, path) for path, methods in app.app.routes.items() for method in methods)


@dataclass(frozen=True)
class Row:
    """What a route needs, and what whoever may use it is told."""

    scope: str  # "open": no token at all
    status: int = 200
    body: Any = None
    app: str = "example"  # "empty" has no certificate, "bare" no add-on
    belongs: str = ""  # "app": to whom the app belongs or is shared with; "account": to the owner alone
    whose: str = "app"  # channel is meant
    owner: bool = False  # whom the app is shared with may not, whatever the permission


def read(**more: Any) -> Row:
    """Return the row of a route that looks at an app."""
    return Row("read", belongs="app", **more)


def write(status: int = 200, body: Any = None, **more: Any) -> Row:
    """Return the row of a route that changes an app."""
    return Row("write", status, body, belongs="app", **more)


def in_days(days: int) -> str:
    """Return a time of day in the future."""
    return f"{wiring.now() + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


CA_OF_TESTS = CA()
UPLOAD = upload(issue(CA_OF_TESTS, "www.example.com"))
UPDATE = upload(issue(CA_OF_TESTS, "www.example.com", "example.com"))
PEM = {"certificate_chain": UPLOAD["certificate_chain"]}
CHANNEL = {"kind": "email", "target": "friend@example.com"}
SECOND = {"kind": "email", "target": "second@example.com"}
PLAN = {"plan": {"name": "ssl:endpoint"}}

ROWS = {
    ("GET", "/account"): Row("read"),
    ("GET", "/account/channels"): Row("admin"),
    ("POST", "/account/channels"): Row("admin", 201, CHANNEL),
    ("DELETE", "/account/channels/{channel}"): Row("admin", belongs="account", whose="account"),
    ("POST", "/account/channels/{channel}/test"): Row("admin", belongs="account", whose="account"),
    ("GET", "/account/deliveries"): Row("admin"),
    ("GET", "/account/features"): Row("read"),
    ("GET", "/account/rate-limits"): Row("read"),
    ("POST", "/actions/addons/resolve"): Row("read", body={"addon": "ssl", "app": "example"}, belongs="app"),
    ("GET", "/addon-attachments"): Row("read"),
    ("GET", "/addon-services"): Row("read"),
    ("GET", "/addon-services/{service}"): Row("read"),
    ("GET", "/addon-services/{service}/plans"): Row("read"),
    ("GET", "/addons"): Row("read"),
    ("GET", "/addons/{addon}"): read(),
    ("GET", "/addons/{addon}/addon-attachments"): read(),
    ("GET", "/apps"): Row("read"),
    ("POST", "/apps"): Row("write", 201),
    ("GET", "/apps/{app}"): read(),
    ("PATCH", "/apps/{app}"): write(body={"name": "renamed", "origin": "10.0.0.7"}),
    ("DELETE", "/apps/{app}"): write(),
    ("POST", "/apps/{app}/acm"): write(422),
    ("PATCH", "/apps/{app}/acm"): write(422),
    ("DELETE", "/apps/{app}/acm"): write(),
    ("GET", "/apps/{app}/activity"): read(),
    ("GET", "/apps/{app}/addon-attachments"): read(),
    ("GET", "/apps/{app}/addons"): read(),
    ("POST", "/apps/{app}/addons"): write(201, PLAN, app="bare"),
    ("GET", "/apps/{app}/addons/{addon}"): read(),
    ("DELETE", "/apps/{app}/addons/{addon}"): write(app="empty"),
    ("GET", "/apps/{app}/channels"): read(),
    ("POST", "/apps/{app}/channels"): write(201, CHANNEL),
    ("DELETE", "/apps/{app}/channels/{channel}"): write(),
    ("POST", "/apps/{app}/channels/{channel}/test"): write(),
    ("GET", "/apps/{app}/checks"): read(),
    ("GET", "/apps/{app}/collaborators"): read(),
    ("POST", "/apps/{app}/collaborators"): write(201, {"user": "stranger@example.com"}, owner=True),
    ("DELETE", "/apps/{app}/collaborators/{collaborator}"): write(owner=True),
    ("GET", "/apps/{app}/deliveries"): read(),
    ("GET", "/apps/{app}/domains"): read(),
    ("POST", "/apps/{app}/domains"): write(201, {"hostname": "shop.example.com"}),
    ("GET", "/apps/{app}/domains/{domain}"): read(),
    ("PATCH", "/apps/{app}/domains/{domain}"): write(body={"sni_endpoint": "{endpoint}"}),
    ("DELETE", "/apps/{app}/domains/{domain}"): write(),
    ("POST", "/apps/{app}/domains/{domain}/check"): write(),
    ("GET", "/apps/{app}/dynos"): read(),
    ("GET", "/apps/{app}/features"): read(),
    ("GET", "/apps/{app}/sni-endpoints"): read(),
    ("POST", "/apps/{app}/sni-endpoints"): write(201, UPLOAD, app="empty"),
    ("GET", "/apps/{app}/sni-endpoints/{endpoint}"): read(),
    ("PATCH", "/apps/{app}/sni-endpoints/{endpoint}"): write(body=UPDATE),
    ("DELETE", "/apps/{app}/sni-endpoints/{endpoint}"): write(),
    ("GET", "/apps/{app}/sni-endpoints/{endpoint}/versions"): read(),
    ("GET", "/apps/{app}/ssl-endpoints"): read(),
    ("POST", "/apps/{app}/ssl-endpoints"): write(201, UPLOAD, app="empty"),
    ("GET", "/apps/{app}/ssl-endpoints/{endpoint}"): read(),
    ("PATCH", "/apps/{app}/ssl-endpoints/{endpoint}"): write(body=UPDATE),
    ("PUT", "/apps/{app}/ssl-endpoints/{endpoint}"): write(body=UPDATE),
    ("DELETE", "/apps/{app}/ssl-endpoints/{endpoint}"): write(),
    ("POST", "/apps/{app}/ssl-endpoints/{endpoint}/rollback"): write(),
    ("GET", "/apps/{app}/ssl-endpoints/{endpoint}/versions"): read(),
    ("GET", "/apps/{app}/surges"): read(),
    ("POST", "/apps/{app}/surges"): write(201, {"at": in_days(2), "requests_per_second": 500}),
    ("DELETE", "/apps/{app}/surges/{surge}"): write(),
    ("GET", "/apps/{app}/traffic"): read(),
    ("POST", "/certificates/inspect"): Row("read", body=PEM),
    ("GET", "/domains"): Row("read"),
    ("GET", "/endpoints"): Row("read"),
    ("POST", "/find-domain-certificate-from-set"): Row("open", body=b"", status=400),
    ("POST", "/find-key-for-certificate"): Row("open", body=b"", status=400),
    ("GET", "/health"): Row("open"),
    ("GET", "/openapi.json"): Row("open"),
    ("POST", "/order-chain"): Row("open", body=b"", status=400),
    ("GET", "/plans/{plan}"): Row("read"),
    ("POST", "/resolve-chain"): Row("open", body=b"", status=400),
    ("POST", "/resolve-chain-and-key"): Row("open", body=b"", status=400),
    ("GET", "/tokens"): Row("admin"),
    ("POST", "/tokens"): Row("admin", 201, {"name": "more"}),
    ("DELETE", "/tokens/{token}"): Row("admin", belongs="account"),
    ("GET", "/users/{user}/apps"): Row("read"),
}


@dataclass(frozen=True)
class House:
    """Three apps of one owner, shared with a reader and a writer, and everybody's tokens."""

    client: Client
    tokens: dict[str, str | None]
    parameters: dict[str, str]
    kept: Kept

    def restore(self) -> None:
        """Make all that is stored what it was at first."""
        self.kept.restore()

    def ask(self, caller: str, method: str, path: str, row: Row) -> int:
        """Send a route's request and return the status."""
        addon = self.parameters["addon"] if row.app == "example" else "ssl"
        channel = self.parameters[f"channel of {row.whose}"]
        parameters = {**self.parameters, "app": row.app, "addon": addon, "channel": channel}
        body = row.body
        if isinstance(body, dict):
            body = {
                name: self.parameters["endpoint"] if text == "{endpoint}" else text for name, text in body.items()
            }
        api = _Raw(self.client, self.tokens[caller])
        return api.status(method, path.format(**parameters), body)


class _Raw(Api):
    """The API, whose answers may be text."""

    def status(self, method: str, path: str, body: Any) -> int:
        """Send a request and return the status of the answer."""
        try:
            return self.call(method, path, body).status
        except ValueError:  # ssl-doctor refuses in plain text
            headers = {"Authorization": f"Bearer {self._token}"}
            return int(self._client.http.request(method, path, body=body, headers=headers).status_code)


def tokens_of_all() -> dict[str, str | None]:
    """Make the accounts, and a token for each caller."""
    tokens = wiring.tokens()
    account = {name: tokens.account(f"{name}@example.com") for name in ("owner", "stranger", "reader", "writer")}
    made: dict[str, str | None] = {
        caller: tokens.issue(account[known[0]], caller, known[1])
        for caller, known in CALLERS.items()
        if known is not None
    }
    made["no token"] = None
    made["expired"] = tokens.issue(account["owner"], "expired", "admin", timedelta(seconds=-1))
    made["revoked"] = tokens.issue(account["owner"], "revoked", "admin")
    return made


def furnish(api: Api) -> dict[str, str]:
    """Make the apps with what belongs to them, and return the parameters of their paths."""
    ids = {token["name"]: token["id"] for token in api.call("GET", "/tokens").body}
    api.call("DELETE", f"/tokens/{ids['revoked']}")
    for name in ("example", "empty", "bare"):
        api.call("POST", "/apps", {"name": name})
        for who in ("reader", "writer"):
            permission = {"reader": "read", "writer": "write"}[who]
            body = {"user": f"{who}@example.com", "permission": permission}
            assert 201 == api.call("POST", f"/apps/{name}/collaborators", body).status
    addons = [api.call("POST", f"/apps/{name}/addons", PLAN).body for name in ("example", "empty")]
    api.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
    made = api.call("POST", "/apps/example/ssl-endpoints", upload(issue(CA_OF_TESTS, "one.example.com"))).body
    channels = [api.call("POST", f"{whose}/channels", SECOND).body for whose in ("/apps/example", "/account")]
    second = upload(issue(CA_OF_TESTS, "two.example.com"))
    assert 200 == api.call("PATCH", f"/apps/example/ssl-endpoints/{made['name']}", second).status
    surge = api.call("POST", "/apps/example/surges", {"at": in_days(3), "requests_per_second": 200}).body
    return {
        "surge": surge["id"],
        "endpoint": made["name"],
        "addon": addons[0]["name"],
        "domain": "www.example.com",
        "collaborator": "reader@example.com",
        "service": "ssl",
        "plan": "ssl:endpoint",
        "token": ids["write"],
        "channel of app": channels[0]["id"],
        "channel of account": channels[1]["id"],
        "user": "~",
    }


@pytest.fixture(scope="module")
def house(kept: str) -> Iterator[House]:
    """Furnish the house once; mail from it is kept."""
    with Client(app.app) as client, pytest.MonkeyPatch.context() as patch:
        patch.setitem(wiring.senders(), "email", Letterbox())
        records.empty()
        tokens = tokens_of_all()
        parameters = furnish(Api(client, tokens["admin"]))
        yield House(client, tokens, parameters, Kept())


def expected(caller: str, row: Row) -> int:
    """Return the status that a caller is to be told."""
    known = CALLERS[caller]
    if row.scope == "open":
        return row.status
    if known is None:
        return 401
    account, scope = known
    if SCOPES.index(scope) < SCOPES.index(row.scope):
        return 403
    may_see = {"": True, "app": account != "stranger", "account": account == "owner"}
    if not may_see[row.belongs]:
        return 404
    may_write = account == "owner" or (account != "reader" and not row.owner)
    if row.belongs == "app" and row.scope == "write" and not may_write:
        return 403
    return row.status


def test_every_route_has_a_row() -> None:
    """A new route fails until somebody wrote down who may use it."""
    assert ROUTES == sorted(ROWS)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_caller_is_told(house: House, caller: str, method: str, path: str) -> None:
    """Each caller is let in or kept out as the table says; whoever is kept out has changed nothing."""
    row = ROWS[method, path]
    with noted() as steps:
        status = house.ask(caller, method, path, row)
    if steps.changes:
        house.restore()

    assert expected(caller, row) == status
    assert not steps.changes or (method != "GET" and status < 300)
