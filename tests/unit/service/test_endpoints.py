"""Endpoints that are there: versions, roll back, mute, remove."""

from __future__ import annotations

import pytest

from chalicelib.errors import Conflict, NoPreviousCertificate
from tests.authority import LeafCert
from tests.unit.service.conftest import House, upload


def test_previous_version_is_served_again(house: House, leaf: LeafCert, newer: LeafCert) -> None:
    """Once: then there is nothing to go back to."""
    first, _ = house.served(leaf)
    second, _ = house.certificates.update(house.caller(), first, None, upload(newer))
    after, version = house.endpoints.roll_back(house.caller(), second)

    assert (1, leaf.fingerprint) == (after.active, version.leaf.fingerprint)
    assert version == house.endpoints.active(after)
    assert [2, 1] == [each.number for each in house.endpoints.versions(after)]
    with pytest.raises(NoPreviousCertificate):
        house.endpoints.roll_back(house.caller(), after)


def test_of_two_that_roll_back_one_wins(house: House, leaf: LeafCert, newer: LeafCert) -> None:
    """The other one saw the endpoint as it was before."""
    first, _ = house.served(leaf)
    second, _ = house.certificates.update(house.caller(), first, None, upload(newer))
    house.endpoints.roll_back(house.caller(), second)
    with pytest.raises(Conflict):
        house.endpoints.roll_back(house.caller(), second)


def test_endpoint_is_muted_once(house: House, leaf: LeafCert) -> None:
    """What is so already is no change."""
    endpoint, _ = house.served(leaf)
    muted, _ = house.endpoints.mute(house.caller(), endpoint, muted=True)
    again, _ = house.endpoints.mute(house.caller(), muted, muted=True)
    heard, _ = house.endpoints.mute(house.caller(), again, muted=False)

    assert (True, muted, False) == (muted.muted, again, heard.muted)
    with pytest.raises(Conflict):
        house.endpoints.mute(house.caller(), endpoint, muted=True)


def test_removed_endpoint_is_gone(house: House, leaf: LeafCert) -> None:
    """What it served is returned; a second removal is refused, and the app can have a new one."""
    endpoint, version = house.served(leaf)

    assert version == house.endpoints.remove(house.caller(), endpoint)
    with pytest.raises(Conflict):
        house.endpoints.remove(house.caller(), endpoint)
    record = house.app_items.record(endpoint.app_id)
    assert record is not None
    assert None is record.endpoint
    again, _ = house.certificates.add(house.caller(), record, upload(leaf))
    assert (1, endpoint.name) == (again.active, again.name)
    assert again.id != endpoint.id
