"""What is served, judged anew when the roots that browsers trust are others than before."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from chalicelib import stores
from chalicelib.errors import Unavailable
from chalicelib.record.endpoints import EndpointItems, version_key
from chalicelib.record.notices import ChannelItems
from chalicelib.record.writes import Delete, Put
from chalicelib.x509.distrusted import DISTRUSTED
from tests.authority import CA, LeafCert, self_signed
from tests.functional import worlds
from tests.functional.conftest import Api, issue
from tests.functional.test_calls import upload
from tests.functional.worlds import DAY, GLOBALSIGN, World, channel, codes, deliveries, events, furnish, owner

world = worlds.world


def head(name: str) -> dict[str, Any]:
    """Return what of an app's endpoint edges and other writers look at."""
    app_id = stores.apps().id_of(name)
    item = stores.record().get(f"APP#{app_id}", "ENDPOINT")
    assert item is not None
    return {attribute: item[attribute] for attribute in ("ver", "changed", "active_id", "updated_at", "due_at")}


def test_root_that_is_dropped_is_told(api: Api, world: World) -> None:
    """What it vouched for is not trusted any more: in the endpoint, the list, the activity and a notice."""
    assert GLOBALSIGN in DISTRUSTED
    issued = issue(world.dropped.issue_ca("Lost"), "lost.example.com")
    app_id = furnish(api, "lost", issued)
    furnish(api, "kept", issue(world.stays.issue_ca("Kept"), "kept.example.com"))
    furnish(api, "staging", self_signed("staging.example.com"))
    ChannelItems(stores.record()).create(channel("one", app_id))
    ChannelItems(stores.record()).create(channel("two", None, owner(api)))
    before = {name: head(name) for name in ("lost", "kept", "staging")}
    assert {"sealed_versions": 0, "items": 0, "judged": 0} == world.sweep()
    world.trust(world.stays)

    assert 1 == world.sweep()["judged"]
    assert [["distrusted_root"], [], ["self_signed"]] == [codes(api, name) for name in before]
    [told] = events(api, "lost")
    assert ("reconcile", None) == (told["actor"], told["account"])
    assert f"v1, {issued.fingerprint}: trusted → distrusted_root" == told["detail"]
    assert [] == events(api, "kept") + events(api, "staging")
    assert {"webhook": 2, "email": 1} == Counter(each.channel.kind for each in deliveries(app_id))
    [(kind, facts)] = {each.notice.kind: each.notice.facts for each in deliveries(app_id)}.items()
    assert ("distrust", "lost") == (kind, facts["app"])
    assert api.call("GET", "/apps/lost/ssl-endpoints").body[0]["cname"] == facts["hostname"]
    assert [{"sentence", "remedy"}] == [set(reason) for reason in facts["reasons"]]
    assert before == {name: head(name) for name in before}


def test_root_that_comes_back_is_no_news(api: Api, world: World) -> None:
    """What is trusted again says so in the activity; nobody is woken for it."""
    app_id = furnish(api, "example", issue(world.dropped.issue_ca("I"), "a.example.com"))
    for roots in ((world.stays,), (world.stays, world.dropped), (world.stays,)):
        world.trust(*roots)
        world.sweep()

    assert ["distrusted_root"] == codes(api, "example")
    assert ["trusted", "distrusted_root", "trusted"] == [
        each["detail"].split(": ")[1].split(" →")[0] for each in events(api, "example")
    ]
    assert ["distrust"] * 2 == [each.notice.kind for each in deliveries(app_id)]


