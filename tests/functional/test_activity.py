"""What happened to an app: that every change tells, and how it is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest

from chalicelib import stores, wiring
from chalicelib.model.activity import KEPT_DAYS
from chalicelib.model.caller import Caller
from chalicelib.record.writes import Delete
from tests.functional import test_matrix
from tests.functional.conftest import Api
from tests.functional.steps import changed, noted
from tests.functional.test_matrix import ROUTES, ROWS, House

house = test_matrix.house
ACTIVITY = "/apps/example/activity"
BELOW_AN_APP = [
    key for key in ROUTES if key[0] != "GET" and key[1].startswith("/apps/{app}") and ROWS[key].status < 300
]
# Routes that have no GET and yet change nothing of an app that anybody could want to know of.
CHANGES_NOTHING = {
    ("DELETE", "/apps/{app}/acm"),
    ("PATCH", "/apps/{app}/domains/{domain}"),
    ("POST", "/apps/{app}/channels/{channel}/test"),
    ("POST", "/apps/{app}/domains/{domain}/check"),
}
# Partitions that are no part of an app: marks of repetition, what was learnt, what waits to be sent.
BESIDE = ("IDEMPOTENCY#", "POOL#", "DELIVERIES#", "ACTIVITY#")


def is_beside(row: dict[str, Any]) -> bool:
    """Tell whether a row is no part of an app; what somebody saw of a domain does not change it."""
    return bool(row["PK"].startswith(BESIDE) or row["SK"].startswith("CHECK#"))


@pytest.mark.parametrize(("method", "path"), BELOW_AN_APP)
def test_every_change_tells(house: House, method: str, path: str) -> None:
    """Whatever changes an app says so in the very transaction of the change: who, when, what, by which request."""
    with noted() as steps:
        status = house.ask("write", method, path, ROWS[method, path])
    house.restore()
    changes = list(map(changed, steps.transactions))
    changes = [rows for rows in changes if not all(map(is_beside, rows))]

    assert status < 300
    assert bool(changes) != ((method, path) in CHANGES_NOTHING)
    for rows in changes:
        (told,) = (row for row in rows if row["PK"].startswith("ACTIVITY#"))
        assert {"write"} == {told["actor"]}
        assert all(told[name] for name in ("action", "detail", "request_id", "account_id", "at"))
        assert "PRIVATE KEY" not in str(told)


def test_changes_say_from_what_to_what(example: Api) -> None:
    """An event of a change names both sides of it."""
    wiring.tokens().account("friend@example.com")
    example.call("PATCH", "/apps/example", {"name": "renamed", "origin": "10.0.0.7"})
    app = "/apps/renamed"
    example.call("POST", f"{app}/collaborators", {"user": "friend@example.com"})
    example.call("POST", f"{app}/collaborators", {"user": "friend@example.com", "permission": "read"})
    friend = example.call("DELETE", f"{app}/collaborators/friend@example.com").body
    told = [row["detail"] for row in example.call("GET", f"{app}/activity").body]

    assert [
        f"friend@example.com ({friend['id']}): read → none",
        "friend@example.com: write → read",
        "friend@example.com: none → write",
        "name: example → renamed, origin: 127.0.0.1:5000 → 10.0.0.7:80",
    ] == told[:4]


def fill(app_id: str, number: int, step: timedelta) -> None:
    """Let something happen to an app again and again, the last time now."""
    caller = Caller("account", "robot", "admin", "request")
    now = datetime.now(timezone.utc)
    for back in range(number):
        at = now - step * back
        stores.record().commit(wiring.activities().write(caller, app_id, at, "test", f"event {back}"))


def pages(api: Api, asked: str) -> list[Any]:
    """Follow Next-Range to the end, and return the answers; each costs one look for the rows."""
    found = []
    while asked:
        with noted() as steps:
            found.append(api.call("GET", ACTIVITY, Range=asked))
        assert ["get", "query", "page"] == steps.names[:3]  # token, app, rows
        assert len(steps.names) <= 4
        asked = found[-1].headers.get("Next-Range", "")
    return found


def test_all_of_it_can_be_paged(example: Api) -> None:
    """Following Next-Range gives every event of 400 days once, newest first, at one look a page."""
    app_id = example.call("GET", "/apps/example").body["id"]
    fill(app_id, 40, timedelta(days=10))
    whole = example.call("GET", ACTIVITY)
    found = pages(example, "id ..; max=12")
    rows = [row for page in found for row in page.body]

    assert [206, 206, 206, 200] == [page.status for page in found]
    assert (200, rows) == (whole.status, whole.body)
    assert 42 == len({row["id"] for row in rows})
    assert all(newer["created_at"] >= older["created_at"] for newer, older in pairwise(rows))
    assert "event 39" == rows[-1]["detail"]


def test_last_page_that_is_full_is_the_last(example: Api) -> None:
    """There is no empty page behind one that just fits."""
    assert [206, 200] == [page.status for page in pages(example, "id ..; max=1")]


def test_new_events_do_not_shift_pages(example: Api) -> None:
    """What happens while somebody reads on does not make rows come twice."""
    first = example.call("GET", ACTIVITY, Range="id ..; max=1")
    example.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
    second = example.call("GET", ACTIVITY, Range=first.headers["Next-Range"])

    assert ["addon.provision", "app.create"] == [first.body[0]["action"], *(row["action"] for row in second.body)]


def test_row_that_is_gone_is_still_a_place(example: Api) -> None:
    """A page goes on behind an event whose 400 days are over by now; what is no id of one is ignored."""
    rows = example.call("GET", ACTIVITY).body
    app_id = example.call("GET", "/apps/example").body["id"]
    stores.record().commit([Delete({"PK": f"ACTIVITY#{app_id}", "SK": rows[0]["id"]})])

    assert rows[1:] == example.call("GET", ACTIVITY, Range=f"id ]{rows[0]['id']}..; max=9").body
    assert rows[1:] == example.call("GET", ACTIVITY, Range="id ]zebra..; max=9").body


def test_account_is_told_of_those_who_belong_to_the_app(example: Api, login: Callable[..., Api]) -> None:
    """The owner and collaborators are told by address; of whoever has no part in the app there is only an id."""
    friend = login("friend@example.com")
    account = friend.call("GET", "/account").body["id"]
    example.call("POST", "/apps/example/collaborators", {"user": "friend@example.com"})
    friend.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
    shared = example.call("GET", ACTIVITY).body
    example.call("DELETE", "/apps/example/collaborators/friend@example.com")
    alone = example.call("GET", ACTIVITY).body
    fill(example.call("GET", "/apps/example").body["id"], 1, timedelta(0))

    assert ["friend@example.com", *["owner@example.com"] * 3] == [row["account"] for row in shared]
    assert ["owner@example.com", account] == [row["account"] for row in alone[:2]]
    assert "account" == example.call("GET", ACTIVITY).body[0]["account"]


def test_activity_outlives_the_app(example: Api) -> None:
    """What happened to an app that was removed is kept as long as anything else."""
    app_id = example.call("GET", "/apps/example").body["id"]
    before = datetime.now(timezone.utc) + timedelta(days=KEPT_DAYS)
    example.call("DELETE", "/apps/example")
    items = list(stores.record().query(f"ACTIVITY#{app_id}"))

    assert ["app.destroy", "addon.deprovision"] == [
        each.action for each in wiring.activities().page(app_id, None, 2)[0]
    ]
    assert 4 == len(items)
    assert all(abs(item["ttl"] - before.timestamp()) < 600 for item in items)
