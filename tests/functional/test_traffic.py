"""Traffic and surges over the API."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib import stores, wiring
from chalicelib.errors import Unavailable
from chalicelib.model.traffic import Batch, hour
from chalicelib.record.conditions import Item
from chalicelib.record.contract import Record
from chalicelib.record.writes import Put
from tests.functional.conftest import Api, everything, on
from tests.functional.steps import noted
from tests.functional.test_calls import MOST, calls
from tests.records import MOTO

NOW = datetime(2026, 11, 24, 18, 30, 5, tzinfo=timezone.utc)
DAY = timedelta(days=1)
SURGE = {"at": "2026-12-01T06:00:00Z", "requests_per_second": 400, "note": "The sale begins"}


@pytest.fixture
def now(record: Record, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Return the moment at which the API looks."""
    made = replace(wiring.traffic(), now=lambda: NOW)
    monkeypatch.setattr(wiring, "traffic", lambda: made)
    return NOW


@pytest.fixture
def operator(now: datetime, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of whoever runs the service."""
    address = "operator@example.com"
    made = replace(wiring.traffic(), notices=replace(wiring.notices(), operator_target=address))
    monkeypatch.setattr(wiring, "traffic", lambda: made)
    return address


def app_id(api: Api) -> str:
    """Return the id of the app `example`."""
    return str(api.call("GET", "/apps/example").body["id"])


def count(api: Api, at: datetime, number: int = 1, edge: str = "e-1", **counts: int) -> None:
    """Add an edge's counts to the hour of a moment."""
    stores.traffic().add(edge, Batch(app_id(api), hour(at), number, counts))


def items(prefix: str) -> list[Item]:
    """Return the stored items of some partitions."""
    return [item for item in everything() if item["PK"].startswith(prefix)]


def events(api: Api, action: str) -> list[Any]:
    """Return what the app's activity has of one kind."""
    return [each for each in api.call("GET", "/apps/example/activity").body if each["action"] == action]


def test_without_traffic_there_is_none(example: Api, now: datetime) -> None:
    """An empty series, and both thresholds not crossed."""
    [app] = example.call("GET", "/apps").body
    shown = example.call("GET", "/apps/example/traffic").body

    assert {"id": app["id"], "name": "example"} == shown["app"]
    assert ("2026-11-23T18:30:05Z", "2026-11-24T18:30:05Z") == (shown["since"], shown["until"])
    assert ([], None, None) == (shown["series"], shown["peak"], shown["last"])
    assert [("rate", False, None), ("doubling", False, None)] == [
        (each["code"], each["crossed"], each["at"]) for each in shown["thresholds"]
    ]


def test_edges_add_up(example: Api, now: datetime) -> None:
    """What several edges counted, in one series with its peak, its last minute and its thresholds."""
    count(example, now, edge="e-1", r00=600, r03=9000, h03=5)
    count(example, now, edge="e-2", r03=3000, r29=60)
    count(example, now - timedelta(hours=1), edge="e-2", h59=1)
    shown = example.call("GET", "/apps/example/traffic").body
    peak = {"at": "2026-11-24T18:03:00Z", "requests": 12000, "handshakes": 5, "requests_per_second": 200.0}

    assert [(17, 59), (18, 0), (18, 3), (18, 29)] == [
        (int(each["at"][11:13]), int(each["at"][14:16])) for each in shown["series"]
    ]
    assert [0, 600, 12000, 60] == [each["requests"] for each in shown["series"]]
    assert peak == shown["peak"] == shown["series"][2]
    assert shown["last"] == shown["series"][3]
    assert [peak["at"]] * 2 == [each["at"] for each in shown["thresholds"]]
    assert "200 at 2026-11-24 18:03 UTC" in shown["thresholds"][0]["sentence"]


def test_a_batch_counts_once(example: Api, now: datetime) -> None:
    """Whoever repeats a call whose answer was lost changes nothing; numbers of other edges are their own."""
    for number in (7, 7, 6, 8):
        count(example, now, number, r00=10)
    count(example, now, 1, edge="e-2", r00=1)

    assert 21 == example.call("GET", "/apps/example/traffic").body["last"]["requests"]


@on(MOTO)
def test_a_call_that_botocore_repeats_counts_once(example: Api, now: datetime) -> None:
    """A lost answer makes the client send again by itself."""
    events = stores.client("dynamodb").meta.events
    sent: list[None] = []

    def lose_the_first_answer(**_: Any) -> None:
        sent.append(None)
        if len(sent) == 1:
            raise ReadTimeoutError(endpoint_url="nowhere")

    events.register("response-received.dynamodb.UpdateItem", lose_the_first_answer)
    try:
        with pytest.raises(Unavailable):
            count(example, now, 1, r00=10)
        count(example, now, 1, r00=10)
    finally:
        events.unregister("response-received.dynamodb.UpdateItem", lose_the_first_answer)

    assert 10 == example.call("GET", "/apps/example/traffic").body["last"]["requests"]


def test_counts_are_kept_for_14_days(example: Api, now: datetime) -> None:
    """One item an app and hour, deleted 14 days after it, with an attribute a minute."""
    count(example, now, r00=1, h00=2)
    [item] = items("TRAFFIC#")
    end = datetime(2026, 11, 24, 19, tzinfo=timezone.utc)

    assert (f"TRAFFIC#{app_id(example)}", "2026-11-24T18") == (item["PK"], item["SK"])
    assert (1, 2) == (item["r00"], item["h00"])
    assert int((end + 14 * DAY).timestamp()) == item["ttl"]


@pytest.mark.parametrize(("hours", "seen"), [("1", 1), ("24", 2), ("25", 3), ("336", 4)])
def test_hours_say_how_far_back(example: Api, now: datetime, hours: str, seen: int) -> None:
    """To the minute; a whole fortnight is one look."""
    for back in (0, 23, 24, 335):
        count(example, now - timedelta(hours=back), r29=1)
    path = f"/apps/example/traffic?hours={hours}"

    assert seen == len(example.call("GET", path).body["series"])
    with noted() as steps:
        example.call("GET", path)
    assert ["get", "query", "query"] == steps.names  # token, app, hours


@pytest.mark.parametrize("hours", ["", "0", "337", "-1", "1.5", "ten", "٣", "9" * 400, "1e2"])
def test_odd_hours_are_refused(example: Api, hours: str) -> None:
    """With the limits in the sentence."""
    refused = example.call("GET", f"/apps/example/traffic?hours={hours}")

    assert (422, "invalid_params") == (refused.status, refused.body["id"])
    assert "from 1 to 336" in refused.body["message"]


def test_the_longest_series_is_an_answer(example: Api, now: datetime) -> None:
    """Every minute of a fortnight stays far below what API Gateway passes."""
    counts = {f"{kind}{minute:02}": 100000 for kind in "rh" for minute in range(60)}
    partition = f"TRAFFIC#{app_id(example)}"
    for back in range(337):
        item = {"PK": partition, "SK": hour(now - timedelta(hours=back)), **counts}
        stores.record().commit([Put(item)])
    shown = example.call("GET", "/apps/example/traffic?hours=336").body

    assert 336 * 60 == len([each for each in shown["series"] if each["at"] <= shown["until"]])
    assert len(json.dumps(shown)) < 3_000_000


def test_a_surge_is_announced(example: Api, now: datetime) -> None:
    """It is stored, listed, in the activity, and gone 90 days after it was to come."""
    made = example.call("POST", "/apps/example/surges", SURGE)
    [listed] = example.call("GET", "/apps/example/surges").body
    [event] = events(example, "surge.announce")
    [item] = items("SURGES#")
    at = datetime(2026, 12, 1, 6, tzinfo=timezone.utc)

    assert 201 == made.status
    assert made.body == listed
    assert SURGE == {name: made.body[name] for name in SURGE}
    assert (False, "Thank you: that is at least 1 day ahead.") == (listed["short_notice"], listed["sentence"])
    assert "400 requests a second at 2026-12-01T06:00:00Z" == event["detail"]
    assert int((at + 90 * DAY).timestamp()) == item["ttl"]
    assert [] == items("DELIVERIES#")  # nobody runs this service


def test_short_notice_is_said(example: Api, now: datetime) -> None:
    """The article asks for a day."""
    made = example.call("POST", "/apps/example/surges", {**SURGE, "at": "2026-11-25T18:30:04Z"}).body

    assert made["short_notice"]
    assert "less than 1 day ahead" in made["sentence"]


def test_whoever_runs_the_service_is_told(example: Api, operator: str) -> None:
    """In the same transaction, with all that is needed to prepare for it."""
    [addon] = example.call("GET", "/apps/example/addons").body
    made = example.call("POST", "/apps/example/surges", SURGE)
    [delivery] = wiring.notices().deliveries.of(app_id(example))

    assert 201 == made.status
    assert operator == delivery.channel.target
    assert ("surge", NOW, NOW) == (delivery.notice.kind, delivery.notice.at, delivery.due_at)
    assert {
        "app": "example",
        "hostname": addon["hostname"],
        "at": SURGE["at"],
        "requests_per_second": 400,
        "account": "owner@example.com",
        "note": SURGE.get("note", ""),
        "withdrawn": False,
    } == delivery.notice.facts


def test_whoever_runs_the_service_is_told_of_a_surge_that_is_off(example: Api, operator: str) -> None:
    """Nobody prepares for what was taken back; one that is over is not told of."""
    made = example.call("POST", "/apps/example/surges", SURGE).body
    removed = example.call("DELETE", f"/apps/example/surges/{made['id']}")
    told = [each.notice.facts["withdrawn"] for each in wiring.notices().deliveries.of(app_id(example))]

    assert 200 == removed.status
    assert [False, True] == sorted(told)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"at": "2026-12-01T06:00:00Z"},
        {"requests_per_second": 400},
        {**SURGE, "at": "tomorrow"},
        {**SURGE, "at": "2026-11-24T18:30:05Z"},
        {**SURGE, "at": "2027-11-24T18:30:06Z"},
        {**SURGE, "at": "2026-12-01T06:00:00+02:00"},
        {**SURGE, "at": 1795544915},
        {**SURGE, "requests_per_second": 0},
        {**SURGE, "requests_per_second": 1_000_001},
        {**SURGE, "requests_per_second": 1.5},
        {**SURGE, "requests_per_second": True},
        {**SURGE, "note": "x" * 501},
        {**SURGE, "note": ["x"]},
        {**SURGE, "note": "a\nb"},
    ],
)
def test_an_odd_announcement_is_refused(example: Api, now: datetime, wrong: dict[str, Any]) -> None:
    """And not stored."""
    refused = example.call("POST", "/apps/example/surges", wrong)

    assert (422, "invalid_params") == (refused.status, refused.body["id"])
    assert [] == example.call("GET", "/apps/example/surges").body


