"""Channels, and deliveries from one try to the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.model.notice import LEASE, RETRY_AFTER, SLOWEST, Channel, Delivery, Notice

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
CHANNEL = Channel("c", "account", None, "webhook", "https://example.com/", NOW, secret="never told")
DELIVERY = Delivery(Notice("key", "expiry", "app", NOW, {}), CHANNEL, due_at=NOW)


def test_secret_is_not_shown() -> None:
    """A channel printed by accident does not show what its signatures are made with."""
    assert "never told" not in f"{CHANNEL!r} {DELIVERY!r}"


def test_whoever_sends_has_it_alone_for_a_while() -> None:
    """A claim moves the moment of the next try to the end of the lease."""
    claimed = DELIVERY.claim(NOW)

    assert (NOW + LEASE, 2, "pending") == (claimed.due_at, claimed.ver, claimed.state)


def test_failures_are_tried_again_later_and_later_and_then_given_up() -> None:
    """After each failure it waits longer; after the last one nobody tries again."""
    delivery, now = DELIVERY, NOW
    for wait in RETRY_AFTER:
        delivery = delivery.fail(now, "It did not answer.")
        assert ("pending", now + wait) == (delivery.state, delivery.due_at)
        now += wait
    ended = delivery.fail(now, "It did not answer.")

    assert ("failed", None, len(RETRY_AFTER) + 1) == (ended.state, ended.due_at, len(ended.attempts))
    assert sorted(RETRY_AFTER) == list(RETRY_AFTER)


def test_what_arrived_or_is_no_longer_true_has_ended() -> None:
    """A delivery ends by arriving, and by being dropped; each with a sentence in the log."""
    arrived, dropped = DELIVERY.deliver(NOW + timedelta(seconds=1), "200"), DELIVERY.drop(NOW, "It was replaced.")

    assert ("delivered", None, "200") == (arrived.state, arrived.due_at, arrived.attempts[0].outcome)
    assert ("dropped", None, "It was replaced.") == (dropped.state, dropped.due_at, dropped.attempts[0].outcome)


def test_test_is_tried_once() -> None:
    """Whoever asked for a test is told at once that it failed; nobody tries it again."""
    ended = replace(DELIVERY, notice=replace(DELIVERY.notice, kind="test")).fail(NOW, "It did not answer.")

    assert ("failed", None, "It did not answer.") == (ended.state, ended.due_at, ended.outcome)


def test_try_that_could_outlast_the_lease_is_not_begun() -> None:
    """Whoever claimed a delivery leaves it to the next one when there is not enough time left."""
    claimed = DELIVERY.claim(NOW)

    assert claimed.may_be_sent(NOW + LEASE - SLOWEST)
    assert not claimed.may_be_sent(NOW + LEASE - SLOWEST + timedelta(seconds=1))
    assert not claimed.deliver(NOW, "It arrived.").may_be_sent(NOW)


def test_receiver_knows_a_repetition_by_its_id() -> None:
    """Each try has the same id; another channel, notice or app has another one, whatever its log calls it."""
    others = [
        replace(DELIVERY, notice=replace(DELIVERY.notice, log="other")),
        replace(DELIVERY, notice=replace(DELIVERY.notice, key="other")),
        replace(DELIVERY, channel=replace(CHANNEL, id="other")),
    ]

    assert DELIVERY.message_id == DELIVERY.fail(NOW, "It did not answer.").claim(NOW).message_id
    assert 4 == len({DELIVERY.message_id, *(each.message_id for each in others)})


@pytest.mark.parametrize(
    ("kind", "target", "shown"),
    [
        ("email", "me@example.com", "me@example.com"),
        ("sns", "arn:aws:sns:us-east-1:123456789012:mine", "arn:aws:sns:us-east-1:123456789012:mine"),
        ("webhook", "https://example.com:8443/secret?b=c", "https://example.com:8443/…"),
        ("slack", "https://hooks.example.com/T0/B0/X", "https://hooks.example.com/…"),
    ],
)
def test_path_of_a_url_is_not_shown(kind: str, target: str, shown: str) -> None:
    """Whoever knows the URL of a webhook can write to it; where the operator is reached is no user's business."""
    assert shown == replace(CHANNEL, kind=kind, target=target).shown
    assert "whoever runs the service" == replace(CHANNEL, id="operator", kind=kind, target=target).shown
