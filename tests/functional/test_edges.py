"""How far edges are, as whoever watches over them sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib import stores, wiring
from chalicelib.model import times
from chalicelib.model.edge import Report
from chalicelib.record.contract import Record
from tests.functional.conftest import Api, everything

SECOND = timedelta(seconds=1)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Return the moment at which everybody looks: a minute from now."""
    moment = wiring.now() + timedelta(minutes=1)
    made = replace(wiring.edges(), now=lambda: moment)
    monkeypatch.setattr(wiring, "edges", lambda: made)
    return moment


def changes() -> list[str]:
    """Return when the record changed, oldest first."""
    return [entry.changed for entry in stores.feed().changes("")]


def test_an_empty_record_has_no_newest_change(record: Record, now: datetime) -> None:
    """An edge that follows nothing is not behind."""
    stores.edges().keep(Report("e-1", "", 0, now))
    [state] = wiring.edges().states()

    assert "" == stores.feed().newest()
    assert None is stores.feed().after("")
    assert timedelta(0) == state.lag


def test_lag_counts_from_the_oldest_change_that_is_missing(example: Api, now: datetime) -> None:
    """However long the record was quiet before it, and however much came after it."""
    example.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
    example.call("POST", "/apps/example/domains", {"hostname": "example.com"})
    first, second, newest = changes()
    long_ago = times.text(times.moment(first) - timedelta(days=30))
    reports = {"none": "", "old": long_ago, "one": first, "two": second, "whole": newest}
    for name, applied in reports.items():
        stores.edges().keep(Report(name, applied, 0, now))
    states = {state.edge_id: state.lag for state in wiring.edges().states()}
    waiting = [now - times.moment(change) for change in (first, second, newest)]

    assert newest == stores.feed().newest()
    assert {
        "none": waiting[0],
        "old": waiting[0],
        "one": waiting[1],
        "two": waiting[2],
        "whole": timedelta(0),
    } == states


def test_an_edge_that_ends_on_purpose_is_forgotten_at_once(record: Record, now: datetime) -> None:
    """Its report is taken back, and the others stay; that may be done twice."""
    reports = stores.edges()
    for edge in ("e-1", "e-2"):
        reports.keep(Report(edge, "", 0, now))
    for _ in range(2):
        reports.forget("e-1")

    assert ["e-2"] == [state.edge_id for state in wiring.edges().states()]


def test_an_edge_that_is_gone_is_forgotten(record: Record, now: datetime) -> None:
    """Only the last report counts, and after a day without one there is no edge, deleted already or not."""
    reports = stores.edges()
    for edge, silent in (("e-1", timedelta(days=1)), ("e-2", timedelta(hours=9)), ("e-2", 5 * SECOND)):
        reports.keep(Report(edge, "", 1, now - silent))
    [state] = wiring.edges().states()
    [item] = [item for item in everything() if "e-2" in str(item)]

    assert ("e-2", 5 * SECOND, 1) == (state.edge_id, state.silent_for, state.waiting)
    assert int((now - 5 * SECOND + timedelta(days=1)).timestamp()) == item["ttl"]
