"""Removing an app with all that belongs to it."""

from __future__ import annotations

import pytest

from chalicelib.errors import Conflict, Invalid, NotFound
from tests.authority import LeafCert
from tests.unit.service.conftest import OTHER, House


def test_everything_goes(house: House, leaf: LeafCert) -> None:
    """Its name and its domains are free; nothing of its own is in the account's list."""
    endpoint, _ = house.served(leaf)
    app = house.apps.find(house.caller(), "example", "write").app
    house.domains.add(house.caller(), house.whole(app), "www.example.com")
    house.removal.remove(house.caller(), house.whole(app))

    assert [] == list(house.apps.records_of_caller(house.caller()))
    assert [] == list(house.record.owned_by(app.account_id))
    house.domains.add(house.caller(OTHER), house.whole(house.app("example", OTHER)), "www.example.com")
    with pytest.raises(LookupError):
        house.endpoint_items.version(endpoint.app_id, 1)


def test_interrupted_removal_goes_on(house: House, leaf: LeafCert) -> None:
    """Wherever it stopped: the same call finds what is left, and its key is spent with the last step."""
    house.served(leaf)
    app = house.apps.find(house.caller(), "example", "write").app
    seen = house.whole(app)
    assert seen.endpoint is not None
    house.endpoints.remove(house.caller(), seen.endpoint)
    with pytest.raises(Conflict):
        house.removal.remove(house.caller(once="k"), seen)
    house.removal.remove(house.caller(once="k"), house.whole(app))

    with pytest.raises(Conflict, match="not kept"):
        house.idempotency.answer(house.caller(once="k"))


def test_app_that_got_something_meanwhile_stays(house: House) -> None:
    """What was added after it was looked at is not lost."""
    app = house.app()
    seen = house.whole(app)
    house.apps.change(house.caller(), app, {"origin": "127.0.0.1:1"})
    with pytest.raises((Conflict, Invalid, NotFound)):
        house.removal.remove(house.caller(), seen)

    assert "127.0.0.1:1" == house.whole(app).app.origin
