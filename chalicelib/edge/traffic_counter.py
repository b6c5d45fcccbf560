"""Counts the requests and handshakes of each app from what the engine writes down, and adds them to the record."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.edge import logs, tail
from chalicelib.edge.ledger import Key, Ledger
from chalicelib.edge.plan import Owners
from chalicelib.edge.tail import Tail
from chalicelib.model.traffic import HANDSHAKES, KEPT, REQUESTS, Batch

READ_SECONDS = 1.0  # between two looks at the log
SEND_SECONDS = 60.0
AHEAD = timedelta(minutes=5)  # of our own clock: what claims to be later is not believed

log = logging.getLogger(__name__)


class TrafficCounter:
    """Works in a thread of its own; the engine never waits for it, nor it for the engine.

    `owners` tells whose a name is, None while nobody knows; `add` adds a batch to the record, the same one only
    once, or raises. Whenever this dies, the next life goes on where the ledger was kept last: the log still has
    what came after, and the record knows which batches it has.
    """

    def __init__(
        self,
        root: Path,
        owners: Callable[[], Owners | None],
        add: Callable[[Batch], None],
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        log_file = root / logs.LOG
        self._ledger = Ledger.open(log_file.parent)
        self._tail = Tail(log_file, self._ledger.read)
        self._owners = owners
        self._add = add
        self._now = now
        self._clock = clock
        self._failure = ""  # what was told of since the last time that sending went well

    def run(self, stop: threading.Event) -> None:
        """Count every second and send every minute until told to stop, and once more then."""
        sent_at = self._clock()
        while not stop.is_set():
            if self._clock() - sent_at < SEND_SECONDS:
                self._try(self.read)
            else:
                self._try(self.send)
                sent_at = self._clock()
            stop.wait(READ_SECONDS)
        self._try(self.send)

    def read(self) -> None:
        """Count what the log gained; wait while it is unknown whose it is. Raises OSError."""
        owners = self._owners()
        if owners is None:
            return
        counted = tail.tally(self._tail.news())
        oldest, newest = (moment.timestamp() // tail.MINUTE for moment in self._believable())
        ours: Counter[Key] = Counter()
        for (minute, kind, name), times in counted.items():
            owner = owners.of_request if kind == logs.HOST else owners.of_handshake
            if oldest <= minute <= newest and (app_id := owner(name)) is not None:
                ours[minute, REQUESTS if kind == logs.HOST else HANDSHAKES, app_id] += times
        self._ledger.read = self._tail.read
        self._ledger.add(ours)

    def send(self) -> None:
        """Add to the record what was counted; raise what that raises, and keep the rest for the next time."""
        self.read()
        self._ledger.pack(self._now())
        self._ledger.keep()
        while self._ledger.sending:
            self._add(self._ledger.sending[0])
            self._ledger.sending.pop(0)
        self._ledger.keep()

    def _believable(self) -> tuple[datetime, datetime]:
        now = self._now()
        return now - KEPT, now + AHEAD

    def _try(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:  # whatever it is, the counts are kept
            if self._failure != type(error).__name__:
                log.warning("The edge cannot send its traffic: %s", type(error).__name__)
            self._failure = type(error).__name__
        else:
            self._failure = "" if do == self.send else self._failure
