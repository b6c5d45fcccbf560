"""The expiry sweep: who is told what, when, and how often."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import stores, wiring
from chalicelib.model.expiry import STAGES
from chalicelib.model.notice import LEASE, RETRY_AFTER
from chalicelib.service import expiry as service
from tests.authority import CA, DAY, LeafCert
from tests.functional.conftest import Api, issue
from tests.functional.steps import Death, dying, noted
from tests.functional.sweeps import MOMENT, Clock, House, Letterbox, reminders
from tests.functional.test_calls import upload

ENDPOINTS = "/apps/example/ssl-endpoints"
STEPS = ["due", "query", "query", "commit", "commit"]  # of a sweep that tells one channel of one certificate
PLACES = [(when, number) for when in ("before", "after") for number in range(1, len(STEPS) + 1)]


@pytest.fixture(scope="module")
def ca() -> CA:
    """Return an authority."""
    return CA("Sweep Root")


@pytest.fixture
def issued(ca: CA) -> LeafCert:
    """Return a certificate for a domain."""
    return issue(ca, "www.example.com")


@pytest.fixture
def served(example: Api, issued: LeafCert) -> Api:
    """Return the API with an app that serves a certificate; its account has its one channel, by e-mail."""
    assert 201 == example.call("POST", ENDPOINTS, upload(issued)).status
    return example


@pytest.fixture
def house(served: Api) -> House:
    """Return a process that sweeps."""
    return House(Clock(wiring.now()), Letterbox())


def name(api: Api) -> str:
    """Return the path of the app's endpoint."""
    [endpoint] = api.call("GET", ENDPOINTS).body
    return f"{ENDPOINTS}/{endpoint['name']}"


def add(api: Api, number: int) -> None:
    """Give the app another channel."""
    body = {"kind": "email", "target": f"{number}@example.com"}
    assert 201 == api.call("POST", "/apps/example/channels", body).status


@pytest.mark.parametrize("stage", STAGES)
def test_stage_is_told_to_the_second(served: Api, house: House, stage: str) -> None:
    """A second before its moment a stage is not told, at its moment it is, and a second later not again."""
    at = reminders(served)[stage]
    house.sweep(at - MOMENT)
    before = list(house.letters.stages)
    house.sweep(at)
    told = house.letters.stages[len(before) :]
    house.sweep(at + MOMENT)

    assert stage not in before
    assert [stage] == told == house.letters.stages[len(before) :]


def test_every_stage_is_told_once(served: Api, house: House) -> None:
    """With a sweep every six hours, from upload to two days after the end, each stage is told once."""
    end, at = reminders(served)["overdue"] + DAY, wiring.now()
    while at < end:
        house.sweep(at)
        at += timedelta(hours=6)

    assert list(STAGES) == house.letters.stages
    assert 0 == sum(house.sweep(end + 100 * DAY).values())


def test_late_sweep_tells_the_stage_that_is_reached(served: Api, house: House) -> None:
    """After days without a sweep nobody hears of the stages that went by."""
    house.sweep(reminders(served)["expired"] + MOMENT)

    assert ["expired"] == house.letters.stages
    assert "has expired" in house.letters.arrived[0][1].subject
    assert [] == served.call("GET", "/apps/example/deliveries").body[1:]


def test_notice_is_in_activity_and_log(served: Api, house: House, issued: LeafCert) -> None:
    """The app's activity says which certificate, and the delivery log what became of it."""
    house.sweep(reminders(served)["renew"])
    event = served.call("GET", "/apps/example/activity").body[0]
    [delivery] = served.call("GET", "/apps/example/deliveries").body

    assert ("expiry sweep", "certificate.renew") == (event["actor"], event["action"])
    assert issued.fingerprint in event["detail"]
    assert ("expiry", "renew", "delivered") == (delivery["kind"], delivery["stage"], delivery["state"])
    assert ["It arrived."] == [each["outcome"] for each in delivery["attempts"]]
    assert house.letters.ids == [delivery["id"]]
    assert delivery["next_attempt_at"] is None


