"""GET /health: true, cheap, and silent about what is nobody's business."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from chalicelib import jobs, stores, wiring
from chalicelib.errors import Unavailable
from chalicelib.model.edge import Report
from chalicelib.record.contract import Record
from chalicelib.service.health import FRESH, STALE
from tests.functional.conftest import Api, on
from tests.records import MOTO

MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = datetime.now(timezone.utc)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(record: Record, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Return the clock by which health is looked at, by a process that has not looked yet."""
    clock = Clock()
    made = (jobs.health, wiring.edges, jobs.schedules, jobs.reconcile)
    for each in made:
        each.cache_clear()
    monkeypatch.setattr(wiring, "now", clock)
    yield clock
    for each in made:
        each.cache_clear()


def look(nobody: Api) -> tuple[int, Any]:
    """Return the status and the body of an answer to whoever asks."""
    answer = nobody.call("GET", "/health")
    return answer.status, answer.body


@contextmanager
def calls_to(*services: str) -> Iterator[list[str]]:
    """Collect the names of the calls to AWS."""
    made: list[str] = []

    def note(model: Any, **_: Any) -> None:
        made.append(model.name)

    for service in services:
        stores.client(service).meta.events.register(f"before-call.{service}", note)
    try:
        yield made
    finally:
        for service in services:
            stores.client(service).meta.events.unregister(f"before-call.{service}", note)


def test_fresh_start_is_well(nobody: Api, clock: Clock) -> None:
    """What never ran is not late yet, and there may be no edge: load balancers wait for this 200."""
    status, body = look(nobody)

    assert (200, "up", "up", "up") == (status, body["status"], body["store"], body["key"])
    assert {"edges": 0, "lag_seconds": None, "silent": 0} == body["edge"]
    assert set(jobs.schedules().jobs) == set(body["schedules"])
    assert "reconcile" in body["schedules"]
    assert [{"last": None, "late": False}] * len(body["schedules"]) == list(body["schedules"].values())


def test_late_schedule_is_told(nobody: Api, clock: Clock) -> None:
    """Late is what has not ended well for twice its interval, be it that it never ran; it is no outage."""
    began = clock.now
    every = jobs.schedules().jobs["reconcile"].every
    clock.now = began + 2 * every + MINUTE
    never = look(nobody)
    jobs.schedules().run("reconcile")
    clock.now += FRESH
    ran = look(nobody)
    clock.now += 2 * every
    again = look(nobody)

    assert [(200, True), (200, False), (200, True)] == [
        (status, body["schedules"]["reconcile"]["late"]) for status, body in (never, ran, again)
    ]
    assert (None, "degraded") == (never[1]["schedules"]["reconcile"]["last"], never[1]["status"])
    assert f"{began + 2 * every + MINUTE:%Y-%m-%dT%H:%M:%SZ}" == again[1]["schedules"]["reconcile"]["last"]


def test_edges_are_told_in_numbers(example: Api, nobody: Api, clock: Clock) -> None:
    """The lag of the slowest edge, and how many are silent."""
    newest = stores.feed().newest()
    stores.edges().keep(Report("i-0123456789", newest, 0, clock.now - 5 * MINUTE))
    stores.edges().keep(Report("i-9876543210", "", 0, clock.now))
    status, body = look(nobody)

    assert (200, "degraded") == (status, body["status"])
    assert (2, 1) == (body["edge"]["edges"], body["edge"]["silent"])
    assert 0 <= body["edge"]["lag_seconds"] < 60


