"""Becomes the engine, Caddy, on a new secret: writes its configuration and takes its place in this process."""

from __future__ import annotations

import argparse
import json
import os
import secrets
from datetime import datetime, timezone
from pathlib import Path
from typing import NoReturn

from chalicelib.edge import engine
from chalicelib.edge.caddy import Listeners, configuration
from chalicelib.edge.state_folder import StateFolder
from edge import ports

SECRET_BYTES = 32


def listeners(given: argparse.Namespace) -> Listeners:
    """Return where to listen, by the command line; raise Unavailable if a port is taken."""
    for port in (given.https_port, given.http_port):
        ports.check(given.bind, port)
    return Listeners(
        https_port=given.https_port,
        http_port=given.http_port,
        lookup_port=ports.check("127.0.0.1", given.lookup_port),
        secret=secrets.token_urlsafe(SECRET_BYTES),
        bind=given.bind,
        http2=given.http2,
    )


def serve(state: Path, where: Listeners) -> NoReturn:
    """Never return: Caddy goes on under this process id, and ends within seconds of SIGTERM.

    It says warnings and errors on stderr, one JSON object a line. Raises Unavailable where there is no Caddy.
    """
    binary = str(engine.binary())
    folder = StateFolder(state.resolve())
    prepare(folder)
    folder.write(engine.CONFIGURATION, json.dumps(configuration(where), indent=1).encode())
    os.chdir(folder.root)
    os.execve(binary, [binary, "run", "--config", engine.CONFIGURATION], engine.environment(folder.root))  # noqa: S606


def prepare(folder: StateFolder) -> None:
    """Make the folder that the engine reads, unless it is there: the follower may come later."""
    if (folder.root / "certs" / "default.pem").exists():
        return
    from chalicelib.x509 import selfsigned  # noqa: PLC0415, cryptography costs a tenth of a second

    folder.prepare(selfsigned.default(datetime.now(timezone.utc)))
