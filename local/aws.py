"""The embedded AWS: moto behind a guard and locks, for this machine's own processes only.

moto is not thread-safe and forgets everything when it ends. So one call at a time reaches a service, and what a
call changed is on disk before it is answered (local/snapshot.py). Only calls signed with the access key of this
state folder are let in: other users of the machine and web pages do not know it.
"""

from __future__ import annotations

import argparse
import hmac
import io
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from local import tuning
from local.effects import Call, Row, call, effect
from local.folder import Unusable
from local.snapshot import ACCOUNT, Snapshot

BODY_LIMIT = 64 * 1024 * 1024  # bytes; what the product sends is far below
IDLE_LIMIT = 300  # seconds that a kept-alive connection may be silent
LOCKED = ("cloudformation", "dynamodb", "kms", "s3", "others")
UNWRITABLE = 74  # exit status when the state cannot be written (EX_IOERR)
Answer = tuple[str, list[tuple[str, str]], bytes]  # status, headers, body
log = logging.getLogger("aws")


class Locks:
    """One lock a service, and all of them for a call that may change anything."""

    def __init__(self) -> None:
        self._locks = {service: threading.Lock() for service in LOCKED}

    @contextmanager
    def held(self, service: str, changed: tuple[Row, ...] | None) -> Iterator[None]:
        """Wait until no other call is in the way."""
        one = (service if service in self._locks else "others",)
        with ExitStack() as stack:
            for name in LOCKED if changed is None else one:
                stack.enter_context(self._locks[name])
            yield


class Front:
    """Lets calls through to moto, one at a time for each service, and keeps what they changed."""

    def __init__(self, moto: Any, access_key: str, snapshot: Snapshot, give_up: Callable[[], Any]) -> None:
        self._moto = moto
        self._access_key = access_key
        self._snapshot = snapshot
        self._give_up = give_up
        self._locks = Locks()

    def admits(self, environ: dict[str, Any]) -> bool:
        """Tell whether the request of a WSGI environment is signed with this state folder's access key."""
        called = call(environ)
        return called is not None and hmac.compare_digest(called.access_key, self._access_key)

    def answer(self, environ: dict[str, Any], body: bytes) -> Answer:
        """Let an admitted request through and return what moto says to it, after the state is on disk."""
        called = call(environ)
        if called is None:
            raise ValueError
        changed = effect(called, body)
        with self._locks.held(called.service, changed):
            try:
                return self._pass(environ, body)
            except Exception:
                log.exception("%s %s failed", called.service, called.target or called.method)
                return "500 Internal Server Error", [], b"The embedded AWS failed.\n"
            finally:
                self._keep(called, changed)

    def _pass(self, environ: dict[str, Any], body: bytes) -> Answer:
        started: list[Any] = []

        def start_response(*arguments: Any) -> None:
            started[:] = arguments

        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        chunks = self._moto(environ, start_response)
        try:
            content = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = started[:2]
        return status, headers, content

    def _keep(self, called: Call, changed: tuple[Row, ...] | None) -> None:
        try:
            if changed is None:
                self._snapshot.save_all()
            elif changed:
                self._snapshot.save(changed)
        except Exception:
            # Memory now holds what the disk does not: start again from the disk rather than acknowledge it.
            log.exception("the state could not be written after %s %s", called.service, called.target)
            self._give_up()


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