@on(MOTO)
def test_key_that_is_disabled_is_down(nobody: Api, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """Without the key no certificate can be stored or opened: 503, and the log says why."""
    key_id = wiring.settings().key_id.rpartition("/")[2]
    stores.client("kms").disable_key(KeyId=key_id)
    try:
        disabled = look(nobody)
    finally:
        stores.client("kms").enable_key(KeyId=key_id)
    clock.now += FRESH
    status, body = disabled

    assert (503, "down", "up", "down") == (status, body["status"], body["store"], body["key"])
    assert "Disabled" in caplog.text
    assert 200 == look(nobody)[0]


@on(MOTO)
def test_store_that_does_not_answer_is_down(
    nobody: Api, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """503 in the same shape, without a word of what AWS said."""
    monkeypatch.setattr(stores.record(), "_name", "arn:aws:dynamodb:us-east-1:123456789012:table/missing")
    status, body = look(nobody)

    assert (503, "down", "down", "up") == (status, body["status"], body["store"], body["key"])
    assert {"edges": 0, "lag_seconds": None, "silent": 0} == body["edge"]
    assert {"last": None, "late": False} == body["schedules"]["reconcile"]
    assert "123456789012" not in json.dumps(body)


def test_nothing_leaks(example: Api, nobody: Api, clock: Clock) -> None:
    """Neither resources nor edges nor accounts are named."""
    stores.edges().keep(Report("i-0123456789", "", 0, clock.now))
    said, ours = json.dumps(look(nobody)[1]), wiring.settings()
    names_of_resources = [name for name in (ours.record, ours.table, ours.bucket, ours.key_id) if name]

    assert not [
        name for name in (*names_of_resources, "arn:", "i-0123456789", "owner@example.com") if name in said
    ]


@on(MOTO)
def test_flood_costs_nothing(nobody: Api, clock: Clock) -> None:
    """Within some seconds one look is enough for however many ask, good news or bad."""
    with calls_to("dynamodb", "kms") as made:
        look(nobody)
        once = list(made)
        for _ in range(50):
            look(nobody)
        flood = len(made) - len(once)
        clock.now += FRESH
        look(nobody)

    assert ["DescribeKey", "Query", "DescribeTable"] == once[:3]
    assert len(once) <= 6
    assert 0 == flood
    assert [*once, *(call for call in once if call != "DescribeTable")] == made


@pytest.fixture
def hanging(clock: Clock, nobody: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let the store hang after one good look; return what lets it go on."""
    look(nobody)
    goes_on, runs = threading.Event(), jobs.health().runs

    def hang() -> Any:
        goes_on.wait(20)
        raise Unavailable("The database does not answer; try again in a moment.")

    monkeypatch.setattr(runs, "last", hang)
    monkeypatch.setattr("chalicelib.service.health.PATIENCE", 0.05)
    yield goes_on
    goes_on.set()
    assert jobs.health().looking.acquire(timeout=20)  # the look that was waited for is over
    jobs.health().looking.release()


def test_hanging_store_keeps_nobody_waiting(nobody: Api, clock: Clock, hanging: threading.Event) -> None:
    """Whoever looks, and who comes meanwhile, is told what was found before, until that is too old to be true."""
    clock.now += FRESH
    first, meanwhile = look(nobody), look(nobody)
    clock.now += STALE
    at_last = look(nobody)

    assert [(200, "up"), (200, "up"), (503, "down")] == [
        (status, body["status"]) for status, body in (first, meanwhile, at_last)
    ]


def test_first_look_is_not_waited_for_either(nobody: Api, clock: Clock, hanging: threading.Event) -> None:
    """Where nothing is known, a store that hangs is down, and one look goes on in spite of many who ask."""
    clock.now += STALE
    before = threading.active_count()
    answers = [look(nobody)[0] for _ in range(5)]

    assert [503] * 5 == answers
    assert before + 1 == threading.active_count()


def test_fault_in_a_look_is_down(
    nobody: Api, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody thought of is in the log, and the next look is made all the same."""
    with monkeypatch.context() as patched:
        patched.setattr(jobs.health().runs, "last", lambda: 1 / 0)
        status, body = look(nobody)

    assert (503, "down") == (status, body["status"])
    assert "ZeroDivisionError" in caplog.text
    assert 200 == look(nobody)[0]
