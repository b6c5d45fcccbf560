"""Channels over the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import stores, wiring
from chalicelib.model.notice import MOST_CHANNELS
from tests import records
from tests.authority import CA
from tests.functional.conftest import Api, everything, issue
from tests.functional.sweeps import Letterbox
from tests.functional.test_calls import upload

APP, ACCOUNT = "/apps/example/channels", "/account/channels"
HOOK = {"kind": "webhook", "target": "https://hooks.example.com/secret?a=b"}
MAIL = {"kind": "email", "target": "me@example.com"}


@pytest.fixture
def letters(example: Api) -> Iterator[Letterbox]:
    """Yield where all that is sent arrives."""
    kept, box = dict(wiring.senders()), Letterbox()
    wiring.senders().update(dict.fromkeys(kept, box))
    yield box
    wiring.senders().update(kept)


def events(api: Api) -> list[tuple[str, str]]:
    """Return what happened to the app, newest first."""
    return [(each["action"], each["detail"]) for each in api.call("GET", "/apps/example/activity").body]


def test_new_account_has_a_channel_to_itself(example: Api) -> None:
    """Nobody has to know of channels to hear of an expiry."""
    [channel] = example.call("GET", ACCOUNT).body

    assert ("email", "owner@example.com", None) == (channel["kind"], channel["target"], channel["app"])
    assert [channel] == example.call("GET", APP).body


def test_app_lists_its_own_channels_and_its_accounts(example: Api) -> None:
    """Those of the app name it, those of the account have null."""
    own = example.call("POST", APP, MAIL)
    shared = example.call("POST", ACCOUNT, {**MAIL, "target": "all@example.com"})
    listed = example.call("GET", APP).body

    assert (201, 201) == (own.status, shared.status)
    assert "example" == own.body["app"]["name"]
    assert ["me@example.com", "owner@example.com", "all@example.com"] == [each["target"] for each in listed]
    assert ["example", None, None] == [each["app"] and each["app"]["name"] for each in listed]


@pytest.mark.parametrize("place", [APP, ACCOUNT])
def test_secret_is_shown_once(example: Api, place: str) -> None:
    """The answer that makes a webhook has its secret; no other has it, nor the path of its URL."""
    once = {"Idempotency-Key": "once"}
    made = example.call("POST", place, HOOK, **once)
    again = example.call("POST", place, HOOK, **once)
    listed = str(example.call("GET", place).body)

    assert made.body["secret"].startswith("whsec_")
    assert 409 == again.status
    assert "https://hooks.example.com/…" == made.body["target"]
    assert "whsec_" not in listed
    assert "secret?a=b" not in listed
    assert "secret?a=b" not in str(events(example))
    assert "secret" not in example.call("POST", place, {**HOOK, "kind": "slack"}).body


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "'kind' is missing"),
        ({"kind": "pager", "target": "1"}, "kind is one of"),
        ({"kind": "webhook", "target": "http://hooks.example.com/"}, "https URL"),
        ({"kind": "sns", "target": "topic"}, "ARN"),
        ({"kind": "email", "target": "a\r\nBcc: b@example.com"}, "not an e-mail address"),
        ({"kind": "email", "target": 7}, "has to be text"),
    ],
)
def test_unusable_channel_is_refused(example: Api, body: Any, said: str) -> None:
    """A 422 with a sentence, and nothing is kept."""
    for place in (APP, ACCOUNT):
        refused = example.call("POST", place, body)
        assert 422 == refused.status
        assert said in refused.body["message"]

    assert 1 == len(example.call("GET", APP).body)


def test_same_channel_again_is_refused(example: Api) -> None:
    """A second one to the same place would tell nothing more."""
    example.call("POST", APP, MAIL)
    refused = example.call("POST", APP, {**MAIL, "target": " ME@example.com "})

    assert (422, "That channel is there already.") == (refused.status, refused.body["message"])


@pytest.mark.parametrize(("place", "there"), [(APP, 0), (ACCOUNT, 1)])
def test_channels_are_limited(example: Api, place: str, there: int) -> None:
    """An app and an account have so many, and no more."""
    for number in range(MOST_CHANNELS - there):
        assert 201 == example.call("POST", place, {**MAIL, "target": f"{number}@example.com"}).status

    assert 422 == example.call("POST", place, MAIL).status


def test_changes_are_in_the_activity(example: Api) -> None:
    """Who added and who removed a channel of the app is told."""
    made = example.call("POST", APP, HOOK).body
    example.call("DELETE", f"{APP}/{made['id']}")

    assert [
        ("channel.remove", "webhook https://hooks.example.com/…"),
        ("channel.add", "webhook https://hooks.example.com/…"),
    ] == events(example)[:2]


@pytest.mark.parametrize("place", [APP, ACCOUNT])
def test_removed_channel_is_gone(example: Api, place: str) -> None:
    """A repetition with a key is told the same; without one it is a 404."""
    made, once = example.call("POST", place, MAIL).body, {"Idempotency-Key": "once"}
    first, again = (example.call("DELETE", f"{place}/{made['id']}", **once) for _ in range(2))

    assert (200, made) == (first.status, first.body) == (again.status, again.body)
    assert 404 == example.call("DELETE", f"{place}/{made['id']}").status
    assert made["id"] not in str(example.call("GET", place).body)


def test_channels_are_found_where_they_belong(example: Api, login: Callable[..., Api]) -> None:
    """An app's channel is none of the account's, and nobody else's."""
    own = example.call("POST", APP, MAIL).body["id"]
    shared = example.call("GET", ACCOUNT).body[0]["id"]
    stranger = login("stranger@example.com")

    for wrong in (f"{APP}/{shared}", f"{ACCOUNT}/{own}", f"{APP}/nothing"):
        assert 404 == example.call("DELETE", wrong).status
        assert 404 == example.call("POST", f"{wrong}/test").status
    assert 404 == stranger.call("POST", f"{ACCOUNT}/{shared}/test").status
    assert 404 == stranger.call("GET", APP).status


