"""Requests that are repeated, race with themselves or are cut off, and the commands that have several steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from chalicelib import stores, wiring
from chalicelib.model.caller import Caller
from tests.authority import CA
from tests.functional import steps
from tests.functional.conftest import Api, everything, issue
from tests.functional.test_accounts import OTHER
from tests.records import MOTO, SQLITE

RECORDS = (SQLITE, MOTO)
ONCE = {"Idempotency-Key": "8a2f"}


def test_repeated_request_is_told_the_first_answer(api: Api) -> None:
    """The same request with the same key is done once; the repetition says that it is one."""
    first = api.call("POST", "/apps", {"name": "example"}, **ONCE)
    again = api.call("POST", "/apps", {"name": "example"}, **ONCE)

    assert (201, first.body) == (again.status, again.body)
    assert ("true", None) == (
        again.headers.get("Idempotency-Replayed"),
        first.headers.get("Idempotency-Replayed"),
    )
    assert [first.body] == api.call("GET", "/apps").body


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/apps", {"name": "other"}), ("PATCH", "/apps/example", {}), ("DELETE", "/apps/example", None)],
)
def test_key_is_for_one_request(api: Api, method: str, path: str, body: Any) -> None:
    """Another request with a used key is a 422 and is not done."""
    first = api.call("POST", "/apps", {"name": "example"}, **ONCE).body

    assert 422 == api.call(method, path, body, **ONCE).status
    assert [first] == api.call("GET", "/apps").body


def test_key_is_for_one_app(api: Api) -> None:
    """The same body for another app is another request: a 422, and nothing is done to either."""
    for name in ("example", "other"):
        api.call("POST", "/apps", {"name": name})
    first = api.call("POST", "/apps/example/domains", {"hostname": "www.example.com"}, **ONCE)
    second = api.call("POST", "/apps/other/domains", {"hostname": "www.example.com"}, **ONCE)

    assert (201, 422) == (first.status, second.status)
    assert "was used for another request" in second.body["message"]


def test_key_belongs_to_an_account(api: Api, login: Callable[..., Api]) -> None:
    """Another account's request with the same key is another request."""
    api.call("POST", "/apps", {"name": "example"}, **ONCE)

    assert 201 == login(OTHER).call("POST", "/apps", {"name": "theirs"}, **ONCE).status


def test_refused_request_may_be_mended(api: Api) -> None:
    """A request that was refused left no mark: its key is free."""
    assert 422 == api.call("POST", "/apps", {"name": "A"}, **ONCE).status
    assert 201 == api.call("POST", "/apps", {"name": "example"}, **ONCE).status


