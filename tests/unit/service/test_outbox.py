"""The outbox: what is sent, when, by whom, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.errors import Conflict, NotFound, SSLEndpointError
from chalicelib.model.notice import (
    DELIVERED,
    DROPPED,
    FAILED,
    LEASE,
    PENDING,
    RETRY_AFTER,
    SLOWEST,
    Channel,
    Delivery,
    Notice,
)
from chalicelib.record.notices import AlreadyTold
from chalicelib.record.writes import Write
from chalicelib.service.outbox import FRESH, RUN, Run
from tests.unit.service.conftest import House

FACTS = {"app": "example", "hostname": "www.example.com", "before": "a", "after": "b", "sentence": "It changed."}
MOMENT = timedelta(microseconds=1)


def channel(house: House, target: str = "me@example.com", kind: str = "email") -> Channel:
    """Add a channel to the owner's account."""
    return house.channels.add_to_account(house.caller(), kind, target)


def waiting(house: House, to: Channel, key: str = "key") -> Delivery:
    """Put a notice into the outbox, due now."""
    notice = Notice(key, "domain", "app", house.clock(), FACTS)
    house.record.commit(house.notices.tell(notice, [to]))
    return next(each for each in house.delivery_items.of("app") if each.notice.key == key)


def state(house: House) -> tuple[str, list[str]]:
    """Return how the only delivery is, with the outcome of each try."""
    [found] = house.delivery_items.of("app")
    return found.state, [each.outcome for each in found.attempts]


def test_what_is_due_is_sent_once(house: House) -> None:
    """A second run finds nothing to do."""
    delivery = waiting(house, channel(house))

    assert house.clock() == house.delivery_items.next_due()
    assert {DELIVERED: 1} == house.outbox.deliver_due()
    assert {} == house.outbox.deliver_due()
    assert [delivery.message_id] == [message.id for _, message in house.letters.arrived]
    assert (DELIVERED, ["It arrived."]) == state(house)
    assert None is house.delivery_items.next_due()


def test_same_notice_is_told_a_channel_once(house: House) -> None:
    """The transaction that would tell it again is refused."""
    to = channel(house)
    waiting(house, to)
    with pytest.raises(AlreadyTold):
        waiting(house, to)


def test_failure_is_tried_again_and_given_up(house: House) -> None:
    """After each pause, with the same id; in the end the channel is marked, until something arrives there."""
    to = channel(house)
    waiting(house, to)
    house.letters.down = "It answered 500."
    for pause in RETRY_AFTER:
        assert {PENDING: 1} == house.outbox.deliver_due()
        house.clock.tick(pause - MOMENT)
        assert {} == house.outbox.deliver_due()
        house.clock.tick(MOMENT)

    assert {FAILED: 1} == house.outbox.deliver_due()
    assert (FAILED, ["It answered 500."] * (len(RETRY_AFTER) + 1)) == state(house)
    marked = house.channel_items.current(to)
    assert marked is not None
    assert "It answered 500." == marked.failing
    house.letters.down = ""
    house.outbox.test(marked, "account", {"app": "", "actor": "me"})
    assert to == house.channel_items.current(to)


@pytest.mark.parametrize(
    ("left", "sent"), [(SLOWEST, 1), (SLOWEST - MOMENT, 0), (timedelta(0), 0), (-timedelta(days=1), 0)]
)
def test_claim_that_is_nearly_over_is_not_used(house: House, left: timedelta, sent: int) -> None:
    """Whoever could not finish before somebody else may begin does not begin: nobody is told twice."""
    claimed = waiting(house, channel(house)).claim(house.clock())
    house.delivery_items.replace(claimed)
    house.clock.tick(LEASE - left)
    after = house.outbox.send(claimed, Run(house.clock()))

    assert sent == len(house.letters.arrived)
    assert (claimed if not sent else DELIVERED) == (after if not sent else after.state)


def test_delivery_that_has_ended_is_not_sent(house: House) -> None:
    """There is no claim on it."""
    waiting(house, channel(house))
    house.outbox.deliver_due()
    [ended] = house.delivery_items.of("app")

    assert ended == house.outbox.send(ended, Run(house.clock()))
    assert 1 == len(house.letters.arrived)


