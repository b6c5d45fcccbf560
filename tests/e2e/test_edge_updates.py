"""Changing what a real edge serves, while it is under load: nobody may notice but those who should."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.e2e import edges, origins
from tests.e2e.edges import Edge
from tests.e2e.product import PATIENCE

HOST = "www.example.com"
UPDATES = 100
MOVES = 1000
SERVED_SECONDS = 1.0  # until an update must be seen
KEPT_ALIVE = 4  # connections that stay
PAUSE_SECONDS = 0.01  # between two requests of one client
EVERY_SECONDS = 0.03  # another update


@dataclass
class Load:
    """What the clients saw."""

    requests: int = 0
    handshakes: int = 0
    failures: list[str] = field(default_factory=list)
    ports: set[int] = field(default_factory=set)  # of the origins that answered


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """Run one edge for all tests of this file."""
    with edges.running(tmp_path_factory.mktemp("updates")) as edge:
        yield edge


def test_an_update_is_served_at_once_and_loses_nothing(
    edge: Edge, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """A hundred certificates in a row under load: each is shown within a second, and every request succeeds."""
    with origins.echo() as origin:
        edge.serve(HOST, origin, endpoint_id="e-update")
        with under_load(edge, HOST) as load:
            served = [_update(edge, HOST, "e-update") for _ in range(UPDATES)]
    _record(record_testsuite_property, "update", served, load)

    assert [] == load.failures
    assert load.requests > UPDATES
    assert max(served) < SERVED_SECONDS * PATIENCE


def test_a_new_origin_takes_over_and_loses_nothing(
    edge: Edge, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """An app moves to and fro between two servers under load: there is always exactly one route."""
    with origins.echo() as first, origins.echo() as second:
        edge.serve(HOST, first)
        with under_load(edge, HOST) as load:
            served = [_move(edge, HOST, origin) for _ in range(UPDATES // 2) for origin in (second, first)]
    _record(record_testsuite_property, "new origin", served, load)

    assert [] == load.failures
    assert {_port(first), _port(second)} == load.ports
    assert max(served) < SERVED_SECONDS * PATIENCE


def test_moving_as_fast_as_the_disk_can_loses_nothing(edge: Edge) -> None:
    """Thousands of moves in a second: no lookup falls between the old and the new route, wildcards included."""
    with origins.echo() as first, origins.echo() as second:
        edge.serve("*.moving.example.com", first)
        deadline = time.monotonic() + 2
        moves = 0
        with under_load(edge, "any.moving.example.com", pause=0) as load:
            while time.monotonic() < deadline or moves < MOVES:
                edge.folder.route("*.moving.example.com", (first, second)[moves % 2])
                moves += 1

    assert [] == load.failures


def test_a_name_moves_between_endpoints(edge: Edge) -> None:
    """A name that is linked to another certificate is never without one."""
    shown = {edge.install("e-one"), edge.install("e-two")}
    seen = set()
    edge.folder.link("moves.example.com", "e-one")
    deadline = time.monotonic() + 2
    stop = threading.Event()

    def relink() -> None:
        while not stop.is_set():
            for endpoint_id in ("e-one", "e-two"):
                edge.folder.link("moves.example.com", endpoint_id)

    thread = threading.Thread(target=relink)
    thread.start()
    try:
        while time.monotonic() < deadline:
            seen.add(edge.fingerprint("moves.example.com"))
    finally:
        stop.set()
        thread.join(10)

    assert shown == seen


@contextmanager
def under_load(edge: Edge, host: str, pause: float = PAUSE_SECONDS) -> Iterator[Load]:
    """Keep some connections busy and open new ones all the time; every answer but 200 is a failure."""
    load, stop = Load(), threading.Event()
    kept = [threading.Thread(target=_keep_alive, args=(edge, host, pause, load, stop)) for _ in range(KEPT_ALIVE)]
    threads = [*kept, threading.Thread(target=_reconnect, args=(edge, host, pause, load, stop))]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)


def _keep_alive(edge: Edge, host: str, pause: float, load: Load, stop: threading.Event) -> None:
    try:
        with edges.Client(edge, host) as client:
            while not stop.is_set():
                _request(client, load)
                stop.wait(pause)
    except Exception as error:
        load.failures.append(f"kept alive: {error!r}")


def _reconnect(edge: Edge, host: str, pause: float, load: Load, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            with edges.Client(edge, host) as client:
                load.handshakes += 1
                _request(client, load)
        except Exception as error:
            load.failures.append(f"new: {error!r}")
        stop.wait(pause)


def _request(client: edges.Client, load: Load) -> None:
    answer = client.get()
    load.requests += 1
    if answer.status == 200:
        load.ports.add(answer.json()["port"])
    else:
        load.failures.append(f"{answer.status} {answer.body!r}")


def _update(edge: Edge, host: str, endpoint_id: str) -> float:
    """Install a new certificate and return the seconds until a handshake shows it."""
    pem = edges.certificate(host)
    started = time.monotonic()
    fingerprint = edge.install(endpoint_id, pem)
    while edge.fingerprint(host) != fingerprint:
        assert time.monotonic() - started < 10
    served = time.monotonic() - started
    time.sleep(EVERY_SECONDS)
    return served


def _move(edge: Edge, host: str, origin: str) -> float:
    """Change the origin and return the seconds until it answers."""
    started = time.monotonic()
    edge.folder.route(host, origin)
    while edge.get(host).json()["port"] != _port(origin):
        assert time.monotonic() - started < 10
    served = time.monotonic() - started
    time.sleep(EVERY_SECONDS)
    return served


def _record(record: Callable[[str, object], None], what: str, served: list[float], load: Load) -> None:
    milliseconds = sorted(round(1000 * seconds, 1) for seconds in served)
    record(f"{what}: served after ms, median", milliseconds[len(milliseconds) // 2])
    record(f"{what}: served after ms, most", milliseconds[-1])
    record(f"{what}: requests, handshakes", f"{load.requests}, {load.handshakes}")


def _port(origin: str) -> int:
    return int(origin.rpartition(":")[2])
