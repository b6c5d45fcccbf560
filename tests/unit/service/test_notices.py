"""Who is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.model.notice import LEASE, OPERATOR, Notice
from tests.unit.service.conftest import OWNER, House


def notice(house: House) -> Notice:
    """Return a piece of news."""
    return Notice("key", "test", "app", house.clock(), {"app": "example", "actor": "me"})


@pytest.mark.parametrize(
    ("target", "kind"), [("operator@example.com", "email"), ("arn:aws:sns:us-east-1:123456789012:us", "sns")]
)
def test_operator_is_reached_by_mail_or_topic(house: House, target: str, kind: str) -> None:
    """As the settings say, and nobody is shown where."""
    [to] = replace(house.notices, operator_target=target).operator(notice(house))

    assert (OPERATOR, kind, target) == (to.id, to.kind, to.target)
    assert target not in to.shown
    assert [] == replace(house.notices, operator_target="").operator(notice(house))


def test_app_is_told_by_its_own_channels_and_its_accounts(house: House) -> None:
    """Its own come first."""
    app = house.app()
    own = house.channels.add_to_app(house.caller(), house.whole(app), "email", "app@example.com")

    assert [own, *house.notices.of_account(app.account_id)] == house.notices.of_app(house.whole(app))


def test_one_place_is_told_once(house: House) -> None:
    """However many channels lead there; the first one has it."""
    app = house.app()
    own = house.channels.add_to_app(house.caller(), house.whole(app), "email", OWNER)
    channels = house.notices.of_app(house.whole(app))
    house.record.commit(house.notices.tell(notice(house), channels))
    [waiting] = house.delivery_items.of("app")

    assert (own.id, house.clock()) == (waiting.channel.id, waiting.due_at)


def test_what_is_sent_right_away_is_the_ticks_only_later(house: House) -> None:
    """Until the lease is over nobody else sends it."""
    app = house.app()
    [claimed] = house.notices.claimed(notice(house), house.notices.of_app(house.whole(app)))
    house.record.commit(house.notices.writes([claimed]))

    assert house.clock() + LEASE == house.delivery_items.next_due()
    assert {} == house.outbox.deliver_due()
