"""The ports of a start: taken before anything runs, so that a conflict is told at once and cannot come later."""

from __future__ import annotations

import os
import random
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from local.folder import Unusable

HOST = "127.0.0.1"
PATIENCE = 2.0  # seconds; what held the port may be ending just now
PAUSE = 0.05
LASTING = range(20000, 32768)  # below the ports that systems give to outgoing connections
LASTING_ATTEMPTS = 20


class Ports:
    """Holds ports for processes that are going to listen on them."""

    def __init__(self) -> None:
        self._held: list[socket.socket] = []
        self._taken: set[int] = set()

    def take(self, port: int, setting: str = "") -> int:
        """Reserve a port of 127.0.0.1, 0 being any free one, and return it.

        Raises Unusable if something listens there; `setting` is what the user would change.
        """
        if port in self._taken:
            raise Unusable(f"Port {port} is wanted twice. Choose another one with {setting}.")
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._take(port)
            except PermissionError:
                raise Unusable(
                    f"Port {port} may only be used by root. Choose one above 1023 with {setting}."
                ) from None
            except OSError:
                if time.monotonic() > deadline:
                    advice = f"Stop what uses it, or choose another one with {setting}."
                    raise Unusable(f"Port {port} is taken{_by(port)}. {advice}") from None
            time.sleep(PAUSE)

    def keep(self, before: int | None) -> int:
        """Reserve the port of the last start if it is free, or one that no outgoing connection can use up."""
        for port in ([before] if before else []) + random.sample(LASTING, LASTING_ATTEMPTS):
            with suppress(OSError):
                return self._take(port)
        return self._take(0)

    def _take(self, port: int) -> int:
        reserved = socket.socket()
        # Linux lets a child listen on a port that its parent has bound this way, and gives it to nobody else.
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            reserved.bind((HOST, port))
        except OSError:
            reserved.close()
            raise
        taken: int = reserved.getsockname()[1]
        self._taken.add(taken)
        if sys.platform == "linux":
            self._held.append(reserved)
        else:
            reserved.close()
        return taken


def _by(port: int) -> str:
    """Return the words that name the process which listens on a port, if that can be known."""
    try:
        inodes = {f"socket:[{line.split()[9]}]" for line in _listening(port)}
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and inodes & _links(folder / "fd"):
                return f" by {(folder / 'comm').read_text().strip()} (process {folder.name})"
    except OSError:
        pass
    return ""


def _listening(port: int) -> list[str]:
    end, listen = f":{port:04X}", "0A"
    lines = [line for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return [line for line in lines if line.split()[1].endswith(end) and line.split()[3] == listen]


def _links(folder: Path) -> set[str]:
    try:
        return {os.readlink(link) for link in folder.iterdir()}
    except OSError:
        return set()
