"""Answers `GET /ready` and `GET /live` for load balancers and supervisors; no client can hold up another one."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from edge import ports

SECONDS = 2.0  # to send a request, and as many to take the answer
MOST_BYTES = 8192  # of a request
MOST_AT_ONCE = 64
READY, LIVE = "/ready", "/live"
REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
OK, BAD_REQUEST, NOT_FOUND, NOT_ALLOWED, UNAVAILABLE = REASONS

Look = Callable[[], str]  # returns why not, in a sentence; "" if all is well


class Readiness:
    """Whether this edge may be sent connections: it has what it is to serve, it serves, and it is not ending.

    A record that is down does not matter: what was served goes on being served.
    """

    def __init__(self, is_whole: Callable[[], bool], is_serving: Callable[[], bool]) -> None:
        self._is_whole = is_whole
        self._is_serving = is_serving
        self._draining = False

    def drain(self) -> None:
        """Be ready no more, so that connections are sent elsewhere before this edge ends."""
        self._draining = True

    def look(self) -> str:
        """Return why this edge is not ready, "" if it is."""
        if self._draining:
            return "The edge is about to end."
        if not self._is_whole():
            return "The edge does not have all yet that it is to serve."
        return "" if self._is_serving() else "The engine does not answer a TLS handshake."


class ReadyServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A short connection a request, in a thread that ends by itself; of too many some are closed unheard."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: str, port: int, looks: Mapping[str, Look]) -> None:
        super().__init__((address, port), socketserver.BaseRequestHandler, bind_and_activate=False)
        self.socket.close()
        try:
            self.socket = ports.listen(address, port)
        except OSError as error:
            raise ports.taken(address, port, error) from None
        self.server_address = self.socket.getsockname()
        self._looks = looks
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)

    def start(self) -> None:
        """Answer from now on, in a thread of its own."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, if there is a place."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def finish_request(self, request: Any, _client_address: Any) -> None:
        """Read one request and answer it; raise OSError where the client is too slow or gone."""
        method, path = _parse(_head(request))
        status, text = self._answer(method, path)
        request.settimeout(SECONDS)
        request.sendall(_response(status, text, with_body=method != "HEAD"))

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """A client that is slow or gone is no news."""

    def _answer(self, method: str, path: str) -> tuple[int, str]:
        if not method:
            return BAD_REQUEST, "This is not a request."
        if path not in self._looks:
            return NOT_FOUND, f"There are {READY} and {LIVE}."
        if method not in {"GET", "HEAD"}:
            return NOT_ALLOWED, "Send a GET."
        why_not = self._looks[path]()
        return (UNAVAILABLE, why_not) if why_not else (OK, "yes")


def started(address: str, port: int, readiness: Readiness, is_alive: Callable[[], bool]) -> ReadyServer:
    """Return a server that answers already; raise Unavailable if its port is taken."""
    live = {LIVE: lambda: "" if is_alive() else "The follower has ended.", READY: readiness.look}
    server = ReadyServer(address, port, live)
    server.start()
    return server


def _head(request: socket.socket) -> bytes:
    """Return what comes up to the empty line, within the time for it; raise OSError if it does not come."""
    deadline, head = time.monotonic() + SECONDS, b""
    while b"\r\n\r\n" not in head and b"\n\n" not in head and len(head) < MOST_BYTES:
        if (left := deadline - time.monotonic()) <= 0:
            raise TimeoutError
        request.settimeout(left)
        received = request.recv(MOST_BYTES)
        if not received:
            raise ConnectionResetError
        head += received
    return head


def _parse(head: bytes) -> tuple[str, str]:
    words = head.partition(b"\n")[0].decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):  # noqa: PLR2004, method, target, version
        return "", ""
    return words[0], words[1].partition("?")[0]


def _response(status: int, text: str, *, with_body: bool) -> bytes:
    body = f"{text}\n"
    head = (
        f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return (head + body * with_body).encode()
