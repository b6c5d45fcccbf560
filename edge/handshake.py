"""Finds out whether the engine serves: by a real TLS handshake, which makes it look up a certificate."""

from __future__ import annotations

import socket
import ssl
import threading
import time

ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104, where to reach what listens everywhere
LIMIT = 4.0  # seconds
FRESH = 1.0  # seconds for which an answer holds, so that whoever asks often costs the engine nothing


def succeeds(address: str, port: int, limit: float = LIMIT) -> bool:
    """Tell whether a TLS handshake succeeds, with any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((ANY.get(address, address), port), limit) as plain,
            context.wrap_socket(plain),
        ):
            return True
    except OSError:
        return False


class Handshakes:
    """The engine at an address, asked at most once a second, however many ask."""

    def __init__(self, address: str, port: int) -> None:
        self._address = address
        self._port = port
        self._asking = threading.Lock()
        self._succeeds, self._at = False, -FRESH

    def succeed(self) -> bool:
        """Tell whether the engine shook hands within the last second."""
        with self._asking:
            if time.monotonic() - self._at >= FRESH:
                self._succeeds = succeeds(self._address, self._port)
                self._at = time.monotonic()
            return self._succeeds
