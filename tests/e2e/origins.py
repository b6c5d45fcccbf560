"""Small apps to stand behind an edge: one that echoes, one that counts, one that speaks websocket."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

PIECE = 1 << 20


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it got: the request's headers as JSON, and how many bytes of body."""

    protocol_version = "HTTP/1.1"
    rbufsize = PIECE
    timeout = 15
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        received = self._count(int(self.headers.get("Content-Length", "0")))
        answer = {"path": self.path, "headers": self.headers.items(), "received": received, "port": self._port}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    @property
    def _port(self) -> int:
        return int(self.connection.getsockname()[1])

    def _count(self, expected: int) -> int:
        buffer = memoryview(bytearray(PIECE))
        received = 0
        while received < expected:
            read = self.rfile.readinto1(buffer[: expected - received])
            if not read:
                break
            received += read
        return received

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """An edge that hangs up in a test is no error of the origin."""


class _Server6(_Server):
    address_family = socket.AF_INET6


@contextmanager
def echo(address: str = "127.0.0.1") -> Iterator[str]:
    """Run an origin that answers with the headers it got; yield its `host:port`."""
    kind, host = (_Server6, f"[{address}]") if ":" in address else (_Server, address)
    with kind((address, 0), _Echo) as server:
        yield from _running(server, host, server.server_address[1])


@contextmanager
def websocket_echo() -> Iterator[str]:
    """Run an origin that sends every websocket message back; yield its `host:port`."""

    def answer(connection: ServerConnection) -> None:
        try:
            for message in connection:
                connection.send(message)
        except ConnectionClosed:
            pass

    with serve(answer, "127.0.0.1", 0) as server:
        yield from _running(server, "127.0.0.1", server.socket.getsockname()[1])


def _running(server: object, host: str, port: int) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever)  # type: ignore[attr-defined]
    thread.start()
    try:
        yield f"{host}:{port}"
    finally:
        server.shutdown()  # type: ignore[attr-defined]
        thread.join(5)
