"""How well the service is."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from chalicelib.errors import Unavailable
from chalicelib.service import health
from chalicelib.service.edges import Edges
from chalicelib.service.health import FRESH, STALE, HealthCheck
from tests.unit.service.conftest import House

DAY = timedelta(days=1)


def down(*_: object) -> None:
    """Do not answer."""
    raise Unavailable("The database does not answer.")


@pytest.fixture
def check(house: House) -> HealthCheck:
    """Return what watches over a service with one job a day, which just ran."""
    house.run_items.keep("job", house.clock(), {})
    edges = Edges(house.edge_items, house.feed, house.clock)
    return HealthCheck(house.run_items, house.vault, edges, {"job": DAY}, house.clock)


def test_all_is_well(check: HealthCheck) -> None:
    """The store, the key and the schedules."""
    assert "up" == check.look().status


def test_job_that_did_not_run_for_two_intervals_is_late(check: HealthCheck, house: House) -> None:
    """Not a moment sooner."""
    house.clock.tick(2 * DAY)
    assert "up" == check.look().status
    house.clock.tick(FRESH)

    assert "degraded" == check.look().status


def test_store_that_does_not_answer_is_down(
    check: HealthCheck, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is a key that opens nothing; each is told apart."""
    monkeypatch.setattr(house.run_items, "last", down)
    found = check.look()
    assert (False, True, "down") == (found.store, found.key, found.status)
    monkeypatch.undo()
    monkeypatch.setattr(house.vault, "probe", down)
    house.clock.tick(FRESH)

    assert (True, False) == ((found := check.look()).store, found.key)


def test_what_was_found_is_good_for_some_seconds(
    check: HealthCheck, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many ask, the store is asked once."""
    check.look()
    monkeypatch.setattr(house.run_items, "last", down)
    house.clock.tick(FRESH - timedelta(microseconds=1))
    assert "up" == check.look().status
    house.clock.tick(timedelta(microseconds=1))

    assert "down" == check.look().status


def test_who_looks_meanwhile_is_told_what_was_found_before(
    check: HealthCheck, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a look hangs nobody waits; when what is known is too old, all is said to be down."""
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    check.look()
    goes_on, last = threading.Event(), house.run_items.last

    def slow() -> object:
        assert goes_on.wait(20)
        return last()

    monkeypatch.setattr(house.run_items, "last", slow)
    house.clock.tick(FRESH)
    hanging, meanwhile = check.look(), check.look()
    house.clock.tick(STALE)
    later = check.look()
    goes_on.set()
    assert check.looking.acquire(timeout=20)
    check.looking.release()

    assert ["up", "up", "down"] == [each.status for each in (hanging, meanwhile, later)]


def test_look_that_breaks_does_not_block_the_next(
    check: HealthCheck, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody thought of is in the log, and the service is said to be down until somebody looks again."""
    with monkeypatch.context() as broken:
        broken.setattr(house.run_items, "last", lambda: 1 / 0)
        assert "down" == check.look().status

    assert "ZeroDivisionError" in caplog.text
    assert "up" == check.look().status
