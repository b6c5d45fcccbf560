"""The embedded AWS: moto behind a guard and locks, for this machine's own processes only.

moto is not thread-safe and forgets everything when it ends. So one call at a time reaches a service, and what a
call changed is on disk before it is answered (local/snapshot.py). Only calls signed with the access key of this
state folder are let in: other users of the machine and web pages do not know it.
"""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from local import tuning
from local.folder import Unusable
from local.front import Front
from local.snapshot import ACCOUNT, Snapshot

BODY_LIMIT = 64 * 1024 * 1024  # bytes; what the product sends is far below
IDLE_LIMIT = 300  # seconds that a kept-alive connection may be silent
UNWRITABLE = 74  # exit status when the state cannot be written (EX_IOERR)


class Connection(MotoRequestHandler):
    """One kept-alive HTTP connection; the answer goes out in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_LIMIT
    wbufsize = -1

    def handle_expect_100(self) -> bool:
        """Ask for the body at once: the answer's buffer would keep the client waiting for a second."""
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wfile.flush()
        return True

    def run_wsgi(self) -> None:
        """Answer one request."""
        front: Any = self.server.app
        environ = self.make_environ()
        if not front.admits(environ):
            self._send(
                "403 Forbidden", [], b"This embedded AWS lets in only the processes that it was started with.\n"
            )
        elif (body := self._body(environ)) is None:
            self._send("413 Content Too Large", [], f"The limit is {BODY_LIMIT:,} bytes.\n".encode())
        else:
            self._send(*front.answer(environ, body), close=False)

    def _body(self, environ: dict[str, Any]) -> bytes | None:
        """Read the whole body; None if it is longer than the limit."""
        if "HTTP_TRANSFER_ENCODING" in environ:
            body = environ["wsgi.input"].read(BODY_LIMIT + 1)
        else:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            body = self.rfile.read(length) if length <= BODY_LIMIT else None
        return body if body is not None and len(body) <= BODY_LIMIT else None

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes, *, close: bool = True) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        length = str(len(body))
        for name, value in headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                length = value
            elif name.lower() not in {"connection", "content-length", "server", "date"}:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        if close:
            self.send_header("Connection", "close")  # it also makes the base class close it
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: a URL may tell what is nobody's business."""


def server(state: Path, port: int, access_key: str, give_up: Callable[[], Any]) -> BaseWSGIServer:
    """Return a server with the state of the folder, listening on 127.0.0.1; port 0 is any free one.

    Raises Unusable for a state that another version wrote, OSError for a taken port.
    """
    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT
    tuning.apply()
    snapshot = Snapshot(state)
    snapshot.restore()
    moto = DomainDispatcherApplication(create_backend_app)
    front: Any = Front(moto, access_key, snapshot, give_up)
    return make_server("127.0.0.1", port, front, threaded=True, request_handler=Connection)


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m local.aws", description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        listening = server(options.state, options.port, os.environ["AWS_ACCESS_KEY_ID"], _give_up)
    except Unusable as error:
        raise SystemExit(str(error)) from None
    listening.serve_forever()


def _give_up() -> NoReturn:
    os._exit(UNWRITABLE)


if __name__ == "__main__":
    main()
