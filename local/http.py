"""The API and the console over HTTP, in the place of API Gateway and CloudFront.

Routes answer at the root and below /api. Whatever goes wrong is told as {"id", "message"}, also what the server
refuses before any view sees it.
"""

from __future__ import annotations

import argparse
import gc
import logging
import select
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

from chalice import Chalice
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask

from chalicelib.api.body import MAX_BODY_BYTES
from chalicelib.api.refusals import Refusal, refusals
from local import static
from local.gateway import REFUSALS, Gateway, GatewayAnswer, Request, refusal

THREADS = 16
COLLECTED_AT = 20_000  # objects more than before: a list of a thousand rows makes half as many
IDLE_LIMIT = 120  # seconds without a byte
SWALLOW_BYTES = 64 * 1024 * 1024  # of a request that is refused before its end
SWALLOW_SECONDS = 10.0
QUIET_SECONDS = 0.1
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
FRONTEND = Path(__file__).parents[1] / "frontend"
log = logging.getLogger("api")


class Site:
    """A WSGI application: the routes of a Chalice app and the files of the console."""

    def __init__(self, app: Chalice, frontend: Path) -> None:
        self._gateway = Gateway(app)
        self._frontend = frontend

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """GatewayAnswer one request."""
        request_id = str(uuid4())
        try:
            answer = self._answer(environ, request_id)
        except Exception:
            log.exception("request %s failed", request_id)
            answer = refusal(500, request_id)
        if not answer.by_view:
            refusals.note(_refusal(environ, request_id, answer.status))
        start_response(
            f"{answer.status} {_reason(answer.status)}",
            [*answer.headers, ("Content-Length", str(len(answer.body)))],
        )
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: dict[str, Any], request_id: str) -> GatewayAnswer:
        request = _request(environ, request_id)
        if len(request.body) > MAX_BODY_BYTES:
            return refusal(413, request.id)
        if request.path == "/api" or request.path.startswith("/api/"):
            return self._gateway.answer(replace(request, path=request.path.removeprefix("/api") or "/"))
        if self._gateway.knows(request.path) or not (file := static.find(self._frontend, request.path)):
            return self._gateway.answer(request)
        if request.method not in {"GET", "HEAD"}:
            return refusal(405, request.id, ("Allow", "GET, HEAD"))
        body, headers = static.content(file, request.headers.get("accept-encoding", ""))
        return GatewayAnswer(200, body, list(headers.items()))


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """Tells in JSON what waitress refuses by itself."""

    def execute(self) -> None:
        _swallow(self.channel.socket)
        answer = refusal(self.request.error.code, str(uuid4()))
        self.status = f"{answer.status} {_reason(answer.status)}"
        self.response_headers.extend(answer.headers)
        self.set_close_on_finish()
        self.content_length = len(answer.body)
        self.write(answer.body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _ErrorTask


class _Server(TcpWSGIServer):  # type: ignore[misc]
    channel_class = _Channel


def server(app: Chalice, port: int, frontend: Path = FRONTEND) -> TcpWSGIServer:
    """Return a server that listens on 127.0.0.1; raises OSError for a taken port."""
    adjustments = Adjustments(
        host="127.0.0.1",
        port=port,
        threads=THREADS,
        ident=None,
        max_request_body_size=MAX_BODY_BYTES + 1,
        channel_timeout=IDLE_LIMIT,
        clear_untrusted_proxy_headers=True,
    )
    return _Server(Site(app, frontend), adj=adjustments)


def main() -> None:
    """Serve app.py until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m local.http", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    from app import app  # noqa: PLC0415, its settings come from the environment of this process

    gc.freeze()  # what was imported stays; a long list is no reason to look through it
    gc.set_threshold(COLLECTED_AT)

    server(app, options.port).run()


def _request(environ: dict[str, Any], request_id: str) -> Request:
    path = environ["REQUEST_URI"].partition("?")[0]
    if not path.startswith("/"):  # absolute form, RFC 9112 §3.2.2
        path = "/" + path.partition("://")[2].partition("/")[2]
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    return Request(
        id=request_id,
        method=environ["REQUEST_METHOD"],
        path=path,
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=environ["wsgi.input"].read(MAX_BODY_BYTES + 1),
        client=environ.get("REMOTE_ADDR", ""),
    )


def _refusal(environ: dict[str, Any], request_id: str, status: int) -> Refusal:
    """Describe what was refused before any view saw it, as API Gateway's own log does on AWS."""
    method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in METHODS else "?"
    error = REFUSALS[status][0] if status in REFUSALS else ""
    return Refusal(request_id, method, "", environ.get("REMOTE_ADDR", ""), status, error, "")


def _swallow(connection: socket.socket) -> None:
    """Read what a client is still sending: closing on unread bytes would reset the connection, answer and all."""
    deadline, left = time.monotonic() + SWALLOW_SECONDS, SWALLOW_BYTES
    with suppress(OSError):
        while left > 0 and time.monotonic() < deadline and select.select([connection], [], [], QUIET_SECONDS)[0]:
            block = connection.recv(65536)
            if not block:
                return
            left -= len(block)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


if __name__ == "__main__":
    main()
