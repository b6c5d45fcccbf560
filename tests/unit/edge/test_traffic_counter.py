"""Counting whose requests and handshakes there were, and adding that to the record."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from chalicelib.edge import ledger
from chalicelib.edge.plan import Owners
from chalicelib.edge.planner import plan
from chalicelib.edge.traffic_counter import SEND_SECONDS, TrafficCounter
from chalicelib.errors import Unavailable
from chalicelib.model.feed import Entry
from chalicelib.model.traffic import Batch
from tests.unit.edge.entries import app, domain, endpoint

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
ENTRIES: list[Entry] = [
    app("a"),
    endpoint("a", "v1"),
    domain("a", "www.example.com"),
    app("b"),
    domain("b", "*.example.com"),
    app("c", origin=""),
    domain("c", "c.example.com"),
]


@dataclass
class Edge:
    """One edge's folder, clock and record."""

    root: Path
    owners: Owners | None = field(default_factory=lambda: plan(ENTRIES).owners)
    batches: list[Batch] = field(default_factory=list)
    seconds: float = 0
    error: BaseException | None = None
    failing_after: int = 0

    def traffic(self) -> TrafficCounter:
        """Return what counts, as after a start."""
        return TrafficCounter(self.root, lambda: self.owners, self.take, self.now, lambda: self.seconds)

    def take(self, batch: Batch) -> None:
        """Be the record."""
        if self.error and len(self.batches) >= self.failing_after:
            raise self.error
        self.batches.append(batch)

    def now(self) -> datetime:
        """Return the time."""
        return NOON + timedelta(seconds=self.seconds)

    def log(self, *lines: tuple[float, str, str]) -> None:
        """Write lines: seconds after NOON, kind and name."""
        with (self.root / "traffic" / "traffic.log").open("a") as file:
            for at, kind, name in lines:
                file.write(f'{{"ts":{NOON.timestamp() + at:.6f},"{kind}":"{name}"}}\n')

    def counts(self) -> Counter[tuple[str, str, str]]:
        """Return what the record adds up: by app, hour and attribute."""
        found: Counter[tuple[str, str, str]] = Counter()
        done: set[tuple[str, str, int]] = set()
        for batch in self.batches:
            if (batch.app_id, batch.hour, batch.number) not in done:
                found.update({(batch.app_id, batch.hour, name): n for name, n in batch.counts.items()})
            done.add((batch.app_id, batch.hour, batch.number))
        return found


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    """Return an edge with an empty log."""
    (tmp_path / "traffic").mkdir()
    return Edge(tmp_path)


@pytest.mark.parametrize(
    ("name", "request_of", "handshake_of"),
    [
        ("www.example.com", "a", "a"),
        ("www.example.com.", "a", "a"),
        ("a.app.localhost", "a", "a"),
        ("a-1.ssl.localhost", None, "a"),
        ("other.example.com", "b", "b"),
        ("deep.other.example.com", None, None),
        ("example.com", None, None),
        ("c.example.com", "b", "c"),
        ("c.app.localhost", None, "c"),
        ("nobody.example", None, None),
        ("com", None, None),
        (".", None, None),
    ],
)
def test_whose_a_name_is(name: str, request_of: str | None, handshake_of: str | None) -> None:
    """The exact name, else the wildcard one label above; the endpoint's own hostname has no requests.

    Where an app has no origin its requests go where the wildcard leads, as in the engine.
    """
    owners = plan(ENTRIES).owners

    assert (request_of, handshake_of) == (owners.of_request(name), owners.of_handshake(name))


def test_counts_are_added_by_app_and_hour(edge: Edge) -> None:
    """One batch an app and hour, with what each minute had; strangers count for nobody."""
    edge.log(
        (0, "sni", "www.example.com"),
        (1, "host", "www.example.com"),
        (2, "host", "WWW.example.com"),
        (60, "host", "a.app.localhost"),
        (3600, "host", "www.example.com"),
        (61, "host", "x.example.com"),
        (62, "sni", "a-1.ssl.localhost"),
        (62, "host", "a-1.ssl.localhost"),
        (62, "host", "nobody.example"),
        (62, "sni", "nobody.example"),
    )
    edge.seconds = 3601
    edge.traffic().send()
    numbers = {batch.number for batch in edge.batches}

    assert [
        ("a", "2026-11-24T12", {"h00": 1, "r00": 2, "r01": 1, "h01": 1}),
        ("a", "2026-11-24T13", {"r00": 1}),
        ("b", "2026-11-24T12", {"r01": 1}),
    ] == [(batch.app_id, batch.hour, batch.counts) for batch in edge.batches]
    assert 1 == len(numbers)


def test_what_is_counted_is_added_once(edge: Edge) -> None:
    """A quiet minute sends nothing, and each batch has a higher number than the ones before."""
    traffic = edge.traffic()
    for _ in range(3):
        edge.log((0, "host", "www.example.com"))
        traffic.send()
        traffic.send()
    numbers = [batch.number for batch in edge.batches]

    assert 3 == len(numbers) == len(set(numbers))
    assert sorted(numbers) == numbers


