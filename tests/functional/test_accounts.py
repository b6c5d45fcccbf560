"""Accounts, tokens and collaborators, and requests that are repeated or interrupted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib import wiring
from chalicelib.model.caller import Caller
from chalicelib.model.record import MOST_COLLABORATORS
from tests.authority import CA
from tests.functional.conftest import Answer, Api, issue

ONCE = {"Idempotency-Key": "8a2f"}
OTHER = "other@example.com"


def with_token(api: Api, secret: str) -> Api:
    """Return the same API with another token."""
    return Api(api._client, secret)


def table_text(aws: dict[str, str]) -> str:
    """Return all that is stored."""
    return str(wiring.client("dynamodb").scan(TableName=aws["Table"])["Items"])


def fail_transaction(number: int) -> Callable[[], None]:
    """Cut the connection to DynamoDB at the n-th transaction from now; return what mends it."""
    events, left = wiring.client("dynamodb").meta.events, [number]

    def cut(**_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise EndpointConnectionError(endpoint_url="dynamodb")

    events.register("before-call.dynamodb.TransactWriteItems", cut)
    return lambda: events.unregister("before-call.dynamodb.TransactWriteItems", cut)


def test_token_is_shown_once(api: Api, aws: dict[str, str]) -> None:
    """A new token works; its secret is neither listed nor stored."""
    made = api.call("POST", "/tokens", {"name": "ci", "scope": "read", "expires_in": 3600})
    secret = made.body.pop("token")
    listed = api.call("GET", "/tokens")
    lifetime = datetime.fromisoformat(made.body["expires_at"].replace("Z", "+00:00")) - wiring.now()

    assert 201 == made.status
    assert made.body in listed.body
    assert ["test", "ci"] == [token["name"] for token in listed.body]
    assert secret not in json.dumps(listed.body)
    assert secret not in table_text(aws)
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
    statuses = []
    for seconds in (50, 70):
        monkeypatch.setattr(wiring.tokens(), "_now", lambda late=seconds: now + timedelta(seconds=late))
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


def test_key_belongs_to_an_account(api: Api, login: Callable[..., Api]) -> None:
    """Another account's request with the same key is another request."""
    api.call("POST", "/apps", {"name": "example"}, **ONCE)

    assert 201 == login(OTHER).call("POST", "/apps", {"name": "theirs"}, **ONCE).status


def test_refused_request_may_be_mended(api: Api) -> None:
    """A request that was refused left no mark: its key is free."""
    assert 422 == api.call("POST", "/apps", {"name": "A"}, **ONCE).status
    assert 201 == api.call("POST", "/apps", {"name": "example"}, **ONCE).status


def test_key_is_forgotten_after_a_day(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day later the key is free, whether or not DynamoDB has taken the mark away."""
    api.call("POST", "/apps", {"name": "example"}, **ONCE)
    later = wiring.now() + timedelta(hours=25)
    monkeypatch.setattr(wiring.idempotency(), "_now", lambda: later)

    assert 201 == api.call("POST", "/apps", {"name": "other"}, **ONCE).status


def test_upload_that_died_is_repeated(example: Api) -> None:
    """A client that did not see the answer sends the same upload again, and gets the same endpoint."""
    issued = issue(CA(), "www.example.com")
    body = {"certificate_chain": issued.chain_pem, "private_key": issued.key_pem}
    first = example.call("POST", "/apps/example/ssl-endpoints", body, **ONCE)
    again = example.call("POST", "/apps/example/ssl-endpoints", body, **ONCE)

    assert (201, first.body) == (again.status, again.body)
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


def test_secret_is_not_kept_for_repetitions(api: Api, aws: dict[str, str]) -> None:
    """A repeated POST /tokens makes no second token and does not show the first one's secret again."""
    first = api.call("POST", "/tokens", {"name": "ci"}, **ONCE)
    again = api.call("POST", "/tokens", {"name": "ci"}, **ONCE)

    assert (201, 409) == (first.status, again.status)
    assert first.body["token"] not in table_text(aws)
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
    entries = len(wiring.feed().changes(""))
    destroyed = whole.call("DELETE", "/apps/example")

    assert (200, "example") == (destroyed.status, destroyed.body["name"])
    assert ([], []) == (whole.call("GET", "/apps").body, other.call("GET", "/apps").body)
    assert 404 == whole.call("DELETE", "/apps/example").status
    assert [True] * entries == [entry.removed for entry in wiring.feed().changes("")]
    assert 201 == other.call("POST", "/apps", {"name": "example"}).status
    assert 201 == other.call("POST", "/apps/example/domains", {"hostname": "www.example.com"}).status


@pytest.mark.parametrize("step", range(1, 5))
def test_interrupted_destruction_is_repeated(whole: Api, step: int) -> None:
    """Wherever it is cut off, it says 503, the app is still there, and the same call finishes it."""
    mend = fail_transaction(step)
    cut = whole.call("DELETE", "/apps/example", **ONCE)
    mend()
    left = whole.call("GET", "/apps/example")
    done, again = (whole.call("DELETE", "/apps/example", **ONCE) for _ in range(2))

    assert (503, 200) == (cut.status, left.status)
    assert (200, 200, done.body) == (done.status, again.status, again.body)
    assert 404 == whole.call("GET", "/apps/example").status
    assert all(entry.removed for entry in wiring.feed().changes(""))


def test_every_page_has_its_rows(api: Api) -> None:
    """A long list comes in pieces that end where the next one begins, in whatever size is asked."""
    for number in range(5):
        api.call("POST", "/apps", {"name": f"app-{number}"})
    whole, pages, asked = api.call("GET", "/apps"), list[Answer](), "id ..; max=2"
    while asked:
        pages.append(api.call("GET", "/apps", Range=asked))
        asked = pages[-1].headers.get("Next-Range", "")

    assert [206, 206, 200] == [page.status for page in pages]
    assert whole.body == [row for page in pages for row in page.body]
    assert all(f"]{page.body[-1]['id']}.." in page.headers["Next-Range"] for page, _ in pairwise(pages))


@pytest.mark.parametrize(
    "asked", ["domain ..; ;", "id ..;" + " " * 100_000 + "x", "bytes=0-1", "id ]gone..;", "]"]
)
def test_odd_range_is_ignored(api: Api, asked: str) -> None:
    """A Range that cannot be read is answered with everything, and quickly."""
    api.call("POST", "/apps", {"name": "example"})
    answer = api.call("GET", "/apps", Range=asked)

    assert (200, 1) == (answer.status, len(answer.body))
