"""Apps and add-ons over the API."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.functional.conftest import Api, customs
from tests.records import MOTO, SQLITE

RECORDS = (SQLITE, MOTO)
PLAN = {"plan": {"name": "ssl:endpoint"}}


def test_app_is_created_shown_and_listed(api: Api) -> None:
    """A new app answers by name and by id, with its region and origin."""
    made = api.call("POST", "/apps", {"name": "example", "origin": "http://127.0.0.1:5000/"})

    assert 201 == made.status
    assert ("example", "us", "127.0.0.1:5000") == (
        made.body["name"],
        made.body["region"]["name"],
        made.body["origin"],
    )
    assert [made.body] == api.call("GET", "/apps").body
    assert made.body == api.call("GET", "/apps/example").body
    assert made.body == api.call("GET", f"/apps/{made.body['id']}").body


def test_app_without_a_name_gets_one(api: Api) -> None:
    """A POST without a body makes an app with a readable random name."""
    made = api.call("POST", "/apps")

    assert 201 == made.status
    assert re.fullmatch(r"[a-z]+-[a-z]+-[0-9]{4}", made.body["name"])


def test_origin_can_be_changed(api: Api) -> None:
    """PATCH puts another server behind the app."""
    api.call("POST", "/apps", {"name": "example", "origin": "127.0.0.1:5000"})

    assert "10.0.0.7:80" == api.call("PATCH", "/apps/example", {"origin": "10.0.0.7"}).body["origin"]
    assert "10.0.0.7:80" == api.call("GET", "/apps/example").body["origin"]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Example"},
        {"name": "a"},
        {"name": "x" * 31},
        {"name": "a/../b"},
        {"name": 7},
        {"name": "example", "region": "moon"},
        {"name": "example", "region": ["us"]},
        {"name": "example", "origin": "https://127.0.0.1"},
        {"name": "example", "origin": "127.0.0.1:0"},
        {"name": "example", "origin": "127.0.0.1:65536"},
        {"name": "example", "origin": "169.254.169.254"},
        {"name": "example", "origin": "[::ffff:169.254.169.254]:80"},
        {"name": "example", "origin": "2852039166"},
        {"name": "example", "origin": "0xa9fea9fe"},
        {"name": "example", "origin": "169.254.43518"},
        {"name": "example", "origin": "a b"},
        {"name": "example", "origin": "../etc"},
        {"name": "example", "origin": "user:pass@host"},
    ],
)
def test_unusable_app_is_refused(api: Api, fields: dict[str, object]) -> None:
    """A bad name, region or origin is a 422 with a sentence, and nothing is made."""
    refused = api.call("POST", "/apps", fields)

    assert (422, "invalid_params") == (refused.status, refused.body["id"])
    assert refused.body["message"].endswith((".", ".)"))
    assert [] == api.call("GET", "/apps").body


def test_name_is_unique_over_accounts(login: Callable[..., Api]) -> None:
    """Two accounts cannot both have an app `example`, and neither sees the other's."""
    mine, theirs = login("a@example.com"), login("b@example.com")
    made = mine.call("POST", "/apps", {"name": "example"})

    assert 422 == theirs.call("POST", "/apps", {"name": "example"}).status
    for identity in ("example", made.body["id"]):
        answer = theirs.call("GET", f"/apps/{identity}")
        assert (404, "not_found", "app") == (answer.status, answer.body["id"], answer.body["resource"])
    assert [] == theirs.call("GET", "/apps").body


def test_addon_reserves_a_hostname(api: Api) -> None:
    """Provisioning gives a hostname city-NNNN in the zone, which domains show before any certificate."""
    api.call("POST", "/apps", {"name": "example"})
    made = api.call("POST", "/apps/example/addons", PLAN)
    api.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})

    assert 201 == made.status
    assert re.fullmatch(r"[a-z]+-[0-9]{4}\.ssl\.localhost", made.body["hostname"])
    assert [made.body["hostname"]] == [each["cname"] for each in customs(api)]


