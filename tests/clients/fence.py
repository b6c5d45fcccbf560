"""Where a client's requests to anywhere else end: it is their proxy, and connects nobody."""

from __future__ import annotations

import socket
from dataclasses import dataclass

LONGEST = 4096
SECONDS = 30


@dataclass(frozen=True)
class Fence:
    """A proxy that notes whom a client wants to reach and then hangs up."""

    listener: socket.socket

    @classmethod
    def build(cls) -> Fence:
        """Open one on a free port."""
        return cls(socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def caught(self, seconds: float = SECONDS) -> str | None:
        """Wait for a request and return its head; None if there is none in that time."""
        self.listener.settimeout(seconds)
        try:
            connection, _ = self.listener.accept()
        except (TimeoutError, BlockingIOError):
            return None
        with connection:
            connection.settimeout(seconds or SECONDS)
            return connection.recv(LONGEST).decode("latin-1")