def test_of_two_that_claim_one_sends(house: House) -> None:
    """Both saw it unclaimed; the record lets one through."""
    delivery = waiting(house, channel(house))
    first, second = delivery.claim(house.clock()), delivery.claim(house.clock())
    house.delivery_items.replace(first)
    with pytest.raises(Conflict):
        house.delivery_items.replace(second)

    assert {} == house.outbox.deliver_due()
    house.clock.tick(LEASE)
    assert {DELIVERED: 1} == house.outbox.deliver_due()


def test_who_took_longer_than_the_lease_overwrites_nothing(house: House) -> None:
    """What the next one recorded stands."""
    claimed = waiting(house, channel(house)).claim(house.clock())
    house.delivery_items.replace(claimed)
    other = claimed.claim(house.clock()).deliver(house.clock(), "The other one sent it.")
    house.delivery_items.replace(replace(other, ver=claimed.ver + 1))
    house.outbox.send(claimed, Run(house.clock()))

    assert (DELIVERED, ["The other one sent it."]) == state(house)


def test_removed_channel_gets_nothing_more(house: House) -> None:
    """Unless the news is seconds old: then nobody has looked."""
    to = channel(house)
    waiting(house, to)
    house.channels.remove_from_account(house.caller(), to)
    house.clock.tick(FRESH)

    assert {DROPPED: 1} == house.outbox.deliver_due()
    assert [] == house.letters.arrived


def test_news_that_is_old_and_no_longer_true_is_dropped(house: House) -> None:
    """Fresh news is sent without asking."""
    to = channel(house)
    false = replace(house.outbox, is_true={"domain": lambda notice: False})
    waiting(house, to, "fresh")
    assert {DELIVERED: 1} == false.deliver_due()
    waiting(house, to, "old")
    house.clock.tick(FRESH)

    assert {DROPPED: 1} == false.deliver_due()
    assert 1 == len(house.letters.arrived)


def test_receiver_that_is_down_is_tried_once_a_run(house: House) -> None:
    """The others to it are left for the next run; those to somebody else go out."""
    down, up = channel(house), channel(house, "up@example.com")
    run = Run(house.clock())
    first, second, third = (
        waiting(house, to, key).claim(house.clock()) for to, key in ((down, "1"), (down, "2"), (up, "3"))
    )
    for each in (first, second, third):
        house.delivery_items.replace(each)
    house.letters.down = "No."
    failed = house.outbox.send(first, run)
    house.letters.down = ""

    assert PENDING == failed.state
    assert second == house.outbox.send(second, run)
    assert DELIVERED == house.outbox.send(third, run).state


def test_run_begins_nothing_when_its_time_is_over(house: House) -> None:
    """What is left waits for the next one."""
    run = Run(house.clock())
    claimed = waiting(house, channel(house)).claim(house.clock())

    assert run.has_time_for(claimed, house.clock() + RUN)
    assert not run.has_time_for(claimed, house.clock() + RUN + MOMENT)


def test_odd_receiver_hurts_nobody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """What nobody thought of is a failed try with a sentence, and in the log."""
    waiting(house, channel(house))
    house.letters.send = None  # type: ignore[method-assign, assignment]

    assert {PENDING: 1} == house.outbox.deliver_due()
    assert "Something went wrong on our side" in state(house)[1][0]
    assert "TypeError" in caplog.text


def test_test_is_not_tried_again(house: House) -> None:
    """Whoever asked for it sees why at once."""
    house.letters.down = "No."
    tested = house.outbox.test(channel(house), "app", {"app": "example", "actor": "me"})

    assert (FAILED, "No.") == (tested.state, tested.outcome)
    house.clock.tick(timedelta(days=2))
    assert {} == house.outbox.deliver_due()


@pytest.mark.parametrize("refusal", [Conflict("Others mark it."), NotFound("channel")])
def test_channel_that_cannot_be_marked_hurts_no_delivery(
    house: House, monkeypatch: pytest.MonkeyPatch, refusal: SSLEndpointError
) -> None:
    """It was removed, or is marked by others at the same time: what came of the try is kept all the same."""
    replace_, to = house.delivery_items.replace, channel(house)

    def racing(delivery: Delivery, *writes: Write) -> None:
        if writes:
            raise refusal
        replace_(delivery)

    monkeypatch.setattr(house.delivery_items, "replace", racing)
    house.letters.down = "No."
    house.outbox.test(to, "app", {"app": "example", "actor": "me"})

    assert (FAILED, ["No."]) == state(house)