def test_everybody_is_told(served: Api, house: House) -> None:
    """The app's channels and the account's are told, but no place twice."""
    served.call("POST", "/apps/example/channels", {"kind": "email", "target": "OWNER@example.com"})
    add(served, 1)
    add(served, 2)
    house.sweep(reminders(served)["soon"])

    assert {"owner@example.com": 1, "1@example.com": 1, "2@example.com": 1} == Counter(
        channel.target for channel, _ in house.letters.arrived
    )


def test_two_sweeps_at_once_tell_once(served: Api, house: House) -> None:
    """Whatever two processes read at the same time, one of them tells."""
    add(served, 1)
    at = reminders(served)["renew"]
    houses = [House(Clock(at), house.letters) for _ in range(4)]
    barrier = threading.Barrier(len(houses))

    def run(each: House) -> None:
        barrier.wait(30)
        each.sweep()

    threads = [threading.Thread(target=run, args=(each,)) for each in houses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert 2 == len(house.letters.ids) == len(set(house.letters.ids))
    assert 2 == len(served.call("GET", "/apps/example/deliveries").body)


def test_death_is_healed_wherever_it_comes(served: Api, house: House) -> None:
    """A sweep has as many steps as the next test has places to die at."""
    at = reminders(served)["renew"]
    with noted() as steps:
        house.sweep(at)

    assert STEPS == steps.names


@pytest.mark.parametrize(("when", "number"), PLACES)
def test_death_at_any_step_loses_and_repeats_nothing(served: Api, house: House, when: str, number: int) -> None:
    """Dead before or after any step: the next runs tell it, under one id.

    Only a death between sending and its record repeats the message, and then under the same id.
    """
    at = reminders(served)["renew"]
    with pytest.raises(Death), dying(when, number):
        house.sweep(at)
    house.heal()
    is_unrecorded = (when, number) == ("before", len(STEPS))

    assert 1 + is_unrecorded == len(house.letters.ids)
    assert 1 == len(set(house.letters.ids))
    assert ["delivered"] == [each["state"] for each in served.call("GET", "/apps/example/deliveries").body]


@pytest.mark.parametrize(("dies", "messages"), [("before", 1), ("after", 2)])
def test_death_while_sending_is_healed_by_the_tick(served: Api, house: House, dies: str, messages: int) -> None:
    """What nobody knows to have arrived is sent again when the lease is over, under the same id."""
    house.letters.dies = dies
    with pytest.raises(Death):
        house.sweep(reminders(served)["renew"])
    house.letters.dies = ""
    early = house.deliver()
    house.heal()

    assert {} == early
    assert messages == len(house.letters.ids)
    assert 1 == len(set(house.letters.ids))


@pytest.mark.parametrize(("when", "number"), PLACES)
def test_dead_deliverer_is_healed(served: Api, house: House, when: str, number: int) -> None:
    """The tick may die at any step, too: a look, claim, channel, app, and the record of the try."""
    house.letters.down = "It is down."
    house.sweep(reminders(served)["renew"])
    house.letters.down = ""
    with pytest.raises(Death), dying(when, number):
        house.deliver(RETRY_AFTER[0])
    house.heal()
    is_unrecorded = (when, number) == ("before", len(STEPS))

    assert 1 + is_unrecorded == len(house.letters.ids)
    assert 1 == len(set(house.letters.ids))
    assert ["delivered"] == [each["state"] for each in served.call("GET", "/apps/example/deliveries").body]


def test_replaced_certificate_falls_silent(served: Api, house: House, ca: CA) -> None:
    """Nobody hears of a certificate that is not served any more."""
    at = reminders(served)["renew"]
    long = issue(ca, "www.example.com", not_after=wiring.now() + 700 * DAY)
    served.call("PATCH", name(served), upload(long))

    assert {} == house.sweep(at)
    assert [] == house.letters.ids


def test_waiting_notice_of_a_replaced_certificate_is_dropped(served: Api, house: House, ca: CA) -> None:
    """A delivery that waits for its next try ends when the certificate is replaced, the app muted or removed."""
    house.letters.down = "It is down."
    house.sweep(reminders(served)["renew"])
    served.call("PATCH", name(served), upload(issue(ca, "www.example.com")))
    house.letters.down = ""
    done = house.deliver(RETRY_AFTER[0])
    [delivery] = served.call("GET", "/apps/example/deliveries").body

    assert {"dropped": 1} == done
    assert [] == house.letters.ids
    assert ("dropped", None) == (delivery["state"], delivery["next_attempt_at"])


@pytest.mark.parametrize("what", ["mute", "remove", "destroy"])
def test_waiting_notice_is_dropped_when_nobody_wants_it(served: Api, house: House, what: str) -> None:
    """So does muting, and removing the certificate or the app."""
    [app] = served.call("GET", "/apps").body
    house.letters.down = "It is down."
    house.sweep(reminders(served)["renew"])
    if what == "mute":
        served.call("PATCH", name(served), {"muted": True})
    else:
        served.call("DELETE", name(served) if what == "remove" else "/apps/example")
    house.letters.down = ""

    assert {"dropped": 1} == house.deliver(RETRY_AFTER[0])
    assert ["dropped"] == [each.state for each in stores.deliveries().of(app["id"])]


def test_certificate_that_is_replaced_during_the_sweep_is_silent(
    served: Api, house: House, ca: CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update between the sweep's look and its commit wins, and is not refused."""
    at, path = reminders(served)["renew"], name(served)
    seen: list[str] = []
    record = stores.apps().record

    def slow(app_id: str) -> Any:
        found = record(app_id)
        if not seen:
            seen.append(app_id)
            assert 200 == served.call("PATCH", path, upload(issue(ca, "www.example.com"))).status
        return found

    monkeypatch.setattr(house.expiry.apps, "record", slow)

    assert {"replaced": 1} == house.sweep(at)
    assert [] == house.letters.ids


def test_update_is_not_refused_because_of_a_sweep(served: Api, house: House, ca: CA) -> None:
    """The head keeps its `ver` when it was swept: whoever looked before may still change it."""
    app_id = served.call("GET", "/apps/example").body["id"]
    before = stores.apps().record(app_id)
    house.sweep(reminders(served)["renew"])
    after = stores.apps().record(app_id)

    assert before
    assert after
    assert before.endpoint == after.endpoint


def test_rolled_back_certificate_stays_silent(served: Api, house: House, ca: CA) -> None:
    """A stage that was told is not told again when the certificate comes back; the next one is."""
    stages = reminders(served)
    house.sweep(stages["renew"])
    served.call("PATCH", name(served), upload(issue(ca, "www.example.com", not_after=wiring.now() + 700 * DAY)))
    served.call("PATCH", name(served), {"rollback": True})
    again = house.sweep(stages["renew"] + MOMENT)
    house.sweep(stages["soon"])

    assert {"silent": 1} == again
    assert ["renew", "soon"] == house.letters.stages
    assert 1 == sum(
        event["action"] == "certificate.renew" for event in served.call("GET", "/apps/example/activity").body
    )


def test_rolled_back_certificate_is_told_to_a_channel_that_is_new(served: Api, house: House, ca: CA) -> None:
    """Exactly once a channel: who was not there the first time is told."""
    at = reminders(served)["renew"]
    house.sweep(at)
    served.call("PATCH", name(served), upload(issue(ca, "www.example.com")))
    served.call("PATCH", name(served), {"rollback": True})
    add(served, 1)
    house.sweep(at + MOMENT)

    assert ["owner@example.com", "1@example.com"] == [channel.target for channel, _ in house.letters.arrived]


def test_intermediate_that_ends_first_is_other_news(example: Api) -> None:
    """What ends first is what is told: an intermediate, and then, with a better one, the same leaf."""
    now = wiring.now()
    root = CA("Old Root")
    short = root.issue_ca("Intermediate", not_before=now - 10 * DAY, not_after=now + 5 * DAY)
    long = CA(short.name, short.kind, short.key, root.cross_sign(short).certificate)
    leaf = issue(short, "www.example.com")
    example.call("POST", ENDPOINTS, {**upload(leaf), "preprocess": False})
    house = House(Clock(now), Letterbox())
    house.sweep(reminders(example)["expired"])
    better = {"certificate_chain": leaf.pem + long.pem, "private_key": leaf.key_pem, "preprocess": False}
    assert 200 == example.call("PATCH", name(example), better).status
    house.sweep(reminders(example)["expired"])

    assert ["expired", "expired"] == house.letters.stages
    assert "an intermediate certificate" in house.letters.arrived[0][1].subject
    assert "the certificate" in house.letters.arrived[1][1].subject
    assert 2 == len(set(house.letters.ids))


def test_muted_endpoint_is_not_told_of(served: Api, house: House) -> None:
    """Muting silences the stages to come, and un-muting tells the one that is reached."""
    at = reminders(served)["renew"]
    served.call("PATCH", name(served), {"muted": True})
    muted = house.sweep(at)
    quiet = list(house.letters.ids)
    served.call("PATCH", name(served), {"muted": False})
    house.sweep(at + MOMENT)
    house.sweep(at + DAY)

    assert {"silent": 1} == muted
    assert [] == quiet
    assert ["renew"] == house.letters.stages


def test_muting_twice_tells_nothing_twice(served: Api, house: House) -> None:
    """Whoever was told before muting is not told again after it."""
    at = reminders(served)["renew"]
    house.sweep(at)
    for muted in (True, False):
        served.call("PATCH", name(served), {"muted": muted})
        house.sweep(at + MOMENT)

    assert ["renew"] == house.letters.stages


def test_one_broken_endpoint_hurts_no_other(served: Api, login: Callable[..., Api], ca: CA) -> None:
    """An endpoint that cannot be told of is left due, and everybody else is told."""
    other = login("other@example.com")
    other.call("POST", "/apps", {"name": "other"})
    other.call("POST", "/apps/other/addons", {"plan": "ssl:endpoint"})
    other.call("POST", "/apps/other/ssl-endpoints", upload(issue(ca, "other.example.com")))
    house = House(Clock(wiring.now()), Letterbox())
    look, broken = house.expiry.apps.record, served.call("GET", "/apps/example").body["id"]

    def record(app_id: str) -> Any:
        if app_id == broken:
            raise LookupError(app_id)
        return look(app_id)

    at = max(reminders(served)["renew"], reminders(other, "other")["renew"])
    house.expiry.apps.record = record  # type: ignore[method-assign]
    try:
        first = house.sweep(at)
    finally:
        house.expiry.apps.record = look  # type: ignore[method-assign]

    assert {"told": 1, "unfinished": 1} == first
    assert ["other@example.com"] == [channel.target for channel, _ in house.letters.arrived]
    assert {"told": 1} == house.sweep()


def test_slow_receivers_do_not_hold_up_the_sweep(
    served: Api, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that is down is tried once in a sweep; the rest of its notices waits for the tick."""
    for number in range(2):
        served.call("POST", "/apps", {"name": f"more-{number}"})
        served.call("POST", f"/apps/more-{number}/addons", {"plan": "ssl:endpoint"})
        served.call("POST", f"/apps/more-{number}/ssl-endpoints", upload(issue(CA(), "www.example.com")))
    monkeypatch.setattr(service, "AT_ONCE", 2)
    house.letters.down = "It is down."
    house.sweep(reminders(served)["urgent"])
    tries = [
        each.attempts for app in served.call("GET", "/apps").body for each in stores.deliveries().of(app["id"])
    ]
    house.letters.down = ""
    house.deliver(LEASE)

    assert 3 == len(tries)
    assert sum(map(len, tries)) in {1, 2}
    assert 3 == len(set(house.letters.ids))
