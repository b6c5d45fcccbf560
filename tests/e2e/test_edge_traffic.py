"""Counting what a real edge serves."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from chalicelib.edge import logs
from chalicelib.edge.plan import Owners
from chalicelib.edge.traffic_counter import TrafficCounter
from chalicelib.model.traffic import Batch
from tests.authority import CA
from tests.e2e import edges, origins
from tests.e2e.edges import Client, Edge
from tests.e2e.product import Product, eventually, fresh, running, served_fingerprint, until_served

HOST, WILDCARD, TARGET, STRANGER = "www.example.com", "*.shop.example.com", "a-1.ssl.example.net", "x.example.org"
OWNERS = Owners({HOST: "a", WILDCARD: "b", TARGET: "a"}, {HOST, WILDCARD})
LINE_SECONDS = 5.0  # until the engine has written a line: it does that after the answer


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    """Run an edge with an app at HOST, one at WILDCARD, and an endpoint's own hostname."""
    with edges.running(tmp_path) as edge, origins.echo() as origin:
        edge.serve(HOST, origin)
        edge.serve(WILDCARD, origin)
        edge.serve(TARGET)
        yield edge


class Counting:
    """What follows the edge's log, and what reached the record."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._counts: Counter[tuple[str, str]] = Counter()

    def counts(self, owners: Owners = OWNERS) -> Counter[tuple[str, str]]:
        """Return the requests and handshakes of each app since the edge began, as after a restart each time."""
        folder, now = self._edge.folder.root, datetime.now
        TrafficCounter(folder, lambda: owners, self._take, lambda: now(timezone.utc), time.monotonic).send()
        return self._counts

    def _take(self, batch: Batch) -> None:
        for name, times in batch.counts.items():
            self._counts[batch.app_id, name[0]] += times


def log_of(edge: Edge) -> bytes:
    """Return all that was written for counting."""
    return b"".join(path.read_bytes() for path in edge.folder.traffic.glob("traffic*.log"))


def test_every_request_and_handshake_counts_once(edge: Edge) -> None:
    """Kept-alive or not, in whatever spelling; wildcards count for their app and strangers for nobody."""
    with Client(edge, HOST) as client:
        for number in range(50):
            assert 200 == client.get(f"/{number}").status
    for name in ("WWW.Example.COM", f"{HOST}.", HOST):
        with Client(edge, name) as client:
            assert 200 == client.get().status
    for name in ("one.shop.example.com", "TWO.shop.example.com"):
        with Client(edge, name) as client:
            assert [200, 200] == [client.get().status, client.get(method="POST").status]
    for name, sni in ((TARGET, TARGET), (STRANGER, STRANGER), ("a.b.shop.example.com", None), (HOST, STRANGER)):
        with Client(edge, name, sni) as client:
            client.get()
    for sni in (HOST, None):
        edge.fingerprint(sni)
    counting = Counting(edge)
    expected = {("a", "r"): 54, ("a", "h"): 6, ("b", "r"): 4, ("b", "h"): 2}

    eventually(lambda: expected == dict(counting.counts()), LINE_SECONDS)
    assert expected == dict(counting.counts())


def test_a_log_that_rolls_loses_nothing(tmp_path: Path) -> None:
    """Requests in parallel are all counted while the log rolls and is read; it is not sampled."""
    clients, each = 8, 400
    with edges.running(tmp_path) as edge:
        log = edge.folder.traffic / "traffic.log"
    filler = b'{"ts":1.5,"host":"%s"}\n' % (b"x" * 200)
    log.write_bytes(filler * (((logs.ROLL_MB << 20) - 20_000) // len(filler)))
    with edges.running(tmp_path) as edge, origins.echo() as origin, ThreadPoolExecutor(clients) as pool:
        edge.serve(HOST, origin)
        counting = Counting(edge)

        def load(_: int) -> None:
            with Client(edge, HOST) as client:
                for _ in range(each):
                    client.get("/")

        loads = [pool.submit(load, number) for number in range(clients)]
        while not all(load.done() for load in loads):
            counting.counts()
            time.sleep(0.1)
        for done in loads:
            done.result()

        eventually(lambda: counting.counts()["a", "r"] == clients * each, LINE_SECONDS)
        assert 2 == len(list(edge.folder.traffic.glob("traffic*.log")))
        assert {0o600} == {path.stat().st_mode & 0o777 for path in edge.folder.traffic.iterdir()}


def test_only_time_and_name_are_written(edge: Edge) -> None:
    """No path, query, header, address, status or secret is on the disk, of good requests and of failed ones."""
    edge.serve("down.example.com", "127.0.0.1:1")
    marks = {"Cookie": "a=marked", "Authorization": "Bearer marked", "User-Agent": "marked", "X-Marked": "1"}
    for host in (HOST, "down.example.com", TARGET, STRANGER, f"{HOST}:8443"):
        with Client(edge, host, HOST) as client:
            client.get("/marked?token=marked", marks, "PUT")
    for line in (b"GET /marked", b"GET /marked HTTP/1.1\r\nHost: \r\n\r\n", b"BREW /marked HTTP/1.1\r\n\r\n"):
        with edge.connect(HOST) as connection:
            connection.sendall(line + b"\r\n\r\n")
            connection.recv(65536)
    with socket.create_connection(("127.0.0.1", edge.listeners.lookup_port), timeout=10) as connection:
        connection.sendall(b"GET /marked?server_name=www.example.com HTTP/1.1\r\nHost: marked\r\n\r\n")
        connection.recv(65536)
    eventually(lambda: log_of(edge).count(b"\n") >= 10, LINE_SECONDS)
    lines = [json.loads(line) for line in log_of(edge).splitlines()]
    ports = {str(edge.listeners.https_port), str(edge.listeners.lookup_port)}

    assert {("ts", "host"), ("ts", "sni"), ("ts",)} >= {tuple(line) for line in lines}
    assert not [mark for mark in ("marked", "127.0.0.1", "Bearer") if mark.encode() in log_of(edge)]
    assert edge.listeners.secret.encode() not in log_of(edge)
    assert not ports & set(log_of(edge).decode().replace('"', " ").split())
    assert b"marked" not in edge.log.read_bytes()
    assert b"127.0.0.1" not in edge.log.read_bytes().replace(b"127.0.0.1:1", b"")


def test_a_host_cannot_make_up_lines(edge: Edge) -> None:
    """What a client writes into its Host stays one line, and is nobody's."""
    forged = b'x","sni":"www.example.com', b"www.example.com,x", b"www.example.com/", b"%0a{", b"x" * 3000
    for host in forged:
        with edge.connect(None) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
            connection.recv(65536)
    edge.get(HOST)
    counting = Counting(edge)

    eventually(lambda: dict(counting.counts()) == {("a", "r"): 1, ("a", "h"): 1}, LINE_SECONDS)


