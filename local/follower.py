"""Keeps the edge's folder equal to the record, and tells how far it is, as on every edge machine."""

from __future__ import annotations

import argparse
import logging
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from uuid import uuid4

from chalicelib import wiring
from chalicelib.edge.folder import Folder
from chalicelib.edge.follower import Follower
from chalicelib.edge.reporter import Reporter
from chalicelib.x509 import selfsigned

INTERVAL = 0.2  # seconds between two looks at the feed


def main() -> None:
    """Follow until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m local.follower", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="the edge's own folder")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    folder = Folder(options.state)
    folder.prepare(selfsigned.default(datetime.now(timezone.utc)))
    stop = threading.Event()
    follower = Follower(wiring.feed().changes, wiring.vault().open, folder, time.monotonic)
    reporter = Reporter(
        folder.identity(str(uuid4())),
        lambda: follower.progress,
        wiring.edge_reports().keep,
        wiring.now,
        time.monotonic,
    )
    threading.Thread(target=reporter.run, args=(stop,), daemon=True).start()
    follower.run(stop, stop.wait, INTERVAL)


if __name__ == "__main__":
    main()
