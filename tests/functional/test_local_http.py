"""The HTTP front of one machine: what API Gateway would pass on, and errors in the API's own words."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from chalice import Chalice
from chalice.app import Response
from waitress import wasyncore

from local import http

LIMIT = 20  # seconds for anything here
TOKEN = "Bearer the-secret-token"


def echo(app: Chalice) -> dict[str, Any]:
    """Return what a view can see of its request."""
    request: Any = app.current_request
    return {
        "method": request.method,
        "parameters": request.uri_params,
        "query": {name: request.query_params.getlist(name) for name in request.query_params or {}},
        "body": request.raw_body.hex(),
        "client": request.context["identity"]["sourceIp"],
        "type": request.headers.get("content-type"),
        "twice": request.headers.get("x-twice"),
    }


def make_app() -> Chalice:
    """Return a Chalice app with a view for each thing to be seen."""
    app = Chalice("front")

    @app.route("/things/{thing}", methods=["GET", "POST"], content_types=["*/*"])
    def things(thing: str) -> Any:
        return echo(app)

    @app.route("/things/known", methods=["GET"])
    def known() -> Any:
        return Response({"known": True}, status_code=202, headers={"Request-Id": "abc"})

    @app.route("/slow/{thing}", methods=["GET"])
    def slow(thing: str) -> Any:
        time.sleep(0.05)
        return {"asked": thing, "seen": echo(app)["parameters"]["thing"]}

    @app.route("/broken", methods=["GET"])
    def broken() -> Any:
        return Response(object())

    @app.route("/raising", methods=["GET"])
    def raising() -> Any:
        raise RuntimeError

    return app


@dataclass(frozen=True)
class Site:
    """A running server."""

    port: int

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[HTTPResponse, bytes]:
        """Send one request on a connection of its own."""
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer, answer.read()

    def raw(self, sent: bytes) -> bytes:
        """Send bytes as they are and return all that comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), LIMIT) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while block := connection.recv(65536):
                received += block
        return received


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Yield a server over an app of the tests' own, with a console of three files."""
    frontend = tmp_path_factory.mktemp("top") / "frontend"
    (frontend / "js").mkdir(parents=True)
    (frontend / "index.html").write_text("<!doctype html>")
    (frontend / "js" / "list.js").write_text("export {};")
    (frontend / ".hidden.txt").write_text("secret")
    (frontend.parent / "outside.txt").write_text("secret")
    (frontend / "link.txt").symlink_to(frontend.parent / "outside.txt")
    server = http.server(make_app(), 0, frontend)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield Site(int(server.effective_port))
    server.task_dispatcher.shutdown()
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    thread.join(LIMIT)


def told(body: bytes) -> Any:
    """Return a JSON body."""
    return json.loads(body)


def test_view_sees_the_request_as_from_api_gateway(site: Site) -> None:
    """Parameters stay percent-encoded, a query keeps all its values, repeated headers are joined."""
    answer, body = site.call("GET", "/things/%2A.example.com%2F?a=1&a=2&b=", **{"X-Twice": "1, 2"})

    assert 200 == answer.status
    assert {"thing": "%2A.example.com%2F"} == told(body)["parameters"]
    assert {"a": ["1", "2"], "b": [""]} == told(body)["query"]
    assert "127.0.0.1" == told(body)["client"]
    assert "1, 2" == told(body)["twice"]


@pytest.mark.parametrize("body", [b"", b'{"a": 1}', b"\x00\xff\xfe", "ü".encode()])
def test_body_arrives_byte_for_byte(site: Site, body: bytes) -> None:
    """Text and binary bodies reach the view unaltered."""
    _, answered = site.call("POST", "/things/x", body)

    assert body.hex() == told(answered)["body"]


def test_chunked_body_arrives_whole(site: Site) -> None:
    """A body sent in chunks is one body, and the next request on the connection is another one."""
    received = site.raw(
        b"POST /things/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        b"GET /things/known HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )

    assert b"abcde".hex().encode() in received
    assert received.endswith(b'{"known":true}')


def test_routes_answer_below_api_too(site: Site) -> None:
    """The console's calls to /api/… are the same routes; files are not served there."""
    answer, _ = site.call("GET", "/api/things/known")
    missing, body = site.call("GET", "/api/js/list.js")

    assert 202 == answer.status
    assert "abc" == answer.headers["Request-Id"]
    assert (404, "not_found") == (missing.status, told(body)["id"])


def test_trailing_slash_makes_no_difference(site: Site) -> None:
    """A route is found with a slash behind it, but a parameter is never empty."""
    assert 202 == site.call("GET", "/things/known/")[0].status
    assert 404 == site.call("GET", "/things/")[0].status
    assert 404 == site.call("GET", "/things//")[0].status


def test_unknown_address_is_404_and_echoes_nothing(site: Site) -> None:
    """The answer is ours and repeats no header."""
    answer, body = site.call("GET", "/nothing/here", Authorization=TOKEN)

    assert 404 == answer.status
    assert {"id", "message"} == told(body).keys()
    assert "secret" not in str(answer.headers) + body.decode()


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "PATCH", "BREW"])
def test_unknown_method_is_405_with_what_is_allowed(site: Site, method: str) -> None:
    """A route tells which methods it has."""
    answer, body = site.call(method, "/things/x", Authorization=TOKEN)

    assert (405, "method_not_allowed") == (answer.status, told(body)["id"])
    assert "GET, POST" == answer.headers["Allow"]


