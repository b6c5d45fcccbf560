"""What it costs an edge to follow the record: an update, a rebuild, filling an empty edge, and doing nothing.

The feed is in memory, and the folder is on the real disk: no AWS, and no Caddy. An endpoint has one app and one
domain; its certificate is a P-256 one with its intermediate.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from chalicelib.edge.follower import Follower
from chalicelib.edge.planner import Planner
from chalicelib.edge.state_folder import StateFolder
from chalicelib.edge.window import FAR_SECONDS, WHOLE_SECONDS
from chalicelib.model.feed import Entry
from tests.e2e import edges
from tests.unit.edge.entries import app, domain, endpoint

SIZES = (1_000, 10_000, 100_000)
UPDATES = 50
UPDATE_MS = 5.0  # CPU, at any size
GROWTH = 3.0  # times the CPU of an update at the least size: what noise is, and no more
REBUILT, REBUILD_SECONDS = 10_000, 5.0  # CPU
FILLED, FILL_SECONDS = 5_000, 5.0  # wall, where each version takes so long to be fetched:
FETCH_SECONDS = 0.005
READ_ENTRIES, READ_SECONDS = 100_000, 1.0  # CPU, of a read of the whole feed without news, disk included
IDLE, IDLE_PERCENT, IDLE_SECONDS = 5_000, 0.3, 20.0  # of a core
POLL = 0.2
MEMORY_MB = 600
PEM = edges.certificate("www.example.com")


@dataclass
class Record:
    """A feed in memory, and the follower of it."""

    folder: StateFolder
    size: int
    fetch_seconds: float = 0
    seconds: float = 0  # of the follower's clock, beside what passes
    entries: list[Entry] = field(default_factory=list)
    news: list[Entry] = field(default_factory=list)  # what reads that are not of the whole feed find
    follower: Follower = field(init=False)

    def __post_init__(self) -> None:
        self.entries = [entry for number in range(self.size) for entry in entries_of(number)]
        self.follower = Follower(self.changes, self.open_version, self.folder, self.now)

    def now(self) -> float:
        return time.monotonic() + self.seconds

    def changes(self, since: str) -> Iterable[Entry]:
        return [entry for entry in self.news if entry.changed >= since] if since else self.entries

    def open_version(self, _app_id: str, _endpoint_id: str, _version_id: str) -> bytes:
        if self.fetch_seconds:
            time.sleep(self.fetch_seconds)
        return PEM


def entries_of(number: int) -> list[Entry]:
    name = f"app-{number}"
    return [app(name), endpoint(name, f"version-{number}"), domain(name, f"www.example-{number}.com")]


def run() -> bool:
    """Print what following costs, and return whether all budgets are met."""
    print("\nthe follower")
    return all([fill(), rebuild(), idle(), *updates(), read_again()])


def line(name: str, cost: float, unit: str, budget: float) -> bool:
    print(f"  {name:<64}{cost:>9.3f} {unit:<6} budget {budget:g}: {'met' if cost <= budget else 'MISSED'}")
    return cost <= budget


def fill() -> bool:
    """Fill an empty edge over a network."""
    with tempfile.TemporaryDirectory() as place:
        record = Record(prepared(place), FILLED, FETCH_SECONDS)
        wall, cpu = timed(record.follower.catch_up)
        print(f"  {f'an empty edge is filled with {FILLED:,}: CPU':<64}{cpu:>9.3f} s")
        return line(f"an empty edge is filled with {FILLED:,}: wall", wall, "s", FILL_SECONDS)


def rebuild() -> bool:
    with tempfile.TemporaryDirectory() as place:
        record = Record(prepared(place), REBUILT)
        wall, cpu = timed(record.follower.catch_up)
        print(f"  {f'a rebuild of {REBUILT:,}: wall':<64}{wall:>9.3f} s")
        return line(f"a rebuild of {REBUILT:,}: CPU", cpu, "s", REBUILD_SECONDS)


def idle() -> bool:
    """Poll as an edge does, long after the last change."""
    with tempfile.TemporaryDirectory() as place:
        record = Record(prepared(place), IDLE)
        record.follower.catch_up()
        record.news = list(record.entries)  # the reads with overlap find them, if they ask
        polled = {"just after a bulk": poll(record)}
        record.seconds += 70
        for _ in range(3):
            record.follower.catch_up()
            record.seconds += FAR_SECONDS
        polled["later"] = poll(record)
        print(f"  {f'idle with {IDLE:,}, just after a bulk':<64}{polled['just after a bulk']:>9.3f} %")
        return line(f"idle with {IDLE:,}", polled["later"], "%", IDLE_PERCENT)


def poll(record: Record) -> float:
    deadline = time.monotonic() + IDLE_SECONDS
    before = time.process_time()
    while time.monotonic() < deadline:
        record.follower.catch_up()
        time.sleep(POLL)
    return (time.process_time() - before) / IDLE_SECONDS * 100


def updates() -> list[bool]:
    """Update one endpoint after the other at each size, certificate and all."""
    costs = [update(size) for size in SIZES]
    met = [
        line(f"an update among {size:,}: CPU", cost, "ms", UPDATE_MS)
        for size, cost in zip(SIZES, costs, strict=True)
    ]
    return [*met, line(f"an update among {SIZES[-1]:,} / {SIZES[0]:,}", costs[-1] / costs[0], "times", GROWTH)]


def update(size: int) -> float:
    with tempfile.TemporaryDirectory() as place:
        record = Record(prepared(place), size)
        filled = timed(record.follower.catch_up)[1]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"  {f'  (a rebuild of {size:,}: CPU)':<64}{filled:>9.3f} s, the process has {memory} MB")
        costs = []
        for number in range(UPDATES):
            record.news = [endpoint(f"app-{number}", f"new-{number}", number + 1)]
            costs.append(timed(record.follower.catch_up)[1] * 1000)
        return sorted(costs)[len(costs) // 2]


def read_again() -> bool:
    """Read the whole feed and look at the whole disk, when nothing has changed."""
    with tempfile.TemporaryDirectory() as place:
        record = Record(prepared(place), READ_ENTRIES // 3)
        record.follower.catch_up()
        record.seconds += WHOLE_SECONDS
        first = timed(record.follower.catch_up)[1]  # reads all that was written since the disk was looked at
        record.seconds += WHOLE_SECONDS
        print(f"  {f'the first whole read of {READ_ENTRIES:,} entries: CPU':<64}{first:>9.3f} s")
        again = timed(record.follower.catch_up)[1]
        planner = timed(lambda: planned(record.entries))[1]
        print(f"  {f'the plan of {READ_ENTRIES:,} entries: CPU':<64}{planner:>9.3f} s")
        return line(f"a whole read of {READ_ENTRIES:,} entries without news: CPU", again, "s", READ_SECONDS)


def planned(entries: list[Entry]) -> None:
    Planner().take(entries)


def prepared(place: str) -> StateFolder:
    folder = StateFolder(Path(place) / "edge")
    folder.prepare(PEM)
    return folder


def timed(do: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of wall and of CPU time that something took."""
    wall, cpu = time.perf_counter(), time.process_time()
    do()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    sys.exit(not run())