def test_destroyed_app_takes_its_channels_along(example: Api) -> None:
    """Nothing of them is left, not even in lists that are behind."""
    example.call("POST", APP, {**MAIL, "target": "vanishing@example.com"})
    assert 200 == example.call("DELETE", "/apps/example").status

    assert "CHANNEL#" in str(everything())  # the account's
    assert '"target": "vanishing@example.com"' not in str(everything())
    assert "vanishing@example.com'" not in str(list(stores.record().owned_by("owner")))


@pytest.mark.parametrize("place", [APP, ACCOUNT])
def test_test_says_what_came_of_it(example: Api, letters: Letterbox, place: str) -> None:
    """It goes out now; its answer is in the log of the app, or of the account."""
    made = example.call("POST", place, MAIL).body
    told = example.call("POST", f"{place}/{made['id']}/test")
    log = example.call("GET", place.replace("channels", "deliveries")).body

    assert (200, "delivered", "test") == (told.status, told.body["state"], told.body["kind"])
    assert ["It arrived."] == [each["outcome"] for each in told.body["attempts"]]
    assert [told.body] == log
    assert letters.ids == [told.body["id"]]
    assert ("example" if place == APP else "your account") in letters.arrived[0][1].subject


def test_repeated_test_is_sent_once(example: Api, letters: Letterbox) -> None:
    """With a key a client may ask twice and gets the same answer; without one there are two tests."""
    made, once = example.call("POST", APP, MAIL).body, {"Idempotency-Key": "once"}
    path = f"{APP}/{made['id']}/test"
    first, again = (example.call("POST", path, **once) for _ in range(2))
    other = example.call("POST", path)

    assert first.body == again.body
    assert 2 == len(letters.ids)
    assert first.body["id"] != other.body["id"]