def test_same_roots_are_not_asked_twice(api: Api, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing has changed nothing is read."""
    furnish(api, "example", issue(world.stays.issue_ca("I"), "a.example.com"))
    world.sweep()
    monkeypatch.setattr(EndpointItems, "version", None)

    assert 0 == world.sweep()["judged"]


def test_version_to_go_back_to_is_judged_too(api: Api, world: World) -> None:
    """A roll-back finds the verdict of today; what is not served is no news."""
    app_id = furnish(
        api,
        "example",
        issue(world.dropped.issue_ca("Old"), "a.example.com"),
        issue(world.stays.issue_ca("New"), "a.example.com"),
    )
    ChannelItems(stores.record()).create(channel("one", app_id))
    world.trust(world.stays)
    world.sweep()
    served = codes(api, "example")
    name = api.call("GET", "/apps/example/ssl-endpoints").body[0]["name"]
    api.call("PATCH", f"/apps/example/ssl-endpoints/{name}", {"rollback": True})

    assert ([], ["distrusted_root"]) == (served, codes(api, "example"))
    assert ["v1"] == [each["detail"].split(",")[0] for each in events(api, "example")]
    assert [] == deliveries(app_id)


def test_what_was_left_out_still_counts(api: Api, world: World) -> None:
    """Reasons that stand on what was sent and not served are the same when they are judged later."""
    private = CA("Private Root")
    issued = issue(private.issue_ca("Private Intermediate"), "a.example.com")
    body = {**upload(issued), "certificate_chain": issued.chain_pem + private.pem}
    furnish(api, "example")
    api.call("POST", "/apps/example/ssl-endpoints", body)
    incomplete = issue(world.stays.issue_ca("Forgotten"), "b.example.com")
    furnish(api, "other", LeafCert(incomplete.certificate, incomplete.key))
    before = codes(api, "example"), codes(api, "other")
    world.trust(world.stays)
    counted = world.sweep()

    assert (["untrusted_root"], ["missing_intermediate"]) == before
    assert before == (codes(api, "example"), codes(api, "other"))
    assert 0 == counted["judged"]


def test_unlisted_root_that_is_dropped_is_called_a_root(api: Api, world: World) -> None:
    """A chain that was complete does not lack an intermediate because a root is gone."""
    unlisted = CA("Unlisted Root")
    world.trust(world.stays, unlisted)
    furnish(api, "example", issue(unlisted.issue_ca("I"), "a.example.com"))
    found = []
    for roots in ((world.stays,), (world.stays, world.dropped)):
        world.trust(*roots)
        world.sweep()
        found.append(codes(api, "example"))

    assert [["untrusted_root"]] * 2 == found
    assert 1 == len(events(api, "example"))


def test_time_is_no_matter_of_roots(api: Api, world: World) -> None:
    """What has expired since is neither judged otherwise nor told as distrust."""
    app_id = furnish(api, "example", issue(world.stays.issue_ca("I"), "a.example.com"))
    ChannelItems(stores.record()).create(channel("one", app_id))
    world.later(90 * DAY)
    world.trust(world.stays)

    assert 0 == world.sweep()["judged"]
    assert ["expired"] == codes(api, "example")
    assert [] == deliveries(app_id)


def test_endpoint_that_cannot_be_judged_keeps_no_other_from_it(
    api: Api, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The others have their verdicts, the run has failed, and the next one does what is left."""
    issuer = world.dropped.issue_ca("I")
    ids = {name: furnish(api, name, issue(issuer, f"{name}.example.com")) for name in ("first", "broken", "other")}
    table = stores.record()
    head = table.get(f"APP#{ids['broken']}", "ENDPOINT")
    assert head is not None
    version = table.get(f"ENDPOINT#{head['endpoint_id']}", version_key(1))
    assert version is not None
    table.commit([Delete(version)])
    world.trust(world.stays)
    with pytest.raises(Unavailable, match="1 endpoints could not be judged"):
        world.sweep()
    meanwhile = [codes(api, name) for name in ("first", "other")]
    table.commit([Put(version)])

    assert [["distrusted_root"]] * 2 == meanwhile
    assert 1 == world.sweep()["judged"]
    assert ["distrusted_root"] == codes(api, "broken")
    assert f"judging endpoint {head['endpoint_id']} failed" in caplog.text


def test_certificate_with_many_names(api: Api, world: World) -> None:
    """One that is too long for the head's summary is judged like any other."""
    names = [f"n{number}.example.com" for number in range(150)]
    furnish(api, "example", issue(world.dropped.issue_ca("I"), *names))
    world.trust(world.stays)

    assert 1 == world.sweep()["judged"]
    assert ["distrusted_root"] == codes(api, "example")
