"""Traffic, and surges that are announced."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.errors import Invalid, NotFound
from chalicelib.model.surge import MOST_SURGES
from chalicelib.model.traffic import Batch, hour
from tests.unit.service.conftest import OWN, OWNER, House

HOUR = timedelta(hours=1)


def moment(house: House, ahead: timedelta) -> str:
    """Return a time from now on as a user writes it."""
    return f"{house.clock() + ahead:%Y-%m-%dT%H:%M:%SZ}"


def test_operator_hears_of_a_surge_and_of_its_end(house: House) -> None:
    """With the owner's address; a second withdrawal finds nothing."""
    record = house.whole(house.app())
    surge = house.traffic.announce(house.caller(), record, moment(house, 48 * HOUR), 400, "The sale")
    assert [surge] == house.traffic.announced(record)
    assert surge == house.traffic.withdraw(house.caller(), record, surge.id)
    house.outbox.deliver_due()

    assert [OWN.operator] * 2 == [channel.target for channel, _ in house.letters.arrived]
    assert {False, True} == {message.notice.facts["withdrawn"] for _, message in house.letters.arrived}
    assert all(OWNER in message.text for _, message in house.letters.arrived)
    with pytest.raises(NotFound):
        house.traffic.withdraw(house.caller(), record, surge.id)
    assert ["app.create", "surge.announce", "surge.withdraw"] == house.actions(record.app)


def test_surge_that_is_over_is_withdrawn_silently(house: House) -> None:
    """Nobody has to get ready for it any more."""
    record = house.whole(house.app())
    surge = house.traffic.announce(house.caller(), record, moment(house, HOUR), 1, None)
    house.clock.tick(HOUR)
    house.traffic.withdraw(house.caller(), record, surge.id)

    assert 1 == len(house.delivery_items.of(record.app.id))


@pytest.mark.parametrize(
    ("ahead", "note"), [(-HOUR, None), (timedelta(0), None), (HOUR, "a\nb"), (366 * 24 * HOUR, "")]
)
def test_unusable_surge_is_refused(house: House, ahead: timedelta, note: str | None) -> None:
    """Nothing is kept of it, and nobody is told."""
    record = house.whole(house.app())
    with pytest.raises(Invalid):
        house.traffic.announce(house.caller(), record, moment(house, ahead), 1, note)

    assert ([], []) == (house.traffic.announced(record), house.delivery_items.of(record.app.id))


def test_surges_have_a_limit(house: House) -> None:
    """One too many is refused."""
    record = house.whole(house.app())
    for minute in range(MOST_SURGES):
        house.traffic.announce(house.caller(), record, moment(house, HOUR + timedelta(minutes=minute)), 1, None)
    with pytest.raises(Invalid, match="at most"):
        house.traffic.announce(house.caller(), record, moment(house, HOUR), 1, None)


def test_app_that_is_gone_has_no_surge(house: House) -> None:
    """The transaction sees it."""
    record = house.whole(house.app())
    house.apps.remove(house.caller(), record)
    with pytest.raises(NotFound):
        house.traffic.announce(house.caller(), record, moment(house, HOUR), 1, None)


def test_last_hours_are_told(house: House) -> None:
    """What edges counted since, and nothing older."""
    record = house.whole(house.app())
    for number, ago in enumerate((timedelta(0), 3 * HOUR)):
        counts = {f"r{(house.clock() - ago).minute:02d}": 5}
        house.traffic_items.add("e-1", Batch(record.app.id, hour(house.clock() - ago), number, counts))
    house.clock.tick(HOUR / 2)
    last, more = (house.traffic.of_app(record, hours) for hours in (1, 24))

    assert (1, 2) == (len(last.minutes), len(more.minutes))
    assert house.clock() == last.until == last.since + HOUR
    assert last.peak is not None
