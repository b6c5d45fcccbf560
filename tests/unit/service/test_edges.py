"""How far edges are."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.model import times
from chalicelib.model.edge import KEPT, Report
from chalicelib.service.edges import Edges
from tests.unit.service.conftest import House

MINUTE = timedelta(minutes=1)


def lags(house: House) -> dict[str, timedelta]:
    """Return how far behind each edge is."""
    return {each.edge_id: each.lag for each in Edges(house.edge_items, house.feed, house.clock).states()}


def test_edge_that_has_all_is_not_behind(house: House) -> None:
    """However long the record was quiet."""
    house.app()
    house.clock.tick(MINUTE)
    house.edge_items.keep(Report("e-1", house.feed.newest(), 0, house.clock()))

    assert {"e-1": timedelta(0)} == lags(house)


def test_edge_is_behind_since_the_first_change_that_it_lacks(house: House) -> None:
    """One that has nothing, since the first of all."""
    house.app("one")
    first = times.text(house.clock())
    house.clock.tick(MINUTE)
    house.app("two")
    house.clock.tick(MINUTE)
    for name, applied in (("none", ""), ("half", first), ("all", house.feed.newest())):
        house.edge_items.keep(Report(name, applied, 0, house.clock()))

    assert {"none": 2 * MINUTE, "half": MINUTE, "all": timedelta(0)} == lags(house)


def test_edge_that_was_silent_for_a_day_is_forgotten(house: House) -> None:
    """Until then it is told how long it has been silent."""
    house.edge_items.keep(Report("e-1", "", 0, house.clock()))
    house.clock.tick(KEPT - timedelta(microseconds=1))
    assert {"e-1"} == lags(house).keys()
    house.clock.tick(timedelta(microseconds=1))

    assert {} == lags(house)