def test_failed_test_marks_the_channel_until_one_arrives(example: Api, letters: Letterbox) -> None:
    """The answer says why; the list and each look at the endpoint say it, too."""
    example.call("POST", "/apps/example/ssl-endpoints", upload(issue(CA(), "www.example.com")))
    [endpoint] = example.call("GET", "/apps/example/ssl-endpoints").body
    looks = ["/apps/example/ssl-endpoints", f"/apps/example/sni-endpoints/{endpoint['name']}"]
    shared = example.call("GET", ACCOUNT).body[0]
    hook = example.call("POST", APP, HOOK).body
    letters.down = "hooks.example.com answered 500."
    failed = [
        example.call("POST", f"{place}/{made['id']}/test").body for place, made in ((APP, hook), (ACCOUNT, shared))
    ]
    warned = [example.call("GET", look).headers.get("X-Heroku-Warning", "") for look in looks]
    listed = [each["failing"] for each in example.call("GET", APP).body]
    letters.down = ""
    for place, made in ((APP, hook), (ACCOUNT, shared)):
        example.call("POST", f"{place}/{made['id']}/test")

    assert ["failed", "failed"] == [each["state"] for each in failed]
    assert [letters.down or "hooks.example.com answered 500."] * 2 == listed
    for warning in warned:
        assert "Notices by webhook to https://hooks.example.com/... do not arrive" in warning
        assert "Notices by email to owner@example.com do not arrive" in warning
    assert [None, None] == [each["failing"] for each in example.call("GET", APP).body]
    assert "do not arrive" not in str(example.call("GET", looks[0]).headers)


def test_mail_is_written_where_the_settings_say(
    example: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, with the real senders: the test's answer names the file."""
    monkeypatch.setenv("SSL_ENDPOINT_MAIL_FOLDER", str(tmp_path / "mail"))
    records.forget()
    [channel] = example.call("GET", ACCOUNT).body
    told = example.call("POST", f"{ACCOUNT}/{channel['id']}/test").body
    records.forget()

    assert "delivered" == told["state"]
    assert [f"{told['id']}.eml"] == [file.name for file in (tmp_path / "mail").iterdir()]


def test_real_webhook_cannot_reach_inward(example: Api) -> None:
    """The whole way, with the real sender: a URL that leads to this machine is refused, and told so."""
    hook = example.call("POST", APP, {**HOOK, "target": "https://127.0.0.1:9/"}).body
    told = example.call("POST", f"{APP}/{hook['id']}/test").body

    assert "failed" == told["state"]
    assert "not all of its addresses are public" in told["attempts"][0]["outcome"]


@pytest.fixture
def endpoint(example: Api) -> str:
    """Return the path of the endpoint of an app with a certificate."""
    made = example.call("POST", "/apps/example/ssl-endpoints", upload(issue(CA(), "www.example.com"))).body
    return f"/apps/example/ssl-endpoints/{made['name']}"


def test_endpoint_is_muted_and_heard_again(example: Api, endpoint: str) -> None:
    """Its answer says so, its reminders are gone and come back, and the activity tells of it."""
    before = example.call("GET", endpoint).body
    muted = example.call("PATCH", endpoint, {"muted": True})
    again = example.call("PATCH", endpoint, {"muted": True})
    heard = example.call("PATCH", endpoint, {"muted": False}).body

    assert ["renew", "soon", "urgent", "expired", "overdue"] == [each["stage"] for each in before["reminders"]]
    assert before["details"]["earliest_expiry"] == before["reminders"][3]["at"]
    assert (200, True, []) == (muted.status, muted.body["muted"], muted.body["reminders"])
    assert (
        muted.body
        == again.body
        == {**before, "muted": True, "reminders": [], "updated_at": muted.body["updated_at"]}
    )
    assert (False, before["reminders"]) == (heard["muted"], heard["reminders"])
    assert ["endpoint.unmute", "endpoint.mute"] == [action for action, _ in events(example)[:2]]


@pytest.mark.parametrize(
    "more", [{"rollback": True}, {"certificate_chain": "x"}, {"pem": "x"}, {"private_key": "x"}, {"key": "x"}]
)
def test_mute_is_a_request_of_its_own(example: Api, endpoint: str, more: dict[str, Any]) -> None:
    """Beside another change it is refused, and nothing is changed."""
    before = example.call("GET", endpoint).body

    assert 422 == example.call("PATCH", endpoint, {"muted": True, **more}).status
    assert 422 == example.call("PATCH", endpoint, {"muted": "perhaps"}).status
    assert before == example.call("GET", endpoint).body


def test_update_keeps_the_mute(example: Api, endpoint: str) -> None:
    """Whoever wants to hear nothing hears nothing of the next certificate either."""
    example.call("PATCH", endpoint, {"muted": True})
    after = example.call("PATCH", endpoint, upload(issue(CA(), "www.example.com"))).body

    assert (True, 2) == (after["muted"], after["version"])
