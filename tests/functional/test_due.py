"""What a sweep reads: what is due, however much is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib import stores
from chalicelib.model import times
from chalicelib.model.notice import Channel
from chalicelib.record import indexes
from chalicelib.record.endpoints import EndpointItems
from tests.authority import DAY, NOW
from tests.functional.conftest import Api, on
from tests.functional.sweeps import ENDING, FRESH, Clock, House, Letterbox, store
from tests.records import MOTO

DUE = 7
ACCOUNT = "account"


@contextmanager
def scanned() -> Iterator[dict[str, int]]:
    """Count what queries read: in the index, and in all."""
    counts = {"index": 0, "all": 0, "calls": 0}
    events, asked = stores.client("dynamodb").meta.events, []

    def before(params: dict[str, Any], **_: Any) -> None:
        asked.append("IndexName" in str(params.get("body")))

    def after(parsed: dict[str, Any], **_: Any) -> None:
        counts["calls"] += 1
        counts["all"] += parsed["ScannedCount"]
        counts["index"] += parsed["ScannedCount"] if asked.pop(0) else 0

    events.register("before-call.dynamodb.Query", before)
    events.register("after-call.dynamodb.Query", after)
    try:
        yield counts
    finally:
        events.unregister("before-call.dynamodb.Query", before)
        events.unregister("after-call.dynamodb.Query", after)


@on(MOTO)
def test_nothing_due_costs_a_look_a_shard(api: Api) -> None:
    """A sweep that finds nothing reads nothing."""
    store(ACCOUNT, 20, FRESH)
    with scanned() as counts:
        done = House(Clock(NOW), Letterbox()).sweep(NOW)

    assert {} == done
    assert {"index": 0, "all": 0, "calls": indexes.SHARDS} == counts


def test_work_is_spread_over_the_shards(api: Api) -> None:
    """A day on which everything ends is no single partition's."""
    store(ACCOUNT, 200, ENDING)
    found = Counter(item["due"] for item in stores.record().due(indexes.EXPIRY, times.text(NOW)))

    assert indexes.SHARDS == len(found)
    assert min(found.values()) > 200 / indexes.SHARDS / 2


def test_many_are_told_at_once(api: Api) -> None:
    """Two hundred due certificates of one account are each told once, several at a time."""
    store(ACCOUNT, 200, ENDING)
    stores.channels().create(Channel("c", ACCOUNT, None, "email", "many@example.com", NOW))
    house = House(Clock(NOW), Letterbox())
    first, second = house.sweep(), house.sweep()

    assert ({"told": 200}, {}) == (first, second)
    assert 200 == len(house.letters.ids) == len(set(house.letters.ids))


@on(MOTO)
def test_sweep_reads_what_is_due(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 10, 30 and 90 stored certificates seven are due: seven are read, and as much beside them."""
    monkeypatch.setattr("chalicelib.service.expiry.AT_ONCE", 1)
    store(ACCOUNT, DUE, ENDING)
    house, found, stored = House(Clock(NOW), Letterbox()), [], DUE
    for total in (10, 30, 90):
        store(ACCOUNT, total - stored, FRESH, stored)
        stored = total
        assert total == len(list(stores.endpoints().due(NOW + 150 * DAY)))
        with scanned() as counts:
            house.sweep(NOW)
        found.append(counts)
        _make_due_again()

    assert [DUE] * 3 == [counts["index"] for counts in found]
    assert 1 == len({(counts["all"], counts["calls"]) for counts in found})


def _make_due_again() -> None:
    """Undo what a sweep did to the heads."""
    repository: EndpointItems = stores.endpoints()
    for seen in list(repository.due(NOW + 30 * DAY)):
        if seen.version.leaf.fingerprint == ENDING.leaf.fingerprint:
            repository.look_again(seen, NOW)