def test_key_is_forgotten_after_a_day(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day later the key is free, whether or not anything has taken the mark away."""
    api.call("POST", "/apps", {"name": "example"}, **ONCE)
    later = wiring.now() + timedelta(hours=25)
    monkeypatch.setattr(wiring.idempotency(), "_now", lambda: later)

    assert 201 == api.call("POST", "/apps", {"name": "other"}, **ONCE).status


def test_upload_that_died_is_repeated(example: Api) -> None:
    """A client that did not see the answer sends the same upload again, and gets that answer, warning included."""
    issued = issue(CA(), "www.example.com", not_after=datetime.now(timezone.utc) + timedelta(hours=5, minutes=30))
    body = {"certificate_chain": issued.chain_pem, "private_key": issued.key_pem}
    first = example.call("POST", "/apps/example/ssl-endpoints", body, **ONCE)
    again = example.call("POST", "/apps/example/ssl-endpoints", body, **ONCE)

    assert (201, first.body) == (again.status, again.body)
    assert first.headers["X-Heroku-Warning"] == again.headers["X-Heroku-Warning"]
    assert "in 5 hours: renew it" in again.headers["X-Heroku-Warning"]
    assert [first.body] == example.call("GET", "/apps/example/ssl-endpoints").body


def test_racing_twin_is_told_the_winners_answer(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two same requests at once one is done; the other, which looked too early, is told that answer."""
    first, idempotency = api.call("POST", "/apps", {"name": "example"}, **ONCE), wiring.idempotency()
    look, blind = idempotency.answer, [True]

    def answer(caller: Caller) -> Any:
        return None if blind and blind.pop() else look(caller)

    monkeypatch.setattr(idempotency, "answer", answer)
    twin = api.call("POST", "/apps", {"name": "example"}, **ONCE)

    assert [] == blind
    assert (201, first.body) == (twin.status, twin.body)


def test_racing_twin_without_an_answer_is_a_conflict(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the winner's answer is not there yet, or never, the other is told to look: 409."""
    monkeypatch.setattr(wiring.idempotency(), "keep", lambda *_: None)
    api.call("POST", "/apps", {"name": "example"}, **ONCE)
    twin = api.call("POST", "/apps", {"name": "example"}, **ONCE)

    assert (409, "conflict") == (twin.status, twin.body["id"])
    assert 1 == len(api.call("GET", "/apps").body)


def test_secret_is_not_kept_for_repetitions(api: Api) -> None:
    """A repeated POST /tokens makes no second token and does not show the first one's secret again."""
    first = api.call("POST", "/tokens", {"name": "ci"}, **ONCE)
    again = api.call("POST", "/tokens", {"name": "ci"}, **ONCE)

    assert (201, 409) == (first.status, again.status)
    assert first.body["token"] not in str(everything())
    assert ["test", "ci"] == [token["name"] for token in api.call("GET", "/tokens").body]


def test_app_changes_name_and_server_at_once(api: Api) -> None:
    """One PATCH renames an app and puts another server behind it; with a key it can be repeated."""
    app = api.call("POST", "/apps", {"name": "example"}).body
    change = {"name": "renamed", "origin": "10.0.0.7:8000"}
    changed, again = (api.call("PATCH", f"/apps/{app['id']}", change, **ONCE) for _ in range(2))

    assert (200, "renamed", "10.0.0.7:8000") == (changed.status, changed.body["name"], changed.body["origin"])
    assert (200, changed.body) == (again.status, again.body)
    assert 404 == api.call("GET", "/apps/example").status
    assert changed.body == api.call("GET", "/apps/renamed").body


def test_rename_keeps_everything_else(example: Api, login: Callable[..., Api]) -> None:
    """Add-on, domains and id stay; the old name is free, and a taken one is refused without any change."""
    before = example.call("GET", "/apps/example").body
    example.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
    login(OTHER).call("POST", "/apps", {"name": "taken"})
    refused = example.call("PATCH", "/apps/example", {"name": "taken", "origin": "10.0.0.7"})
    untouched = example.call("GET", "/apps/example").body
    example.call("PATCH", "/apps/example", {"name": "renamed"})

    assert (422, before) == (refused.status, untouched)
    assert before["id"] == example.call("GET", "/apps/renamed").body["id"]
    assert 2 == len(example.call("GET", "/apps/renamed/domains").body)
    assert 200 == example.call("GET", "/apps/renamed/addons/ssl").status
    assert 201 == example.call("POST", "/apps", {"name": "example"}).status


def test_same_name_again_changes_nothing(example: Api) -> None:
    """A PATCH with the present values is a 200, and the app keeps its time of change."""
    before = example.call("GET", "/apps/example").body
    change = {"name": "example", "origin": "http://127.0.0.1:5000"}

    assert (
        before == example.call("PATCH", "/apps/example", change).body == example.call("GET", "/apps/example").body
    )


@pytest.fixture
def whole(example: Api, login: Callable[..., Api]) -> Api:
    """Return the API with an app that has one of everything."""
    login(OTHER)
    issued = issue(CA(), "www.example.com")
    upload = {"certificate_chain": issued.chain_pem, "private_key": issued.key_pem}
    example.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
    example.call("POST", "/apps/example/collaborators", {"user": OTHER})
    assert 201 == example.call("POST", "/apps/example/ssl-endpoints", upload).status
    return example


def test_destroyed_app_is_gone(whole: Api, login: Callable[..., Api]) -> None:
    """Its name and its domain are free, nobody lists it, and edges are told of each part."""
    other = login(OTHER)
    entries = len(stores.feed().changes(""))
    destroyed = whole.call("DELETE", "/apps/example")

    assert (200, "example") == (destroyed.status, destroyed.body["name"])
    assert ([], []) == (whole.call("GET", "/apps").body, other.call("GET", "/apps").body)
    assert 404 == whole.call("DELETE", "/apps/example").status
    assert [True] * entries == [entry.removed for entry in stores.feed().changes("")]
    assert 201 == other.call("POST", "/apps", {"name": "example"}).status
    assert 201 == other.call("POST", "/apps/example/domains", {"hostname": "www.example.com"}).status


@pytest.mark.parametrize("step", range(1, 5))
def test_interrupted_destruction_is_repeated(whole: Api, step: int) -> None:
    """Wherever it is cut off, it says 503, the app is still there, and the same call finishes it."""
    with steps.cut(step):
        cut = whole.call("DELETE", "/apps/example", **ONCE)
    left = whole.call("GET", "/apps/example")
    done, again = (whole.call("DELETE", "/apps/example", **ONCE) for _ in range(2))

    assert (503, 200) == (cut.status, left.status)
    assert (200, 200, done.body) == (done.status, again.status, again.body)
    assert 404 == whole.call("GET", "/apps/example").status
    assert all(entry.removed for entry in stores.feed().changes(""))
