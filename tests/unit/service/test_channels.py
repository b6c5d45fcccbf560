"""Channels: add, remove, try."""

from __future__ import annotations

import pytest

from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.model.notice import MOST_CHANNELS
from tests.unit.service.conftest import OTHER, House

HOOK = ("webhook", "https://hooks.example.com/secret")


def test_channel_of_an_app_is_told_in_its_activity(house: House) -> None:
    """Without the URL's path, which is a secret."""
    app = house.app()
    made = house.channels.add_to_app(house.caller(), house.whole(app), *HOOK)
    house.channels.remove_from_app(house.caller(), app, made)
    page, _ = house.activities.page(app.id, None, 10)

    assert () == house.whole(app).channels
    assert {"webhook https://hooks.example.com/…"} == {
        each.detail for each in page if each.action.startswith("channel.")
    }


@pytest.mark.parametrize(("kind", "target", "signed"), [(*HOOK, True), ("slack", HOOK[1], False)])
def test_signed_ways_have_a_secret(house: House, kind: str, target: str, signed: bool) -> None:
    """The others have none."""
    made = house.channels.add_to_account(house.caller(), kind, target)

    assert signed == made.secret.startswith("whsec_")
    assert made == house.channels.need_of_account(house.caller(), made.id)


@pytest.mark.parametrize(("kind", "target"), [("pigeon", "1"), ("email", "me"), ("slack", "http://example.com/")])
def test_unusable_channel_is_refused(house: House, kind: str, target: str) -> None:
    """Nothing is kept of it."""
    record = house.whole(house.app())
    with pytest.raises(Invalid):
        house.channels.add_to_app(house.caller(), record, kind, target)

    assert () == house.whole(record.app).channels


def test_same_place_and_one_too_many_are_refused(house: House) -> None:
    """An app has so many; written otherwise the same address is the same."""
    app = house.app()
    for number in range(MOST_CHANNELS):
        house.channels.add_to_app(house.caller(), house.whole(app), "email", f"{number}@example.com")
    with pytest.raises(Invalid, match="there already"):
        house.channels.add_to_app(house.caller(), house.whole(app), "email", " 0@EXAMPLE.com ")
    with pytest.raises(Invalid, match="remove one first"):
        house.channels.add_to_app(house.caller(), house.whole(app), "email", OTHER)


def test_app_that_is_gone_gets_no_channel(house: House) -> None:
    """The transaction sees that it was removed after it was found."""
    record = house.whole(house.app())
    house.apps.remove(house.caller(), record)
    with pytest.raises(NotFound):
        house.channels.add_to_app(house.caller(), record, *HOOK)


def test_channel_goes_once(house: House) -> None:
    """A second removal finds nothing, nor does another account."""
    made = house.channels.add_to_account(house.caller(), *HOOK)
    with pytest.raises(NotFound):
        house.channels.need_of_account(house.caller(OTHER), made.id)
    house.channels.remove_from_account(house.caller(), made)
    with pytest.raises(NotFound):
        house.channels.remove_from_account(house.caller(), made)


def test_repetition_adds_no_second_channel(house: House) -> None:
    """The mark of the first request is committed with it."""
    house.channels.add_to_account(house.caller(once="k"), "email", "a@example.com")
    with pytest.raises(Conflict):
        house.channels.add_to_account(house.caller(once="k"), "email", "b@example.com")


def test_test_is_in_the_log_of_the_app_or_account(house: House) -> None:
    """And is sent once a key."""
    app = house.app()
    own = house.channels.add_to_app(house.caller(), house.whole(app), "email", OTHER)
    house.channels.test(house.caller(once="k"), own, app)
    house.channels.test(house.caller(), own, None)
    with pytest.raises(Conflict):
        house.channels.test(house.caller(once="k"), own, app)

    assert [1, 1] == [len(house.delivery_items.of(log)) for log in (app.id, app.account_id)]
    assert 2 == len(house.letters.arrived)


def test_failing_channels_of_app_and_account_are_told(house: House) -> None:
    """After a test that did not arrive."""
    app = house.app()
    own = house.channels.add_to_app(house.caller(), house.whole(app), "email", OTHER)
    assert [] == house.channels.failing(house.whole(app))
    house.letters.down = "No."
    for each in (own, *house.channels.of_account(app.account_id)):
        house.channels.test(house.caller(), each, app)

    assert ["No.", "No."] == [each.failing for each in house.channels.failing(house.whole(app))]
