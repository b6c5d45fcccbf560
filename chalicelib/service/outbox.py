"""The outbox: sends what waits there, tries again what failed, and keeps what came of each try."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from chalicelib.errors import Conflict, NotFound, SSLEndpointError
from chalicelib.model.notice import (
    DELIVERED,
    FAILED,
    LEASE,
    OPERATOR,
    PENDING,
    TEST,
    Channel,
    Delivery,
    Notice,
)
from chalicelib.record.notices import ChannelItems, DeliveryItems
from chalicelib.record.writes import Write
from chalicelib.senders.way import Sender
from chalicelib.service.messages import Messages

AT_ONCE = 8  # deliveries: a receiver that hangs keeps only one of them waiting
RUN = timedelta(seconds=40)
FRESH = timedelta(seconds=5)  # so long nobody asks whether the news is still true
LEFT, TAKEN = "left", "taken"
log = logging.getLogger("ssl_endpoint")


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a deliverer has learnt: receivers that hang keep nobody else waiting.

    Within a run one try shows that a receiver is down, and after a while no more tries are begun; what is left
    waits for the tick, which comes every minute.
    """

    started: datetime
    length: timedelta = RUN
    down: set[tuple[str, str]] = field(default_factory=set, init=False)

    def has_time_for(self, delivery: Delivery, now: datetime) -> bool:
        """Tell whether a delivery is tried in this run."""
        return _place(delivery) not in self.down and now <= self.started + self.length

    def learn(self, after: Delivery) -> None:
        """Take in what came of a try."""
        if after.state in {PENDING, FAILED}:
            self.down.add(_place(after))


@dataclass(frozen=True, slots=True)
class Outbox:
    """Sends deliveries, each by one process at a time."""

    deliveries: DeliveryItems
    channels: ChannelItems
    messages: Messages
    senders: Mapping[str, Sender]  # by kind of channel
    is_true: Mapping[str, Callable[[Notice], bool]]  # by kind of notice: what may be overtaken by events
    now: Callable[[], datetime]

    def deliver_due(self) -> dict[str, int]:
        """Try what has to be tried by now, and return how many deliveries came to what."""
        run = Run(self.now())

        def take(delivery: Delivery) -> str:
            if not run.has_time_for(delivery, self.now()):
                return LEFT
            after = self._take(delivery, run)
            return after.state if after else TAKEN

        found = list(self.deliveries.due(self.now()))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(Counter(pool.map(take, found)))

    def send(self, delivery: Delivery, run: Run) -> Delivery:
        """Try a delivery that is claimed, if there is time, and return it with what came of it.

        Whoever dies between sending and recording leaves it to the tick, which sends the same message again.
        """
        now = self.now()
        if not run.has_time_for(delivery, now) or not delivery.may_be_sent(now):
            return delivery
        channel = delivery.channel if self._is_fresh(delivery, now) else self._current(delivery.channel)
        after = self._tried(delivery, channel, now)
        run.learn(after)
        self._record(after, channel)
        return after

    def test(self, channel: Channel, log_id: str, facts: Mapping[str, str], *writes: Write) -> Delivery:
        """Send a test through a channel now, and return what came of it; it is not tried again."""
        now = self.now()
        notice = Notice(f"{TEST}#{uuid4()}", TEST, log_id, now, facts)
        delivery = Delivery(notice, channel, due_at=now + LEASE)
        self.deliveries.create(delivery, *writes)
        return self.send(delivery, Run(now))

    def _take(self, delivery: Delivery, run: Run) -> Delivery | None:
        """Claim a delivery and try it; None if somebody else has it, or the record does not answer."""
        claimed = delivery.claim(self.now())
        try:
            self.deliveries.replace(claimed)
            return self.send(claimed, run)
        except Conflict:
            return None
        except SSLEndpointError as error:
            log.warning("delivery %s: %s", delivery.message_id, error.message)
            return None

    def _is_fresh(self, delivery: Delivery, now: datetime) -> bool:
        return not delivery.attempts and now - delivery.notice.at < FRESH

    def _current(self, channel: Channel) -> Channel | None:
        return channel if channel.id == OPERATOR else self.channels.current(channel)

    def _tried(self, delivery: Delivery, channel: Channel | None, now: datetime) -> Delivery:
        is_true = self.is_true.get(delivery.notice.kind)
        if channel is None:
            return delivery.drop(now, "The channel was removed.")
        if is_true and not self._is_fresh(delivery, now) and not is_true(delivery.notice):
            return delivery.drop(now, "It is no longer so: nothing was sent.")
        try:
            outcome = self.senders[channel.kind].send(channel, self.messages.write(delivery))
        except SSLEndpointError as error:
            return delivery.fail(self.now(), error.message)
        except Exception:  # of a receiver that nobody thought of: the others wait for their messages
            log.exception("delivery %s failed", delivery.message_id)
            return delivery.fail(self.now(), "Something went wrong on our side; our log has it.")
        return delivery.deliver(self.now(), outcome)

    def _record(self, after: Delivery, channel: Channel | None) -> None:
        try:
            try:
                self.deliveries.replace(after, *self._news_of(channel, after))
            except (NotFound, Conflict):  # the channel was removed while it was sent, or others mark it, too
                self.deliveries.replace(after)
        except Conflict:  # it took longer than the lease
            log.warning("delivery %s was tried by two", after.message_id)

    def _news_of(self, channel: Channel | None, after: Delivery) -> list[Write]:
        """Return what marks a channel as failing, or as well again."""
        why = {FAILED: after.outcome, DELIVERED: ""}.get(after.state)
        if channel is None or channel.id == OPERATOR or why is None or bool(why) == bool(channel.failing):
            return []
        return [self.channels.failing(channel, why)]


def _place(delivery: Delivery) -> tuple[str, str]:
    return delivery.channel.kind, delivery.channel.target
