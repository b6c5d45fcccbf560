"""Follows the record until SIGTERM: keeps the folder equal to it, counts, reports, and says if it is ready."""

from __future__ import annotations

import argparse
import fcntl
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from functools import partial
from typing import NoReturn
from uuid import uuid4

from chalicelib import stores, wiring
from chalicelib.edge.follower import Follower
from chalicelib.edge.reporter import Reporter
from chalicelib.edge.state_folder import StateFolder
from chalicelib.edge.traffic_counter import TrafficCounter
from chalicelib.errors import Unavailable
from chalicelib.x509 import selfsigned
from edge import ready
from edge.handshake import Handshakes

INTERVAL = 0.2  # seconds between two looks at the feed
LOOK_SECONDS = 1.0  # between two looks whether the follower works
LAST_SECONDS = 2.0  # to add the last counts and take the report back, once it has drained


def follow(given: argparse.Namespace) -> None:
    """Return after SIGTERM, once this edge has drained; raise Unavailable if it cannot begin, or cannot go on."""
    folder = StateFolder(given.state.resolve())
    folder.prepare(selfsigned.default(datetime.now(timezone.utc)))
    with _alone(folder):
        folder.tidy()
        stop = threading.Event()
        follower = Follower(stores.feed().changes, stores.vault().open, folder, time.monotonic, stop)
        following = _thread(partial(follower.run, stop.wait, INTERVAL))
        readiness = ready.Readiness(lambda: follower.is_whole, Handshakes(given.bind, given.https_port).succeed)
        ready.started(given.ready_bind, given.ready_port, readiness, following.is_alive)
        signal.signal(signal.SIGTERM, _end)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, _end)
        threads = [following, *map(_thread, _sending(folder, follower, stop))]
        for thread in threads:
            thread.start()
        _run(following, readiness, given.drain_seconds)
        stop.set()
        for thread in threads:
            thread.join(LAST_SECONDS)


def _run(following: threading.Thread, readiness: ready.Readiness, drain_seconds: float) -> None:
    """Return when the process was told to end and has drained; a second signal ends that at once."""
    with suppress(SystemExit):
        while following.is_alive():
            time.sleep(LOOK_SECONDS)
        raise Unavailable("The follower has ended: see what it said before.")
    readiness.drain()
    with suppress(SystemExit):
        time.sleep(drain_seconds)


def _sending(folder: StateFolder, follower: Follower, stop: threading.Event) -> list[partial[None]]:
    """Return what sends to the record what this edge knows: how far it is, and what it counted."""
    edge_id = folder.identity(str(uuid4()))
    edges = stores.edges()
    forget = partial(edges.forget, edge_id)
    reporter = Reporter(edge_id, lambda: follower.progress, edges.keep, wiring.now, time.monotonic, forget)
    add = partial(stores.traffic().add, edge_id)
    counter = TrafficCounter(folder.root, lambda: follower.owners, add, wiring.now, time.monotonic)
    return [partial(reporter.run, stop), partial(counter.run, stop)]


@contextmanager
def _alone(folder: StateFolder) -> Iterator[None]:
    """Be the one writer of the folder; raise Unavailable if there is another one."""
    with (folder.root / "follower.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(f"Another follower already keeps the folder {folder.root}.") from None
        yield


def _thread(run: partial[None]) -> threading.Thread:
    return threading.Thread(target=run, daemon=True)


def _end(*_: object) -> NoReturn:
    sys.exit(0)
