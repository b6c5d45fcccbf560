"""Keeps the edge's folder equal to the record, and tells how far it is and what it counted, as on every edge."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

from chalicelib import stores, wiring
from chalicelib.edge.folder import Folder
from chalicelib.edge.follower import Follower
from chalicelib.edge.reporter import Reporter
from chalicelib.edge.traffic import Traffic
from chalicelib.x509 import selfsigned

INTERVAL = 0.2  # seconds between two looks at the feed
LAST_SECONDS = 2.0  # to add the last counts, once the process is told to end


def main() -> None:
    """Follow until the process is told to end."""
    parser = argparse.ArgumentParser(prog="python -m local.follower", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="the edge's own folder")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    folder = Folder(options.state)
    folder.prepare(selfsigned.default(datetime.now(timezone.utc)))
    stop = threading.Event()
    follower = Follower(stores.feed().changes, stores.vault().open, folder, time.monotonic)
    counting = _tell(folder, follower, stop)
    signal.signal(signal.SIGTERM, _end)
    try:
        follower.run(stop, stop.wait, INTERVAL)
    finally:
        stop.set()
        counting.join(LAST_SECONDS)


def _tell(folder: Folder, follower: Follower, stop: threading.Event) -> threading.Thread:
    """Start the threads that tell the record of this edge, and return the one that counts."""
    edge_id = folder.identity(str(uuid4()))
    reporter = Reporter(edge_id, lambda: follower.progress, stores.edges().keep, wiring.now, time.monotonic)
    add = partial(stores.traffic().add, edge_id)
    traffic = Traffic(folder.root, lambda: follower.owners, add, wiring.now, time.monotonic)
    threads = [threading.Thread(target=each.run, args=(stop,), daemon=True) for each in (reporter, traffic)]
    for thread in threads:
        thread.start()
    return threads[-1]


def _end(*_: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    main()
