"""What nobody needs any more."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.service.clearing import KEPT, SETTLED, ItemClearing, SealedVersionClearing
from tests.authority import LeafCert
from tests.unit.service.conftest import House

MOMENT = timedelta(microseconds=1)


def sealed(house: House) -> int:
    """Return how many sealed versions there are."""
    return sum(len(page) for page in house.vault.pages())


def clear(house: House) -> int:
    """Clear sealed versions, and return how many went."""
    return SealedVersionClearing(house.vault, house.leftovers, house.clock).run()["sealed_versions"]


def test_what_is_served_or_was_stays(house: House, leaf: LeafCert) -> None:
    """For years."""
    house.served(leaf)
    house.clock.tick(3650 * SETTLED)

    assert (0, 1) == (clear(house), sealed(house))


def test_sealed_version_of_no_version_goes_when_it_has_settled(house: House, leaf: LeafCert) -> None:
    """An upload that is under way is left alone; beside versions that are right, too."""
    endpoint, _ = house.served(leaf)
    house.record.commit(house.vault.put("app", "orphan", "v", b"pem"))
    house.record.commit(house.vault.put(endpoint.app_id, endpoint.id, "never committed", b"pem"))
    house.clock.tick(SETTLED)
    assert 0 == clear(house)
    house.clock.tick(MOMENT)

    assert (2, 1, 0) == (clear(house), sealed(house), clear(house))


def test_keys_of_a_removed_endpoint_go_after_a_month(house: House, leaf: LeafCert) -> None:
    """Not sooner: edges may still serve them."""
    endpoint, _ = house.served(leaf)
    house.clock.tick()
    house.endpoints.remove(house.caller(), endpoint)
    house.clock.tick(KEPT)
    assert 0 == clear(house)
    house.clock.tick(MOMENT)

    assert (1, 0) == (clear(house), sealed(house))


def test_items_go_when_their_time_has_passed(house: House) -> None:
    """And no others; what came back meanwhile stays."""
    app = house.app()
    house.apps.create(house.caller(once="k"), "second", None, None)
    clearing = ItemClearing(house.leftovers, house.clock)
    assert {"items": 0} == clearing.run()
    house.clock.tick(timedelta(days=1, seconds=1))
    [stale] = house.leftovers.passed(house.clock())
    house.idempotency.keep(house.caller(once="k"), 201, {}, {})

    assert not house.leftovers.delete(stale)
    house.clock.tick(timedelta(days=1, seconds=1))
    assert [{"items": 1}, {"items": 0}] == [clearing.run() for _ in range(2)]
    assert app == house.whole(app).app
