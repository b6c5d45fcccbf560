"""The outbox: tries, repetitions, what is given up, and who has a delivery."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import stores, wiring
from chalicelib.errors import Conflict
from chalicelib.model.notice import LEASE, OPERATOR, RETRY_AFTER, Channel, Notice
from chalicelib.model.record import AppRecord
from chalicelib.record.notices import AlreadyTold
from chalicelib.service import outbox
from tests.functional.conftest import Api
from tests.functional.steps import noted
from tests.functional.sweeps import Clock, House, Letterbox

SURGE = {
    "app": "example",
    "hostname": "h",
    "at": "soon",
    "requests_per_second": 400,
    "account": "owner@example.com",
}


@pytest.fixture
def house(example: Api) -> House:
    """Return a process that delivers."""
    return House(Clock(wiring.now()), Letterbox())


@pytest.fixture
def channel(example: Api) -> Channel:
    """Return a channel of the app `example`."""
    body = {"kind": "slack", "target": "https://hooks.example.com/x"}
    made = example.call("POST", "/apps/example/channels", body).body
    record: AppRecord | None = stores.apps().record(made["app"]["id"])
    assert record is not None
    return record.need_channel(str(made["id"]))


def tell(house: House, channel: Channel, key: str = "surge#1") -> None:
    """Make news."""
    notice = Notice(key, "surge", channel.app_id or "account", house.clock(), SURGE)
    now = channel if channel.id == OPERATOR else stores.channels().current(channel) or channel
    stores.record().commit(wiring.notices().tell(notice, [now]))


def state(api: Api) -> Any:
    """Return the newest delivery of the app."""
    return api.call("GET", "/apps/example/deliveries").body[0]


def shown(api: Api) -> Any:
    """Return what the list says of the app's channel."""
    return api.call("GET", "/apps/example/channels").body[0]


def test_news_goes_out_with_the_tick(example: Api, house: House, channel: Channel) -> None:
    """What a change told is due at once, arrives once, and is due no more."""
    tell(house, channel)
    due = stores.deliveries().next_due()
    first, second = house.deliver(), house.deliver(LEASE)

    assert house.letters.arrived[0][1].notice.at == due
    assert ({"delivered": 1}, {}) == (first, second)
    assert "a surge of 400 requests/s" in house.letters.arrived[0][1].subject
    assert stores.deliveries().next_due() is None


def test_same_news_is_told_once(house: House, channel: Channel) -> None:
    """The change that tells it again is refused, so that its maker can leave it out."""
    tell(house, channel)
    with pytest.raises(AlreadyTold) as refused:
        tell(house, channel)

    assert channel.id == refused.value.channel_id


def test_failure_is_tried_again_and_then_the_channel_is_failing(
    example: Api, house: House, channel: Channel
) -> None:
    """Each try is in the log; after the last one the channel says why, until something arrives."""
    house.letters.down = "hooks.example.com answered 500."
    tell(house, channel)
    house.deliver()
    for wait in RETRY_AFTER:
        assert {} == house.deliver(wait - timedelta(seconds=1))
        assert "pending" == state(example)["state"]
        assert shown(example)["failing"] is None
        house.deliver(timedelta(seconds=1))
    given_up, failing = state(example), shown(example)["failing"]
    house.letters.down = ""
    tell(house, channel, "surge#2")
    house.deliver()

    assert ("failed", None, len(RETRY_AFTER) + 1) == (
        given_up["state"],
        given_up["next_attempt_at"],
        len(given_up["attempts"]),
    )
    assert house.letters.arrived[0][1].id == state(example)["id"]
    assert "hooks.example.com answered 500." == failing
    assert shown(example)["failing"] is None