def test_surges_come_in_order_and_can_be_taken_back(example: Api, now: datetime) -> None:
    """By id, once; another app's is not found."""
    for at in ("2026-12-03T06:00:00Z", "2026-12-01T06:00:00Z", "2026-12-02T06:00:00Z"):
        example.call("POST", "/apps/example/surges", {**SURGE, "at": at})
    listed = example.call("GET", "/apps/example/surges").body
    gone = listed[1]["id"]
    example.call("POST", "/apps", {"name": "other"})
    elsewhere = example.call("DELETE", f"/apps/other/surges/{gone}")
    removed = example.call("DELETE", f"/apps/example/surges/{gone}")

    assert ["01", "02", "03"] == [each["at"][8:10] for each in listed]
    assert (404, "surge") == (elsewhere.status, elsewhere.body["resource"])
    assert (200, listed[1]) == (removed.status, removed.body)
    assert 404 == example.call("DELETE", f"/apps/example/surges/{gone}").status
    assert [listed[0], listed[2]] == example.call("GET", "/apps/example/surges").body
    assert 1 == len(events(example, "surge.withdraw"))


def test_an_announcement_may_be_repeated(example: Api, now: datetime) -> None:
    """With an Idempotency-Key it happens once."""
    once = {"Idempotency-Key": "once"}
    first, second = (example.call("POST", "/apps/example/surges", SURGE, **once) for _ in range(2))

    assert (201, first.body) == (second.status, second.body)
    assert [first.body] == example.call("GET", "/apps/example/surges").body


def test_announcements_have_a_limit(example: Api, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of an app too many is refused."""
    monkeypatch.setattr("chalicelib.service.traffic.MOST_SURGES", 2)
    statuses = [example.call("POST", "/apps/example/surges", SURGE).status for _ in range(3)]

    assert [201, 201, 422] == statuses


@on(MOTO)
def test_surges_are_cheap(example: Api, now: datetime) -> None:
    """Three calls at most, of which one is the transaction."""
    made = calls(example, "POST", "/apps/example/surges", SURGE)
    [surge] = example.call("GET", "/apps/example/surges").body
    removed = calls(example, "DELETE", f"/apps/example/surges/{surge['id']}")

    assert MOST >= max(len(made), len(removed))
    assert ["TransactWriteItems"] == [made[-1]] == [removed[-1]]
