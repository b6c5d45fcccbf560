"""What a request meets on its way through a real edge."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from chalicelib.edge import caddy
from tests.e2e import edges, origins
from tests.e2e.edges import Edge
from tests.e2e.product import PATIENCE

HOST = "www.example.com"
GIGABYTE = 1 << 30
PIECE = bytes(1 << 20)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """Run one edge, with an echoing app at HOST, for all tests of this file."""
    with edges.running(tmp_path_factory.mktemp("requests")) as edge, origins.echo() as origin:
        edge.serve(HOST, origin)
        yield edge


def test_only_the_connection_says_who_the_client_is(edge: Edge) -> None:
    """Forged addresses do not reach the app, in no spelling that an app could take for ours."""
    forged = {
        "X-Forwarded-For": "6.6.6.6",
        "X_Forwarded_For": "6.6.6.6",
        "X-Forwarded-Proto": "forged",
        "X-Forwarded-Host": "forged.example.com",
        "X-Forwarded-Port": "6666",
        "X-Real-IP": "6.6.6.6",
        "X_Real_IP": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
        "X-Request-Id": "forged",
        "Proxy": "http://forged.example.com",
        "Connection": "keep-alive, X-Forwarded-For, X-Request-Id, X-Forwarded-Proto",
    }
    with edges.Client(edge, HOST) as client:
        headers = dict(client.get(headers=forged).json()["headers"])

    assert "127.0.0.1" == headers["X-Forwarded-For"]
    assert "https" == headers["X-Forwarded-Proto"]
    assert HOST == headers["X-Forwarded-Host"] == headers["Host"]
    assert UUID.fullmatch(headers["X-Request-Id"])
    assert not [name for name, value in headers.items() if "forged" in value or "6.6.6" in value or "666" in value]


def test_other_headers_pass_unchanged(edge: Edge) -> None:
    """The app sees cookies, credentials and encodings as the client sent them, and nothing but ours is added."""
    sent = {
        "Cookie": "a=1",
        "Authorization": "Bearer t",
        "Accept-Encoding": "br",
        "X-App": "ä".encode().decode("latin1"),
    }
    with edges.Client(edge, HOST) as client:
        headers = dict(client.get("/a%20b?c=d", sent).json()["headers"])

    assert sent == {name: headers.pop(name) for name in sent}
    assert {"Host", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id"} == set(
        headers
    )


def test_many_requests_share_a_connection(edge: Edge) -> None:
    """A client keeps its connection for a thousand requests, each with its own request id."""
    with edges.Client(edge, HOST) as client:
        answers = [client.get(f"/{number}").json() for number in range(1000)]

    assert [f"/{number}" for number in range(1000)] == [answer["path"] for answer in answers]
    assert 1000 == len({dict(answer["headers"])["X-Request-Id"] for answer in answers})


def test_plain_http_redirects_to_https(edge: Edge) -> None:
    """The same host and path, at the port where https is served; the method is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", edge.listeners.http_port, timeout=10)
    connection.request("POST", "/a%2Fb?c=d%20e", headers={"Host": f"{HOST}:{edge.listeners.http_port}"})
    response = connection.getresponse()
    connection.close()

    assert 308 == response.status
    assert f"https://{HOST}:{edge.listeners.https_port}/a%2Fb?c=d%20e" == response.headers["Location"]
    assert response.headers["Server"] is None


