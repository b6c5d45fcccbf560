"""A POST to an https URL that a stranger chose: guarded as in net.guarded, and with a verified certificate."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from chalicelib.errors import Unavailable
from chalicelib.net import guarded
from chalicelib.net.guarded import Connect, Resolve

PORT = 443
SECONDS = 10.0  # for the whole of it: look-up, connection, handshake and answer
END_OF_HEAD = b"\r\n\r\n"
SUCCESS = range(200, 300)
REDIRECT = range(300, 400)


def context(extra_roots_pem: str | None) -> ssl.SSLContext:
    """Return what verifies a server: by Mozilla's roots, and by those in a PEM file."""
    import certifi  # noqa: PLC0415

    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(certifi.where())
    if extra_roots_pem:
        made.load_verify_locations(extra_roots_pem)
    return made


@dataclass(frozen=True, slots=True)
class Poster:
    """Sends notices to the URLs that users gave for them."""

    context: ssl.SSLContext
    resolve: Resolve
    private: bool = False  # whether addresses that are not public will do, too
    connect: Connect = socket.create_connection
    clock: Callable[[], float] = time.monotonic

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send a body to a URL that senders.url let through, and return the status, which is a 2xx.

        Every address of the host has to be public, and the connection goes to one of those that were looked at.
        Redirects are not followed, and the answer's body is not read. Raises Unavailable with a sentence, in about
        SECONDS at most, for everything else; it never tells the URL's path, which may be a secret.
        """
        parts = urlsplit(url)
        host, deadline = str(parts.hostname), self.clock() + SECONDS
        try:
            status = self._status(parts, host, _request(parts, body, headers), deadline)
        except TimeoutError:
            raise Unavailable(f"{host} did not answer within {SECONDS:g} seconds.") from None
        except ssl.SSLError as error:
            raise Unavailable(f"{host} cannot be trusted: {_reason(error)}.") from None
        except http.client.HTTPException:
            raise Unavailable(f"{host} did not answer in HTTP.") from None
        except OSError as error:
            raise Unavailable(f"{host} cannot be reached: {error.strerror or type(error).__name__}.") from None
        if status not in SUCCESS:
            moved = " Redirects are not followed: give the final address." if status in REDIRECT else ""
            raise Unavailable(f"{host} answered {status}.{moved}")
        return status

    def _status(self, parts: SplitResult, host: str, request: bytes, deadline: float) -> int:
        found = self.resolve(host, guarded.left(deadline, self.clock))
        addresses = guarded.allowed(host, found, private=self.private)
        with (
            guarded.reach(addresses, parts.port or PORT, deadline, self.connect, self.clock) as plain,
            self._secured(plain, host, deadline) as connection,
        ):
            self._send(connection, request, deadline)
            return guarded.answer(guarded.receive(connection, deadline, self.clock, _has_head)).status

    def _secured(self, plain: socket.socket, host: str, deadline: float) -> ssl.SSLSocket:
        plain.settimeout(guarded.left(deadline, self.clock))  # of the whole handshake, however it drips
        return self.context.wrap_socket(plain, server_hostname=host)

    def _send(self, connection: ssl.SSLSocket, request: bytes, deadline: float) -> None:
        while request:
            connection.settimeout(guarded.left(deadline, self.clock))
            request = request[connection.send(request) :]


def _request(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {
        "Host": parts.netloc,
        "User-Agent": "ssl-endpoint",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join(lines).encode("ascii") + END_OF_HEAD + body


def _has_head(received: bytearray) -> bool:
    return END_OF_HEAD in received or len(received) > guarded.MAX_HEAD_BYTES


def _reason(error: ssl.SSLError) -> str:
    said = getattr(error, "verify_message", "") or error.reason or "the handshake failed"
    return str(said).lower().replace("_", " ").rstrip(".")