def test_an_engine_that_starts_again_goes_on(tmp_path: Path) -> None:
    """The same log is continued, whoever of both was away."""
    with origins.echo() as origin:
        for _ in range(2):
            with edges.running(tmp_path) as edge:
                edge.serve(HOST, origin)
                edge.get(HOST)
                edge.process.kill()
                edge.process.wait(10)
        counting = Counting(edge)

        assert {("a", "r"): 2, ("a", "h"): 2} == dict(counting.counts())


def test_traffic_of_the_product(tmp_path: Path) -> None:
    """Requests appear in the API's answer, exactly, although the follower is killed with -9 in between."""
    issued = fresh(CA("Local Root"), HOST)
    with running(tmp_path / "state") as product:
        product.app("busy")
        product.call("POST", "/apps/busy/domains", {"hostname": HOST})
        product.call("POST", "/apps/busy/ssl-endpoints", issued)
        looks = handshakes(product, issued.fingerprint)
        for ending in (signal.SIGKILL, signal.SIGTERM):
            for _ in range(10):
                assert 200 == status_of(product)
            time.sleep(1.5)
            end_follower(product, ending)
        eventually(lambda: traffic(product)[0] == 20, 30)

        requests, shaken = traffic(product)
        assert 20 == requests
        assert looks + 20 <= shaken  # the clock's looks at the domain are handshakes, too
        assert 20 >= product.call("GET", "/apps/busy/traffic?hours=1")["peak"]["requests"]


def handshakes(product: Product, fingerprint: str) -> int:
    """Wait until the app is served, and begin to count anew; return how many handshakes there are by then."""
    until_served(product, HOST, fingerprint)
    end_follower(product, signal.SIGTERM)
    eventually(lambda: traffic(product)[1] > 0, 30)
    served_fingerprint(product, HOST)
    return traffic(product)[1] + 1


def traffic(product: Product) -> tuple[int, int]:
    """Return an app's requests and handshakes of the last hour."""
    series: list[dict[str, Any]] = product.call("GET", "/apps/busy/traffic?hours=1")["series"]
    return sum(each["requests"] for each in series), sum(each["handshakes"] for each in series)


def status_of(product: Product) -> int:
    """Send a request for HOST on a connection of its own."""
    with (
        socket.create_connection(("127.0.0.1", product.edge_port), timeout=15) as raw,
        edges.anybody().wrap_socket(raw, server_hostname=HOST) as connection,
    ):
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        return int(connection.recv(65536).split()[1])


def end_follower(product: Product, ending: signal.Signals) -> None:
    """End the follower, and wait until another one is ready."""
    before = product.pids["follower"]
    os.kill(before, ending)
    eventually(lambda: product.pids.get("follower", before) != before, 30)
    eventually(lambda: is_ready(product), 30)


def is_ready(product: Product) -> bool:
    """Tell whether the edge says that it is ready."""
    try:
        with urllib.request.urlopen(product.told["edge_ready"], timeout=15) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
