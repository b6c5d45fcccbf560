"""Stored checks: made with a domain, looked at when they are due, and news when something changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from threading import Barrier, Thread
from typing import Any

import pytest

from chalicelib import jobs, stores, wiring
from chalicelib.aws.record import DynamoRecord
from chalicelib.errors import Unavailable
from chalicelib.model.check import LEASE, Check
from chalicelib.model.notice import Delivery
from chalicelib.model.record import AppRecord
from chalicelib.record.contract import Record
from chalicelib.record.notices import DeliveryItems
from chalicelib.service.checks import Checks
from chalicelib.service.domain_checks import DomainChecks
from tests.functional.conftest import Api, customs, everything, on
from tests.nameserver import NameServer, code
from tests.records import MOTO

WWW, SHOP = "www.example.com", "shop.example.com"
OURS = "45.0.0.1"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


class Clock:
    """A clock that stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = datetime.now(timezone.utc) + timedelta(minutes=1)

    def __call__(self) -> datetime:
        """Return what it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock a little ahead of the real one, by which domains are added."""
    return Clock()


@pytest.fixture
def watch(record: Record, clock: Clock) -> DomainChecks:
    """Return the watch, by that clock."""
    made = wiring.domain_checks()
    return DomainChecks(made.checks, made.repository, made.apps, made.activities, made.notices, clock)


@pytest.fixture
def target(example: Api, names: NameServer) -> str:
    """Return the app's DNS target, which has an address."""
    hostname = str(example.call("GET", "/apps/example/addons").body[0]["hostname"])
    names.add(f"{hostname}. 60 IN A {OURS}")
    return hostname


def add(api: Api, *hostnames: str) -> None:
    """Add domains to the app."""
    for hostname in hostnames:
        assert 201 == api.call("POST", "/apps/example/domains", {"hostname": hostname}).status


def record_of(api: Api, app: str = "example") -> AppRecord:
    """Return an app's record."""
    record = stores.apps().record(api.call("GET", f"/apps/{app}").body["id"])
    assert isinstance(record, AppRecord)
    return record


def check_of(api: Api, hostname: str) -> Check:
    """Return the stored check of a domain."""
    return record_of(api).checks[hostname]


def listen(api: Api, name: str = "example") -> str:
    """Return an app's id: its account has a channel, to its own address."""
    return record_of(api, name).app.id


def told(log: str) -> list[Delivery]:
    """Return the deliveries of an app, oldest first."""
    return DeliveryItems(stores.record()).of(log)[::-1]


def activity(api: Api, action: str = "domain.check") -> list[Any]:
    """Return what happened, oldest first."""
    every = api.call("GET", "/apps/example/activity").body[::-1]
    return [each for each in every if each["action"] == action]


def stored() -> set[str]:
    """Return the hostnames of all checks that are stored, whose ever they are."""
    return {item["hostname"] for item in everything() if item["SK"].startswith("CHECK#")}


def test_check_comes_and_goes_with_its_domain(example: Api, watch: DomainChecks) -> None:
    """Adding a domain makes a check that is due at once; removing the domain, or the app, strikes it."""
    add(example, WWW, SHOP)
    both, due = stored(), stores.checks().next_due()
    example.call("DELETE", f"/apps/example/domains/{SHOP}")
    one = stored()
    example.call("DELETE", "/apps/example")

    assert ({WWW, SHOP}, {WWW}, set()) == (both, one, stored())
    assert due is not None
    assert abs(due - datetime.now(timezone.utc)) < timedelta(minutes=1)
    assert None is stores.checks().next_due()


def test_due_check_is_looked_at(
    example: Api, names: NameServer, target: str, watch: DomainChecks, clock: Clock
) -> None:
    """What is due is looked at and kept, and is due again after 5 seconds, then 10; nothing else is."""
    add(example, WWW)
    first = watch.recheck_due()
    after = check_of(example, WWW)
    again = watch.recheck_due()
    clock.now += 5 * SECOND
    third = watch.recheck_due()

    assert {"looked": 1, "changed": 0, "unknown": 0} == first == third
    assert {"looked": 0, "changed": 0, "unknown": 0} == again
    assert ("invalid", clock.now - 5 * SECOND, clock.now) == (after.state, after.checked_at, after.due_at)
    assert clock.now + 10 * SECOND == check_of(example, WWW).due_at