def test_repetition_has_the_same_id(house: House, channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that did not answer in time and got it all the same knows the second one."""
    ids: list[str] = []
    send = house.letters.send

    def forgetful(to: Channel, message: Any) -> str:
        ids.append(message.id)
        return send(to, message)

    monkeypatch.setattr(house.letters, "send", forgetful)
    house.letters.down = "It is down."
    tell(house, channel)
    house.deliver()
    house.letters.down = ""
    house.deliver(RETRY_AFTER[0])

    assert 2 == len(ids)
    assert 1 == len(set(ids))


def test_fault_of_ours_is_a_failed_try(example: Api, house: House, channel: Channel) -> None:
    """A sender that breaks, or a notice without words, ends nothing but its own try."""
    notice = Notice("broken", "no such kind", str(channel.app_id), house.clock(), {})
    stores.record().commit(wiring.notices().tell(notice, [channel]))
    done = house.deliver()

    assert {"pending": 1} == done
    assert "Something went wrong on our side" in state(example)["attempts"][0]["outcome"]


def test_of_many_deliverers_one_has_it(house: House, channel: Channel) -> None:
    """However many run at once, each message goes out once."""
    for number in range(5):
        tell(house, channel, f"surge#{number}")
    barrier, done = threading.Barrier(4), Counter[str]()

    def run() -> None:
        barrier.wait(30)
        done.update(House(Clock(house.clock()), house.letters).deliver())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert 5 == done["delivered"] == len(house.letters.ids) == len(set(house.letters.ids))


def test_claim_that_came_too_late_is_refused(house: House, channel: Channel) -> None:
    """Whoever read a delivery before somebody else claimed it does not get it."""
    tell(house, channel)
    [read] = stores.deliveries().due(house.clock())
    stores.deliveries().replace(read.claim(house.clock()))
    with pytest.raises(Conflict):
        stores.deliveries().replace(read.claim(house.clock()))

    assert {} == house.deliver()
    assert {"delivered": 1} == house.deliver(LEASE)


def test_removed_channel_gets_nothing_more(example: Api, house: House, channel: Channel) -> None:
    """What waits for it is dropped."""
    house.letters.down = "It is down."
    tell(house, channel)
    house.deliver()
    example.call("DELETE", f"/apps/example/channels/{channel.id}")
    house.letters.down = ""

    assert {"dropped": 1} == house.deliver(RETRY_AFTER[0])
    assert [] == house.letters.ids
    assert "The channel was removed." == state(example)["attempts"][-1]["outcome"]


def test_channel_that_is_removed_during_the_try_hurts_nothing(
    example: Api, house: House, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The try is recorded, and nobody marks a channel that is gone."""
    monkeypatch.setattr("chalicelib.model.notice.RETRY_AFTER", ())

    def send(to: Channel, message: Any) -> str:
        example.call("DELETE", f"/apps/example/channels/{channel.id}")
        raise ValueError

    monkeypatch.setattr(house.letters, "send", send)
    tell(house, channel)

    assert {"failed": 1} == house.deliver()
    assert "failed" == state(example)["state"]


def test_channel_that_others_mark_at_the_same_time_hurts_nothing(
    example: Api, house: House, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message is recorded as sent, and not sent again, although its channel cannot be marked as well again."""
    monkeypatch.setattr("chalicelib.model.notice.RETRY_AFTER", ())
    house.letters.down = "It is down."
    tell(house, channel)
    house.deliver()
    house.letters.down = ""
    tell(house, channel, "surge#2")

    def others_are_in_the_way(step: int) -> None:
        if 1 < len(steps.transactions[-1]):
            raise Conflict("Other changes were made at the same time. Look at the new state and repeat yours.")

    with noted(others_are_in_the_way, only="commit") as steps:
        house.deliver()
    house.deliver(LEASE)

    assert "It is down." == shown(example)["failing"]
    assert ("delivered", 1) == (state(example)["state"], len(house.letters.ids))


def test_operator_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the service has a channel that is in no list, and can fail like any other."""
    monkeypatch.setattr("chalicelib.model.notice.RETRY_AFTER", (timedelta(minutes=1),))
    operator = Channel(OPERATOR, "", None, "email", "operator@example.com", house.clock())
    house.letters.down = "It is down."
    tell(house, operator)
    tried, ended = house.deliver(timedelta(minutes=1)), house.deliver(timedelta(minutes=1))

    assert ({"pending": 1}, {"failed": 1}) == (tried, ended)


def test_run_ends_in_time(house: House, channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that has taken long begins no more tries; the next one goes on."""
    for number in range(3):
        tell(house, channel, f"surge#{number}")
    monkeypatch.setattr(outbox, "AT_ONCE", 1)

    def slow(to: Channel, message: Any) -> str:
        house.clock.at += outbox.RUN + timedelta(seconds=1)
        return "It arrived."

    monkeypatch.setattr(house.letters, "send", slow)

    assert {"delivered": 1, "left": 2} == house.deliver()
    assert {"delivered": 1, "left": 1} == house.deliver()
