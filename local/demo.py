"""A demo app: an origin that answers with the request as it got here, and counts what is uploaded."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK = 64 * 1024  # bytes of an upload in memory at a time
LINE_LIMIT = 1024  # bytes of a chunk's size line
IDLE_LIMIT = 75  # seconds


class BadBody(Exception):
    """The body does not follow RFC 9112 §7."""


class Echo(BaseHTTPRequestHandler):
    """Answers any method with what came in, as text."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "demo", ""
    disable_nagle_algorithm = True
    timeout = IDLE_LIMIT
    wbufsize = -1

    def answer(self) -> None:
        """Read the body without keeping it, then tell of the request."""
        try:
            size = sum(map(len, self._blocks()))
        except (BadBody, ValueError):
            self.send_error(400, "bad body")
            return
        lines = [f"{self.command} {self.path} {self.request_version}", *map(": ".join, self.headers.items())]
        body = "\n".join(["The demo app got this request:", "", *lines, "", f"body: {size} bytes", ""]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def handle_expect_100(self) -> bool:
        """Ask for the body at once instead of after the answer."""
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wfile.flush()
        return True

    def _blocks(self) -> Iterator[bytes]:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            yield from self._read(int(self.headers.get("Content-Length", "0")))
            return
        while size := int(self.rfile.readline(LINE_LIMIT).partition(b";")[0], 16):
            yield from self._read(size)
            self.rfile.readline(LINE_LIMIT)
        while self.rfile.readline(LINE_LIMIT).strip():  # trailers
            pass

    def _read(self, size: int) -> Iterator[bytes]:
        while size > 0:
            block = self.rfile.read(min(size, BLOCK))
            if not block:
                raise BadBody
            size -= len(block)
            yield block


class DemoServer(ThreadingHTTPServer):
    """Leaves connections that break to themselves."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Tell of faults, not of clients that went away."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def main() -> None:
    """Serve on 127.0.0.1 until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    DemoServer(("127.0.0.1", options.port), Echo).serve_forever()


if __name__ == "__main__":
    main()
