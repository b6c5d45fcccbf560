"""Becomes Caddy, on a new secret: writes its configuration and takes its place in this process."""

from __future__ import annotations

import argparse
import json
import os
import secrets
from datetime import datetime, timezone
from pathlib import Path

from chalicelib.edge import engine
from chalicelib.edge.caddy import Listeners, configuration
from chalicelib.edge.folder import Folder
from local import folder

CONFIGURATION = "caddy.json"
SECRET_BYTES = 32


def main() -> None:
    """Never return: Caddy goes on under this process id."""
    parser = argparse.ArgumentParser(prog="python -m local.edge", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="the edge's own folder")
    parser.add_argument("--https-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--lookup-port", type=int, required=True)
    parser.add_argument("--http2", action="store_true")
    given = parser.parse_args()
    listeners = Listeners(
        https_port=given.https_port,
        http_port=given.http_port,
        lookup_port=given.lookup_port,
        secret=secrets.token_urlsafe(SECRET_BYTES),
        http2=given.http2,
    )
    prepare(given.state)
    folder.Folder(given.state).write(CONFIGURATION, json.dumps(configuration(listeners), indent=1))
    os.chdir(given.state)
    binary = str(engine.binary())
    os.execve(binary, [binary, "run", "--config", CONFIGURATION], engine.environment(given.state))  # noqa: S606


def prepare(root: Path) -> None:
    """Make the folder that Caddy reads, unless it is there: once it is, the follower is its only writer."""
    if (root / "certs" / "default.pem").exists():
        return
    from chalicelib.x509 import selfsigned  # noqa: PLC0415, cryptography costs a tenth of a second

    Folder(root).prepare(selfsigned.default(datetime.now(timezone.utc)))


if __name__ == "__main__":
    main()