def test_lines_wait_until_it_is_known_whose_they_are(edge: Edge) -> None:
    """After a start the record may not have been read yet."""
    known, edge.owners = edge.owners, None
    traffic = edge.traffic()
    edge.log((0, "host", "www.example.com"))
    traffic.send()
    before, edge.owners = list(edge.batches), known
    traffic.send()

    assert [] == before
    assert {("a", "2026-11-24T12", "r00"): 1} == edge.counts()


@pytest.mark.parametrize("at", [-15 * 86400, 3600])
def test_a_time_that_cannot_be_is_not_believed(edge: Edge, at: float) -> None:
    """Neither what nobody keeps any more nor what is yet to come."""
    edge.log((at, "host", "www.example.com"))
    edge.traffic().send()

    assert [] == edge.batches


def test_a_record_that_is_down_is_made_up_for(edge: Edge) -> None:
    """A batch stays as it was tried, since it may have arrived; what came meanwhile follows it."""
    traffic = edge.traffic()
    edge.error = Unavailable("down")
    for minute in range(3):
        edge.log((60 * minute, "host", "www.example.com"))
        edge.seconds = 60 * minute
        with pytest.raises(Unavailable):
            traffic.send()
    edge.error = None
    traffic.send()
    traffic.send()

    assert [{"r00": 1}, {"r01": 1, "r02": 1}] == [batch.counts for batch in edge.batches]


@pytest.mark.parametrize("sent", [0, 1, 2])
def test_a_death_while_sending_loses_and_doubles_nothing(edge: Edge, sent: int) -> None:
    """The next life sends again what may not have arrived, under the same numbers, and reads on."""
    edge.log((0, "host", "www.example.com"), (0, "host", "x.example.com"))
    edge.error, edge.failing_after = KeyboardInterrupt(), sent
    if sent < 2:
        with pytest.raises(KeyboardInterrupt):
            edge.traffic().send()
    else:
        edge.traffic().send()
    edge.error = None
    edge.log((1, "host", "www.example.com"))
    after = edge.traffic()
    after.send()
    after.send()

    assert {("a", "2026-11-24T12", "r00"): 2, ("b", "2026-11-24T12", "r00"): 1} == edge.counts()


def test_a_death_before_sending_loses_nothing(edge: Edge) -> None:
    """What was only counted is still in the log."""
    edge.log((0, "host", "www.example.com"))
    edge.traffic().read()
    edge.traffic().send()

    assert {("a", "2026-11-24T12", "r00"): 1} == edge.counts()


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b"{}", b'{"read": 3}', b"\xff"])
def test_a_spoilt_ledger_is_begun_anew(edge: Edge, spoilt: bytes) -> None:
    """Counting goes on, with numbers that are higher than before."""
    edge.log((0, "host", "www.example.com"))
    edge.traffic().send()
    (edge.root / "traffic" / ledger.FILE).write_bytes(spoilt)
    edge.seconds = 1
    edge.traffic().send()

    assert edge.batches[0].number < edge.batches[1].number


def test_the_ledger_is_for_its_owner_only(edge: Edge) -> None:
    """As everything in the state folder."""
    edge.traffic().send()

    assert ["counts.json"] == [path.name for path in (edge.root / "traffic").iterdir()]
    assert 0o600 == (edge.root / "traffic" / "counts.json").stat().st_mode & 0o777


def test_too_much_is_given_up_from_the_oldest(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Memory has a bound, however long the record is away."""
    monkeypatch.setattr(ledger, "MOST_COUNTS", 2)
    edge.log(*((60 * minute, "host", "www.example.com") for minute in range(4)))
    with caplog.at_level(logging.WARNING):
        edge.traffic().send()

    assert [{"r02": 1, "r03": 1}] == [batch.counts for batch in edge.batches]
    assert "the oldest 2 are given up" in caplog.text


def test_the_thread_sends_every_minute_and_at_the_end(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure is told once; nothing stops the thread but being told to stop."""
    stop = threading.Event()
    edge.error = Unavailable("secret")
    sends: list[int] = []

    def wait(_: float | None = None) -> bool:
        edge.log((edge.seconds, "host", "www.example.com"))
        edge.seconds += 1
        sends.append(len(edge.batches))
        edge.error = None if edge.seconds > 2.5 * SEND_SECONDS else edge.error
        if edge.seconds > 3.5 * SEND_SECONDS:
            stop.set()
        return False

    monkeypatch.setattr(stop, "wait", wait)
    with caplog.at_level(logging.WARNING):
        edge.traffic().run(stop)
    added = [sum(batch.counts.values()) for batch in edge.batches]

    assert {0, 1} == set(sends)
    assert [60, 151] == added  # the first minute, which was tried three times, and the rest at the end
    assert ["The edge cannot send its traffic: Unavailable"] == caplog.messages