def test_change_is_told(example: Api, names: NameServer, target: str, watch: DomainChecks, clock: Clock) -> None:
    """When a domain begins to lead here it is an activity and a notice, once."""
    log = listen(example)
    add(example, WWW)
    watch.recheck_due()
    names.add(f"{WWW}. 300 IN CNAME {target}.")
    clock.now += DAY
    counted = watch.recheck_due()
    clock.now += DAY
    watch.recheck_due()
    [happened], [delivery] = activity(example), told(log)

    assert {"looked": 1, "changed": 1, "unknown": 0} == counted
    assert ("domain check", f"{WWW}: invalid → valid") == (happened["actor"], happened["detail"])
    assert ("domain", "owner@example.com") == (delivery.notice.kind, delivery.channel.target)
    assert {
        "app": "example",
        "hostname": WWW,
        "before": "invalid",
        "after": "valid",
        "sentence": f"DNS leads {WWW} here now.",
    } == delivery.notice.facts


def test_turn_for_the_worse_is_told(
    example: Api, names: NameServer, target: str, watch: DomainChecks, clock: Clock
) -> None:
    """A domain that stops leading here is told with what was found, and looked at eagerly again."""
    log = listen(example)
    add(example, WWW)
    names.add(f"{WWW}. 300 IN CNAME {target}.")
    watch.recheck_due()
    names.clear()
    names.add(f"{target}. 60 IN A {OURS}\n{WWW}. 300 IN A 46.0.0.1")
    clock.now += 30 * DAY
    watch.recheck_due()
    notice = told(log)[-1].notice

    assert ("valid", "invalid") == (notice.facts["before"], notice.facts["after"])
    assert f"{WWW} leads to 46.0.0.1 and not to {target}" in notice.facts["sentence"]
    assert clock.now + 5 * SECOND == check_of(example, WWW).due_at


def test_unknown_is_no_change(
    example: Api, names: NameServer, target: str, watch: DomainChecks, clock: Clock
) -> None:
    """A resolver that fails for a while tells nobody anything, and is counted."""
    log = listen(example)
    add(example, WWW)
    names.add(f"{WWW}. 300 IN CNAME {target}.")
    watch.recheck_due()
    names.odd[WWW] = code("SERVFAIL")
    clock.now += DAY
    counted = watch.recheck_due()
    kept = customs(example)[0]["check"]
    names.odd.clear()
    clock.now += DAY
    watch.recheck_due()

    assert {"looked": 1, "changed": 0, "unknown": 1} == counted
    assert "unknown" == kept["state"]
    assert 1 == len(activity(example)) == len(told(log))


def test_press_of_the_button_tells_of_a_change_too(example: Api, names: NameServer, target: str) -> None:
    """A check that somebody asks for is stored and told of like one of the schedule."""
    log = listen(example)
    add(example, WWW)
    names.add(f"{WWW}. 300 IN CNAME {target}.")
    for _ in range(2):
        example.call("POST", f"/apps/example/domains/{WWW}/check")

    assert 1 == len(activity(example)) == len(told(log))
    assert "valid" == customs(example)[0]["check"]["state"]


def test_many_watches_look_once(example: Api, names: NameServer, target: str, watch: DomainChecks) -> None:
    """Of several runs at once each domain is looked at by one, and each change is told once."""
    log = listen(example)
    hostnames = [f"n{number}.example.com" for number in range(6)]
    add(example, *hostnames)
    names.add("\n".join(f"{hostname}. 300 IN CNAME {target}." for hostname in hostnames))
    counted: list[dict[str, int]] = []
    together = Barrier(3)

    def run() -> None:
        together.wait()
        counted.append(watch.recheck_due())

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert 6 == sum(each["looked"] for each in counted) == sum(each["changed"] for each in counted)
    assert sorted(hostnames) == sorted(each.notice.facts["hostname"] for each in told(log))
    assert 6 == len(activity(example))


