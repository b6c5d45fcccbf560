"""The add-on: provision and deprovision."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from chalicelib.errors import Invalid, NotFound, Unavailable
from chalicelib.model.addon import PLAN
from tests.authority import LeafCert
from tests.unit.service.conftest import OWN, House


def test_addon_reserves_a_hostname(house: House) -> None:
    """In the default region the app gets a hostname below our zone, and its activity says so."""
    record = house.with_addon()

    assert record.addon is not None
    assert f"{record.addon.endpoint_name}.{OWN.zone}" == record.addon.hostname
    assert ["addon.provision", "app.create"] == house.actions(record.app)


def test_other_region_has_no_hostname_of_its_own(house: House) -> None:
    """Its target is the app's own domain."""
    app = house.apps.create(house.caller(), "far", "eu", None)

    assert None is house.addons.provision(house.caller(), app, "ssl").hostname


def test_unknown_plan_is_refused(house: House) -> None:
    """Nothing is provisioned."""
    app = house.app()
    with pytest.raises(Invalid, match="no plan"):
        house.addons.provision(house.caller(), app, "ssl:gold")

    assert None is house.whole(app).addon


def test_second_addon_is_refused(house: House) -> None:
    """Whoever races gets one add-on, not two."""
    record = house.with_addon()
    with pytest.raises(Invalid, match="already provisioned"):
        house.addons.provision(house.caller(), record.app, PLAN)


def test_app_that_is_gone_gets_none(house: House) -> None:
    """The transaction sees that the app was removed after it was found."""
    record = house.whole(house.app())
    house.apps.remove(house.caller(), record)
    with pytest.raises(NotFound):
        house.addons.provision(house.caller(), record.app, PLAN)


def test_hostname_of_somebody_else_is_passed_over(house: House) -> None:
    """Chance that names a hostname again has to try another one; it gives up after some."""
    first = replace(house.addons, random=Random(3)).provision(house.caller(), house.app("first"), PLAN)
    second = replace(house.addons, random=Random(3)).provision(house.caller(), house.app("second"), PLAN)
    stuck = replace(house.addons, random=Stuck(3))
    stuck.provision(house.caller(), house.app("third"), PLAN)

    assert first.hostname != second.hostname
    with pytest.raises(Unavailable, match="try again"):
        stuck.provision(house.caller(), house.app("fourth"), PLAN)


class Stuck(Random):
    """Chance that always says the same."""

    def random(self) -> float:
        """Return the same number."""
        return 0.5

    def getrandbits(self, k: int, /) -> int:
        """Return the same bits."""
        return 0


def test_addon_goes_once_and_not_while_it_is_used(house: House, leaf: LeafCert) -> None:
    """While a certificate is served it stays."""
    endpoint, _ = house.served(leaf)
    record = house.app_items.record(endpoint.app_id)
    assert record is not None
    assert record.addon is not None
    with pytest.raises(Invalid, match="while a certificate is there"):
        house.addons.deprovision(house.caller(), record.addon)
    house.endpoints.remove(house.caller(), endpoint)
    house.addons.deprovision(house.caller(), record.addon)

    assert None is house.whole(record.app).addon
    with pytest.raises(NotFound):
        house.addons.deprovision(house.caller(), record.addon)