def test_wrong_content_type_is_415_in_our_words(site: Site) -> None:
    """Chalice's own refusals are put into the API's form."""
    answer, body = site.call("GET", "/things/known", **{"Content-Type": "text/csv", "Authorization": TOKEN})

    assert (415, "unsupported_media_type") == (answer.status, told(body)["id"])


def test_head_is_get_without_a_body(site: Site) -> None:
    """HEAD tells the length that GET would have, and leaves the connection usable."""
    received = site.raw(
        b"HEAD /things/known HTTP/1.1\r\nHost: x\r\n\r\n"
        b"GET /things/known HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    first, _, second = received.partition(b"\r\n\r\n")

    assert b"Content-Length: 14" in first
    assert second.startswith(b"HTTP/1.1 202 ")
    assert second.endswith(b'\r\n\r\n{"known":true}')


@pytest.mark.parametrize("size", [256 * 1024 + 1, 5 * 1024 * 1024])
@pytest.mark.parametrize("chunked", [False, True])
def test_body_above_the_limit_is_413(site: Site, size: int, chunked: bool) -> None:
    """More than 256 KB are refused in JSON, with a length and in chunks."""
    blocks = (b"x" * 65536 for _ in range(size // 65536 + 1))
    answer, body = site.call("POST", "/things/x", blocks if chunked else b"x" * size)

    assert (413, "request_too_large") == (answer.status, told(body)["id"])


def test_body_at_the_limit_passes(site: Site) -> None:
    """256 KB are not too many."""
    answer, _ = site.call("POST", "/things/x", b"x" * 256 * 1024)

    assert 200 == answer.status


@pytest.mark.parametrize(
    ("sent", "status", "name"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "bad_request"),
        (b"no http\r\n\r\n", 400, "bad_request"),
        (
            b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 300_000 + b"\r\n\r\n",
            431,
            "request_header_fields_too_large",
        ),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "not_implemented"),
    ],
)
def test_what_is_not_http_is_refused_in_json(site: Site, sent: bytes, status: int, name: str) -> None:
    """The server's own refusals have the API's form, too."""
    head, _, body = site.raw(sent).partition(b"\r\n\r\n")

    assert head.startswith((f"HTTP/1.1 {status} ".encode(), f"HTTP/1.0 {status} ".encode()))
    assert name == told(body)["id"]


@pytest.mark.parametrize("path", ["/broken", "/raising"])
def test_fault_is_500_with_a_request_id_and_a_log_line_without_secrets(
    site: Site, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """What goes wrong in a view or behind it says nothing of itself; the log has no header."""
    with caplog.at_level(logging.DEBUG):
        answer, body = site.call("GET", path, Authorization=TOKEN)

    assert (500, "internal_server_error") == (answer.status, told(body)["id"])
    assert answer.headers["Request-Id"] in told(body)["message"]
    assert caplog.records
    assert "secret" not in caplog.text


def test_requests_at_the_same_time_do_not_mix(site: Site) -> None:
    """Forty requests at once each see their own parameters."""
    seen: list[Any] = []

    def ask(number: int) -> None:
        seen.append((str(number), told(site.call("GET", f"/slow/{number}")[1])))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)

    assert 40 == len(seen)
    assert all({"asked": number, "seen": number} == answer for number, answer in seen)


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "text/html"), ("/index.html", "text/html"), ("/js/list.js", "text/javascript")]
)
def test_console_is_served_under_its_policy(site: Site, path: str, kind: str) -> None:
    """Files have their type, and headers that forbid everything from elsewhere."""
    answer, body = site.call("GET", path)
    head, nothing = site.call("HEAD", path)

    assert 200 == answer.status
    assert answer.headers["Content-Type"].startswith(kind)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "nosniff" == answer.headers["X-Content-Type-Options"]
    assert (str(len(body)), b"") == (head.headers["Content-Length"], nothing)


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/js/../../outside.txt",
        "/js//list.js",
        "/.hidden.txt",
        "/link.txt",
        "/js",
        "/js/",
        "/%00",
        "/%ff",
        "/C:%5cwindows%5cwin.ini",
        "//etc/passwd",
    ],
)
def test_nothing_outside_of_the_console_is_served(site: Site, path: str) -> None:
    """Paths that lead elsewhere, to hidden files or to folders are 404."""
    answer, body = site.call("GET", path)

    assert 404 == answer.status
    assert b"secret" not in body


def test_file_of_the_console_cannot_be_written(site: Site) -> None:
    """Only GET and HEAD are allowed."""
    answer, body = site.call("PUT", "/js/list.js", b"x")

    assert (405, "method_not_allowed") == (answer.status, told(body)["id"])
    assert "GET, HEAD" == answer.headers["Allow"]


def test_port_is_kept_to_this_machine(site: Site) -> None:
    """The server listens on 127.0.0.1 alone."""
    listening = Path("/proc/net/tcp")
    if not listening.exists():
        pytest.skip("listeners are read from /proc")
    addresses = [line.split()[1] for line in listening.read_text().splitlines()[1:] if line.split()[3] == "0A"]

    assert [f"0100007F:{site.port:04X}"] == [one for one in addresses if one.endswith(f":{site.port:04X}")]