def test_addon_answers_by_every_identity(example: Api) -> None:
    """An add-on is found by id, name, service and plan, percent-encoded or not."""
    [addon] = example.call("GET", "/apps/example/addons").body

    for identity in (addon["id"], addon["name"], "ssl", "ssl:endpoint", "ssl%3Aendpoint"):
        assert addon == example.call("GET", f"/apps/example/addons/{identity}").body
    assert 404 == example.call("GET", "/apps/example/addons/redis").status


def test_addon_is_provisioned_once(example: Api) -> None:
    """A second add-on on one app is a 422; so is a plan that does not exist."""
    assert 422 == example.call("POST", "/apps/example/addons", PLAN).status
    assert 422 == example.call("POST", "/apps/example/addons", {"plan": "redis:big"}).status
    assert 422 == example.call("POST", "/apps/example/addons", {}).status


def test_hostname_is_never_given_again(example: Api) -> None:
    """After the add-on is removed a new one has another hostname, and the old claim stays."""
    [first] = example.call("GET", "/apps/example/addons").body
    removed = example.call("DELETE", "/apps/example/addons/ssl:endpoint", b'{"force": false}')
    second = example.call("POST", "/apps/example/addons", {"plan": "ssl:endpoint"})

    assert (200, "deprovisioned") == (removed.status, removed.body["state"])
    assert 201 == second.status
    assert first["hostname"] != second.body["hostname"]


def test_other_region_has_no_hostname_of_its_own(api: Api) -> None:
    """Outside the default region the DNS target is the app's own domain."""
    api.call("POST", "/apps", {"name": "example", "region": "eu"})
    addon = api.call("POST", "/apps/example/addons", PLAN)
    domain = api.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})

    assert addon.body["hostname"] is None
    assert "example.app.localhost" == domain.body["cname"]


@pytest.mark.parametrize(
    "path", ["/apps", "/apps/x", "/apps/x/addons", "/apps/x/ssl-endpoints", "/apps/x/domains"]
)
def test_nothing_answers_without_a_token(nobody: Api, path: str) -> None:
    """Every route but the health check is a 401 without a token, and with one that nobody has."""
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic !!"},
        {"Authorization": "Bearer " + "x" * 5000},
        {"Authorization": "Basic " + base64.b64encode(b"wrong").decode()},
    ):
        answer = nobody.call("GET", path, **headers)
        assert (401, "unauthorized") == (answer.status, answer.body["id"])


def test_basic_authorisation_works(login: Callable[..., Api], nobody: Api) -> None:
    """Older clients send the token as the password of Basic authorisation."""
    token = login("owner@example.com")._token
    basic = base64.b64encode(f":{token}".encode()).decode()

    assert 200 == nobody.call("GET", "/apps", Authorization=f"Basic {basic}").status
    assert 200 == nobody.call("GET", "/apps", Authorization=f"bearer {token}").status


def test_scope_and_expiry_of_a_token_hold(login: Callable[..., Api]) -> None:
    """A token with scope read cannot write, and an expired one is nobody's."""
    reader, expired = login(scope="read"), login(scope="admin", lifetime=timedelta(seconds=-1))

    assert 200 == reader.call("GET", "/apps").status
    assert 403 == reader.call("POST", "/apps", {"name": "example"}).status
    assert 401 == expired.call("GET", "/apps").status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'"x"', 422),
        (b"\xff\xfe", 422),
        (b"[" * 100_000, 422),
        (b" " * 300_000, 413),
    ],
)
def test_unreadable_body_is_refused(api: Api, body: bytes, status: int) -> None:
    """What is no JSON object, or larger than 256 KB, is a 4xx with an id and a message."""
    answer = api.call("POST", "/apps", body)

    assert status == answer.status
    assert {"id", "message"} == set(answer.body)
