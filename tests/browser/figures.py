"""`python -m tests.browser.figures STATE APP_ID JSON`: figures of traffic, added as an edge adds them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from chalicelib.model.traffic import Batch, hour
from tests.e2e.product import ROOT, Product

SECONDS = 60


def add(product: Product, app: str, counts: Mapping[int, tuple[int, int]]) -> None:
    """Give an app requests and handshakes: by the minutes that they are ago."""
    identity = product.call("GET", f"/apps/{app}")["id"]
    command = [sys.executable, "-m", __name__, str(product.state), identity, json.dumps(counts)]
    subprocess.run(command, cwd=ROOT, timeout=SECONDS, check=True)


def _store(state: Path, identity: str, counts: Mapping[str, tuple[int, int]]) -> None:
    from chalicelib import stores  # noqa: PLC0415, it reads the settings that join() makes
    from local.folder import Folder  # noqa: PLC0415
    from local.running import join  # noqa: PLC0415

    join(Folder(state))
    now, hours = datetime.now(timezone.utc), defaultdict[str, dict[str, int]](dict)
    for ago, (requests, handshakes) in counts.items():
        at = now - timedelta(minutes=int(ago))
        hours[hour(at)] |= {f"r{at.minute:02}": requests, f"h{at.minute:02}": handshakes}
    for number, (name, of_hour) in enumerate(sorted(hours.items()), 1):
        stores.traffic().add("figures", Batch(identity, name, number, of_hour))


if __name__ == "__main__":
    _store(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))