def test_a_websocket_passes(edge: Edge) -> None:
    """Messages go both ways for as long as both sides want."""
    with origins.websocket_echo() as origin:
        edge.serve("ws.example.com", origin)
        raw = edge.connect("ws.example.com")
        with connect("ws://ws.example.com/", sock=raw, open_timeout=10, close_timeout=5) as websocket:
            for message in ("hello", b"\x00\xff", "ä" * 100_000):
                websocket.send(message)
                assert message == websocket.recv(timeout=10)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_an_upload_of_a_gigabyte_stays_out_of_memory(
    edge: Edge, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """The edge streams: 1 GB arrives whole, and the edge never holds more than a small part of it."""
    before = edges.memory(edge.process)
    with edge.connect(HOST) as connection:
        head = f"POST /upload HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {GIGABYTE}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        for _ in range(GIGABYTE // len(PIECE)):
            connection.sendall(PIECE)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    grown = edges.memory(edge.process, "VmHWM") - before
    record_testsuite_property("upload: MB before, grown", f"{before}, {grown}")

    assert GIGABYTE == json.loads(answer.split(b"\r\n\r\n", 1)[1])["received"]
    assert grown < 100


@pytest.mark.parametrize(("http2", "spoken"), [(False, "1.1"), (True, "2")])
def test_http2_is_a_choice(tmp_path: Path, http2: bool, spoken: str) -> None:
    """A client that can HTTP/2 gets it exactly if the setting is on."""
    with edges.running(tmp_path, http2=http2) as edge, origins.echo() as origin:
        edge.serve(HOST, origin)
        port = edge.listeners.https_port
        url, to = f"https://{HOST}:{port}/", f"::127.0.0.1:{port}"
        command = ["curl", "-sk", "--http2", "--max-time", "10", "--connect-to", to, "-o", "/dev/null"]
        shown = subprocess.run(
            [*command, "-w", "%{http_version} %{http_code}", url],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )

    assert f"{spoken} 200" == shown.stdout


def test_slow_clients_are_cut_off(edge: Edge) -> None:
    """Who dribbles a handshake or headers for ten seconds holds no connection; others are served meanwhile."""
    lasted: dict[str, float] = {}
    silent = socket.create_connection(edge.address, timeout=edges.ANSWER_SECONDS)
    cases = {"handshake": silent, "headers": edge.connect(HOST), "dribble": edge.connect(HOST)}
    threads = [threading.Thread(target=_dribble, args=(*case, lasted)) for case in cases.items()]
    for thread in threads:
        thread.start()
    assert 200 == edge.get(HOST).status
    for thread in threads:
        thread.join(30)

    assert cases.keys() == lasted.keys()
    latest = caddy.HEADER_SECONDS + 2 * PATIENCE
    assert all(caddy.HEADER_SECONDS - 1 < seconds < latest for seconds in lasted.values()), lasted


def test_an_origin_that_is_down_is_a_502(edge: Edge) -> None:
    """The client learns that the app does not answer, and nothing about where it would be."""
    edge.serve("down.example.com", "127.0.0.1:1")
    answer = edge.get("down.example.com")

    assert (502, b"the app does not answer\n") == (answer.status, answer.body)
    assert not {"Server", "Via"} & answer.headers.keys()


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_an_origin_may_have_an_ipv6_address(edge: Edge) -> None:
    """Its file is named as a URL would write it."""
    with origins.echo("::1") as origin:
        edge.serve("six.example.com", origin)

        assert 200 == edge.get("six.example.com").status


def test_headers_have_a_limit(edge: Edge) -> None:
    """Large cookies pass; more than the limit is refused, not kept in memory."""
    with edges.Client(edge, HOST) as client:
        assert 200 == client.get(headers={"Cookie": "x" * 40_000}).status
    with edges.Client(edge, HOST) as client:
        assert 431 == client.get(headers={"Cookie": "x" * 200_000}).status


def test_a_request_for_nobody_is_refused(edge: Edge) -> None:
    """HTTP/1.1 wants a Host that is not empty (RFC 9112 section 3.2)."""
    with edges.Client(edge, "", sni=HOST) as client:
        answer = client.get()

    assert 400 == answer.status
    assert b"app" not in answer.body


def test_nobody_else_can_look_up_certificates(edge: Edge) -> None:
    """The loopback listener that hands out keys to Caddy itself tells nothing without the secret."""
    for path in ("/", "/refused", "/default.pem", "/certs/default.pem", "/?server_name=www.example.com"):
        connection = http.client.HTTPConnection("127.0.0.1", edge.listeners.lookup_port, timeout=10)
        connection.request("GET", path)
        response = connection.getresponse()

        assert (403, b"") == (response.status, response.read())
        connection.close()


def test_the_log_holds_no_secrets(edge: Edge) -> None:
    """Failures are logged without what the client sent, without the lookup's path and without keys."""
    edge.serve("canary.example.com", "127.0.0.1:1", endpoint_id="e-canary")
    edge.get("canary.example.com", "/?token=canary", Authorization="Bearer canary", X_Api_Key="canary")
    (edge.folder.root / "versions/e-canary.pem").write_text("-----BEGIN PRIVATE KEY-----\ncanary\n")
    with pytest.raises(OSError, match="internal error"):
        edge.fingerprint("canary.example.com")
    log = edge.log.read_text().replace("canary.example.com", "")

    assert "certificate manager" in log
    assert "canary" not in log
    assert edge.listeners.secret not in log


def test_the_state_is_for_its_owner_only(edge: Edge) -> None:
    """Keys and the secret path are in files that nobody else can read, in folders that nobody else can enter."""
    paths = [edge.folder.root, *edge.folder.root.rglob("*")]

    assert {0o700} == {path.stat().st_mode & 0o777 for path in paths if path.is_dir()}
    assert {0o600} == {path.stat().st_mode & 0o777 for path in paths if path.is_file()}


def _dribble(case: str, connection: socket.socket, lasted: dict[str, float]) -> None:
    """Send a byte a second, or nothing after the first line; note when the edge hangs up."""
    started = time.monotonic()
    with connection:
        try:
            if case != "handshake":
                connection.sendall(b"GET / HTTP/1.1\r\nHost: www.example.com\r\nX-Slow: ")
            connection.settimeout(1 if case == "dribble" else edges.ANSWER_SECONDS)
            while True:
                try:
                    if not connection.recv(1024):
                        break
                except TimeoutError:
                    connection.sendall(b"x")
        except OSError:
            pass
    lasted[case] = time.monotonic() - started
