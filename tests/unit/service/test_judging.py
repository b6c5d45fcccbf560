"""What is served is judged by the roots of today."""

from __future__ import annotations

import pytest

from chalicelib.errors import Unavailable
from chalicelib.service.judging import ATTEMPTS, Judging
from chalicelib.x509 import trust
from chalicelib.x509.anchors import Anchors
from chalicelib.x509.certificate import Certificate
from tests.authority import CA, LeafCert
from tests.unit.service.conftest import OWN, OWNER, ROOT, House, upload

OTHER_ROOT = CA("Another Root")


def judging(house: House, *roots: CA) -> Judging:
    """Return what judges by these roots."""
    return Judging(
        verdicts=house.verdicts,
        endpoints=house.endpoint_items,
        apps=house.app_items,
        activities=house.activities,
        notices=house.notices,
        anchors=Anchors([Certificate(root.certificate) for root in roots]),
        app_zone=OWN.app_zone,
        now=house.clock,
    )


def test_root_that_is_dropped_is_told_once(house: House, leaf: LeafCert) -> None:
    """The verdict is another one everywhere, and the app's people hear of it."""
    endpoint, _ = house.served(leaf)
    dropped = judging(house, OTHER_ROOT)

    assert [{"judged": 1}, {"judged": 0}] == [dropped.run() for _ in range(2)]
    assert trust.digest(dropped.anchors) == house.verdicts.given_by()
    record = house.app_items.record(endpoint.app_id)
    assert record is not None
    assert record.serving is not None
    assert not record.serving.verdict.trusted
    assert not house.endpoints.active(endpoint).verdict.trusted
    house.outbox.deliver_due()
    assert [OWNER] == [channel.target for channel, _ in house.letters.arrived]
    assert "certificate.judged" in house.actions(record.app)


def test_root_that_comes_back_is_no_news(house: House, leaf: LeafCert) -> None:
    """The verdict is better, and nobody has to do anything."""
    endpoint, _ = house.served(leaf)
    judging(house, OTHER_ROOT).run()
    house.clock.tick()
    told = len(house.delivery_items.of(endpoint.app_id))

    assert {"judged": 1} == judging(house, ROOT).run()
    assert house.endpoints.active(endpoint).verdict.trusted
    assert told == len(house.delivery_items.of(endpoint.app_id))


def test_version_to_go_back_to_is_judged_silently(house: House, leaf: LeafCert) -> None:
    """It is not served: nobody is told."""
    endpoint, _ = house.served(leaf)
    issued = OTHER_ROOT.issue_cert("www.example.com")
    after, _ = house.certificates.update(house.caller(), endpoint, None, upload(issued))

    assert {"judged": 2} == judging(house, OTHER_ROOT).run()
    assert [True, False] == [each.verdict.trusted for each in house.endpoints.versions(after)]
    assert [] == house.delivery_items.of(endpoint.app_id)


def test_change_meanwhile_is_not_overwritten(
    house: House, leaf: LeafCert, newer: LeafCert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is served by then is judged instead."""
    endpoint, _ = house.served(leaf)
    house.certificates.update(house.caller(), endpoint, None, upload(newer))
    monkeypatch.setattr(house.verdicts, "endpoints", lambda: iter([endpoint]))
    judging(house, OTHER_ROOT).run()

    assert [False, False] == [each.verdict.trusted for each in house.endpoints.versions(endpoint)]


def test_one_that_fails_keeps_no_other_from_it(
    house: House, leaf: LeafCert, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The run fails, and the next one does what is left."""
    broken, _ = house.served(leaf)
    other, _ = house.certificates.add(house.caller(), house.with_addon("other"), upload(leaf))
    version = house.endpoint_items.version

    def read(endpoint_id: str, number: int) -> object:
        return version(endpoint_id, number) if endpoint_id != broken.id else 1 / 0

    with monkeypatch.context() as breaking:
        breaking.setattr(house.endpoint_items, "version", read)
        with pytest.raises(Unavailable, match="1 endpoints could not be judged"):
            judging(house, OTHER_ROOT).run()
    assert not house.endpoints.active(other).verdict.trusted
    assert house.endpoints.active(broken).verdict.trusted

    assert {"judged": 1} == judging(house, OTHER_ROOT).run()
    assert not house.endpoints.active(broken).verdict.trusted
    assert "ZeroDivisionError" in caplog.text


def test_endpoint_that_never_rests_is_left_for_the_next_run(
    house: House, leaf: LeafCert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some attempts."""
    endpoint, _ = house.served(leaf)
    tried, version = [], house.endpoint_items.version

    def restless(endpoint_id: str, number: int) -> object:
        found = version(endpoint_id, number)
        tried.append(number)
        current = house.apps.find(house.caller(), "example", "write").need_endpoint(endpoint.id)
        house.certificates.update(house.caller(), current, found, upload(ROOT.issue_cert("www.example.com")))
        return found

    monkeypatch.setattr(house.verdicts, "endpoints", lambda: iter([endpoint]))
    monkeypatch.setattr(house.endpoint_items, "version", restless)
    with pytest.raises(Unavailable):
        judging(house, OTHER_ROOT).run()

    assert len(tried) <= 2 * ATTEMPTS
    assert "" == house.verdicts.given_by()
