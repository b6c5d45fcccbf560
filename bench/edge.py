"""What it costs the edge to count: Caddy's CPU time a kept-alive request, with its log for counting and without.

All variants run at once and take turns, each on the one core that is Caddy's; the client and the origin have the
other. `as it was` is without the log, with Go's own choice of when to collect garbage, and with requests in the
log of warnings.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from operator import truediv
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from chalicelib.edge import engine, tail
from chalicelib.edge.caddy import Listeners, configuration
from edge import serve
from tests.e2e import edges
from tests.e2e.edges import Edge

HOST = "www.example.com"
BODY = bytes(1024)
REQUESTS = 400  # a turn
TURNS = 40
MOST = 1.10  # times the CPU time of the edge as it was
NANOSECONDS = 1000  # of a microsecond


def run() -> bool:
    """Print what a request costs in each variant, and return whether counting is within its target."""
    variants = {
        "as it was": 'bench.edge.serve_with("as_it_was", GOGC="100")',
        "without the log": 'bench.edge.serve_with("without_log")',
        "with the log": "",
    }
    with ExitStack() as stack, tempfile.TemporaryDirectory() as place, origin() as address:
        running = {}
        for name, change in variants.items():
            running[name] = stack.enter_context(started(Path(place) / name, change))
            running[name].serve(HOST, address)
            load(running[name])
        costs: dict[str, list[float]] = {name: [] for name in variants}
        for _ in range(TURNS):
            for name, edge in running.items():
                costs[name].append(cost(edge))
        reading = read_cost(running["with the log"])
        memory = {name: edges.memory(edge.process) for name, edge in running.items()}
    print(f"\nthe edge, a kept-alive request\n  {'CPU microseconds':<44}{'least':>9}{'median':>9}{'MB':>9}")
    for name, took in costs.items():
        print(f"  {name:<44}{min(took):>9.1f}{median(took):>9.1f}{memory[name]:>9}")
    print(f"  {'the follower, to count one':<44}{reading:>9.1f}")
    return target(costs)


def target(costs: dict[str, list[float]]) -> bool:
    """Compare turn by turn, because machines are busy and each turn is quick."""
    before = costs["as it was"]
    ratio: dict[str, float] = {name: median(map(truediv, took, before)) for name, took in costs.items()}
    for name in ("without the log", "with the log"):
        print(f"  {f'{name} / as it was':<44}{'':>9}{ratio[name]:>9.2f}")
    met = ratio["with the log"] <= MOST
    print(f"  target {MOST:.2f}: {'met' if met else 'MISSED'}")
    return met


def without_log(listeners: Listeners) -> dict[str, Any]:
    """Return the configuration without what is written for counting."""
    whole = configuration(listeners)
    del whole["logging"]["logs"]["traffic"], whole["logging"]["logs"]["default"]["exclude"]
    servers = whole["apps"]["http"]["servers"]
    for server in servers.values():
        server.pop("logs", None)
    servers["edge"]["routes"].pop(0)
    servers["lookup"]["routes"][0]["handle"].pop(0)
    return whole


def as_it_was(listeners: Listeners) -> dict[str, Any]:
    """Return the configuration before anything was counted."""
    whole = without_log(listeners)
    fields = whole["logging"]["logs"]["default"]["encoder"]["fields"]
    fields["request>headers"] = fields["request>uri"] = fields.pop("request")
    return whole


def serve_with(variant: str, **environment: str) -> None:
    """Let `python -m edge serve` in this process use a variant of the configuration, and these variables."""
    usual = engine.environment
    changed = globals()[variant]
    with_variables = patch.object(engine, "environment", lambda root: {**usual(root), **environment})
    for change in (patch.object(serve, "configuration", changed), with_variables):
        change.start()


@contextmanager
def started(place: Path, change: str) -> Iterator[Edge]:
    """Run an edge on the first core; `change` is Python that its process runs before."""
    place.mkdir()
    with ExitStack() as stack:
        with only_core(0):
            edge = stack.enter_context(edges.running(place, first=change and f"import bench.edge\n{change}"))
        pin(1)
        yield edge


@contextmanager
def only_core(core: int) -> Iterator[None]:
    """Let this thread, and what it starts, use one core; where that cannot be chosen, any."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    pin(core)
    try:
        yield
    finally:
        if before:
            os.sched_setaffinity(0, before)


def pin(core: int) -> None:
    """Let this thread use one core, where that can be chosen."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        os.sched_setaffinity(0, {core})


def cost(edge: Edge) -> float:
    """Return the CPU microseconds of one request, over a turn."""
    before = cpu(edge)
    load(edge)
    return (cpu(edge) - before) / REQUESTS / NANOSECONDS


def cpu(edge: Edge) -> int:
    """Return the CPU nanoseconds that an edge has used."""
    tasks = Path(f"/proc/{edge.process.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def load(edge: Edge) -> None:
    """Send the requests of a turn on one connection."""
    request = f"GET /a?b=c HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: bench\r\n\r\n".encode()
    with edge.connect(HOST) as connection:
        for _ in range(REQUESTS):
            connection.sendall(request)
            answer = b""
            while len(answer.partition(b"\r\n\r\n")[2]) < len(BODY):
                answer += connection.recv(65536)


def read_cost(edge: Edge) -> float:
    """Return the CPU microseconds that the follower needs for one line."""
    lines = (edge.folder.traffic / "traffic.log").read_bytes()
    before = os.times().user
    for _ in range(20):
        tail.tally(lines)
    return (os.times().user - before) * 1e6 / 20 / lines.count(b"\n")


class _Origin(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)


@contextmanager
def origin() -> Iterator[str]:
    """Run the quickest app there is; yield its `host:port`."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(_Origin, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


if __name__ == "__main__":
    sys.exit(not run())