def test_run_that_dies_is_made_up_for(
    example: Api,
    names: NameServer,
    target: str,
    watch: DomainChecks,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was claimed and not kept is due again when the lease is over, and told once."""
    log = listen(example)
    add(example, WWW)
    names.add(f"{WWW}. 300 IN CNAME {target}.")

    def dies(*_: object) -> None:
        raise Unavailable("The machine is gone.")

    with monkeypatch.context() as broken:
        broken.setattr(Checks, "of", dies)
        with pytest.raises(Unavailable):
            watch.recheck_due()
    early = watch.recheck_due()
    clock.now += LEASE
    late = watch.recheck_due()

    assert (0, 1) == (early["looked"], late["looked"])
    assert 1 == len(told(log))


def test_domain_that_is_removed_meanwhile_is_forgotten(
    example: Api, target: str, watch: DomainChecks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A domain that goes while it is looked at leaves no check behind, and nobody is told of it."""
    add(example, WWW)
    of = Checks.of

    def slowly(self: Checks, wanted: Any) -> Any:
        example.call("DELETE", f"/apps/example/domains/{WWW}")
        return of(self, wanted)

    monkeypatch.setattr(Checks, "of", slowly)
    watch.recheck_due()

    assert {} == record_of(example).checks
    assert None is stores.checks().next_due()


def test_check_without_a_domain_is_struck(example: Api, watch: DomainChecks) -> None:
    """A check that was left behind, of a domain or an app that is gone, does not come up for ever."""
    add(example, WWW)
    check = check_of(example, WWW)
    orphans = [replace(check, hostname=SHOP), replace(check, app_id="00000000-0000-0000-0000-000000000000")]
    for orphan in orphans:
        stores.checks().create(orphan)
    counted = watch.recheck_due()

    assert 1 == counted["looked"]
    assert {WWW} == stored()


def test_domain_without_a_check_gets_one(example: Api, target: str) -> None:
    """A domain that was added before there were checks has one from its first check on."""
    add(example, WWW)
    stores.checks().drop(check_of(example, WWW))
    before = customs(example)[0]["check"]
    example.call("POST", f"/apps/example/domains/{WWW}/check")

    assert ("unknown", None) == (before["state"], before["checked_at"])
    assert "invalid" == customs(example)[0]["check"]["state"]
    assert "invalid" == check_of(example, WWW).state


@on(MOTO)
def test_reading_costs_what_is_due(example: Api, watch: DomainChecks, clock: Clock) -> None:
    """A run reads the due checks and no others, however many are stored."""
    add(example, WWW)
    check = check_of(example, WWW)
    for number in range(60):
        later = replace(check, hostname=f"n{number}.example.com", due_at=clock.now + DAY)
        stores.checks().create(later)
    scanned = []

    class Counting:
        meta = stores.client("dynamodb").meta

        def query(self, **request: Any) -> Any:
            answer = stores.client("dynamodb").query(**request)
            scanned.append(answer["ScannedCount"])
            return answer

    due = list(DynamoRecord(Counting(), wiring.settings().table).due("check", f"{clock.now:%Y-%m-%dT%H:%M:%S}"))

    assert (1, 1) == (len(due), sum(scanned))


def test_schedule_has_the_job(example: Api) -> None:
    """The job `checks` is among those of the clock, and knows when it has something to do."""
    job = jobs.schedules().jobs["checks"]
    nothing = job.next_due()
    add(example, WWW)

    assert (None, timedelta(minutes=1)) == (nothing, job.every)
    assert job.next_due() is not None
    assert {"looked": 1, "changed": 0, "unknown": 0} == jobs.schedules().run("checks") | {"unknown": 0}
