"""An edge says when it is ready: `python -m edge follow` and `python -m edge serve` as two real processes."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chalicelib.model.feed import Entry
from tests.e2e import edges
from tests.e2e.product import ROOT, Product, eventually
from tests.e2e.records import Record
from tests.unit.edge.entries import app, at, domain, endpoint

HOST = "www.example.com"
ENTRIES: list[Entry] = [app("a"), endpoint("a", "v1"), domain("a", HOST)]
MANY = 200
SECONDS = 30
ENDED = "The edge is about to end."
NOT_WHOLE = "The edge does not have all yet that it is to serve."
NOT_SERVING = "The engine does not answer a TLS handshake."


@dataclass
class Place:
    """A state folder, a record, and what runs on both."""

    root: Path
    stack: ExitStack
    ports: list[int] = field(default_factory=lambda: edges.free_ports(4))

    @property
    def record(self) -> Record:
        """Return the record."""
        return Record(self.root / "record")

    def serve(self) -> subprocess.Popen[bytes]:
        """Start the engine, and wait until it shakes hands."""
        process = edges.start(self.root / "edge", self.ports[:3])
        self.stack.callback(edges.end, process)
        edges.until_serving(process, self.ports[0])
        return process

    def follow(self, *flags: str) -> subprocess.Popen[bytes]:
        """Start the follower, and wait until it answers."""
        first = f"from tests.e2e import records; records.use({str(self.record.root)!r})"
        process = follow(self.root / "edge", self.ports[0], self.ports[3], *flags, first=first)
        self.stack.callback(end, process)
        eventually(lambda: self.ask("/live")[0] == 200, SECONDS)
        return process

    def ask(self, path: str = "/ready") -> tuple[int, str]:
        """Return the status and the text of an answer; 0 if there is none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[3]}{path}", timeout=SECONDS) as answer:
                return answer.status, answer.read().decode().strip()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode().strip()
        except OSError:
            return 0, ""

    def until(self, status: int, text: str) -> None:
        """Wait for an answer of /ready."""
        eventually(lambda: self.ask() == (status, text), SECONDS)

    def fingerprint(self, name: str) -> str:
        """Return the fingerprint of what the engine shows for a name."""
        with (
            socket.create_connection(("127.0.0.1", self.ports[0]), SECONDS) as raw,
            edges.anybody().wrap_socket(raw, server_hostname=name) as connection,
        ):
            return hashlib.sha256(connection.getpeercert(binary_form=True) or b"").hexdigest()


def follow(
    state: Path, https: int, ready: int, *flags: str, first: str = "", environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `python -m edge follow`."""
    program = f"import sys\n{first}\nfrom edge.__main__ import main\nsys.exit(main())"
    ports = ["--https-port", str(https), "--ready-port", str(ready)]
    command = [sys.executable, "-c", program, "follow", "--state", str(state), *ports, *flags]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def end(process: subprocess.Popen[bytes]) -> bytes:
    """End a follower, and return what it said."""
    process.terminate()
    try:
        return process.communicate(timeout=SECONDS)[1] or b""
    finally:
        process.kill()
        process.wait(SECONDS)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A record with one app, and nothing that runs."""
    with ExitStack() as stack:
        place = Place(tmp_path, stack)
        place.record.write(ENTRIES, {"v1": edges.certificate(HOST)})
        yield place


@contextmanager
def dripping(port: int, number: int) -> Iterator[None]:
    """Hold connections on which a request never ends."""
    with ExitStack() as stack:
        for _ in range(number):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), SECONDS))
            connection.sendall(b"GET /ready HTTP/1.1\r\nHost: ")
        yield


def test_ready_is_whole_and_serving(place: Place) -> None:
    """Not before all is there, not without the engine; then with or without the record, and not while ending."""
    place.record.fail(down=True)
    follower = place.follow("--drain-seconds", "60")
    dark = place.ask(), place.ask("/live")
    place.record.fail(down=False)
    place.until(503, NOT_SERVING)
    engine = place.serve()
    place.until(200, "yes")
    shown = place.fingerprint(HOST)
    place.record.fail(down=True)
    eventually(lambda: place.record.reports() != [], SECONDS)
    without_record = place.ask()
    edges.end(engine)
    place.until(503, NOT_SERVING)
    place.serve()
    place.until(200, "yes")
    follower.terminate()
    place.until(503, ENDED)
    drained = place.ask("/live"), follower.poll()
    follower.terminate()  # once more: at once

    assert ((503, NOT_WHOLE), (200, "yes")) == dark
    assert edges.fingerprint_of((place.record.root / "versions/v1").read_bytes()) == shown
    assert (200, "yes") == without_record
    assert ((200, "yes"), None) == drained
    assert 0 == follower.wait(SECONDS)


def test_a_slow_client_holds_up_nobody(place: Place) -> None:
    """Neither those who ask beside it, nor what is followed; of very many the places are soon free again."""
    place.follow()
    with dripping(place.ports[3], 20):
        beside = place.ask()
        place.record.write([*ENTRIES, domain("a", "new.example.com", 1)], {})
        link = place.root / "edge/certs/new.example.com.pem"
        eventually(link.exists, SECONDS)
    with dripping(place.ports[3], 200):
        eventually(lambda: place.ask("/live")[0] == 200, SECONDS)

    assert (503, NOT_SERVING) == beside


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /ready?x HTTP/1.1\r\nHost: x\r\n\r\n", 503),
        (b"HEAD /live HTTP/1.0\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\n\r\n", 404),
        (b"POST /ready HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 405),
        (b"nonsense\r\n\r\n", 400),
        (bytes(20000), 400),
    ],
)
def test_any_request_has_an_answer(place: Place, request_: bytes, status: int) -> None:
    """Also one that is none."""
    place.follow()
    with socket.create_connection(("127.0.0.1", place.ports[3]), SECONDS) as connection:
        connection.sendall(request_)
        answer = connection.recv(65536)

    assert f"HTTP/1.1 {status} ".encode() == answer[:13]
    assert (answer.partition(b"\r\n\r\n")[2] == b"") == request_.startswith(b"HEAD")


def test_sigterm_sends_what_was_counted_and_takes_the_report_back(place: Place) -> None:
    """Nothing of an edge that ended on purpose is missed, and nothing that it counted is lost."""
    place.serve()
    follower = place.follow()
    eventually(lambda: len(place.record.reports()) == 1, SECONDS)
    place.fingerprint(HOST)
    log = place.root / "edge/traffic/traffic.log"
    eventually(lambda: HOST.encode() in log.read_bytes(), SECONDS)
    said = end(follower)

    assert [] == place.record.reports()
    assert ["a"] == [batch.app_id for batch in place.record.batches()]
    assert b"" == said
    assert 0 == follower.returncode


def test_an_edge_of_the_product_takes_its_report_back(product: Product, tmp_path: Path) -> None:
    """A second edge on the product's own record is seen, and then it is not missed."""
    if sys.platform != "linux":
        pytest.skip("the environment is looked up in /proc")
    variables = Path(f"/proc/{product.pids['follower']}/environ").read_text().split("\0")
    environment = dict(variable.split("=", 1) for variable in variables if variable)
    product.app("ready")  # an edge reports once there is something to report
    eventually(lambda: edges_of(product) == 1, SECONDS)
    https, ready = edges.free_ports(2)
    second = follow(tmp_path / "edge", https, ready, environment=environment)
    try:
        eventually(lambda: edges_of(product) == 2, SECONDS)
    finally:
        said = end(second)

    assert (b"", 0) == (said, second.returncode)
    eventually(lambda: edges_of(product) == 1, SECONDS)


def edges_of(product: Product) -> int:
    """Return how many edges report to a product."""
    return int(product.ask("GET", "/health").body["edge"]["edges"])


def test_kill_9_amid_a_rebuild(place: Place) -> None:
    """What has landed is served, the rest comes with the next life, and no file is half a file at any time."""
    names = [f"app-{number}" for number in range(MANY)]
    pem = edges.certificate(HOST)
    place.record.write(
        [entry for name in names for entry in (app(name), endpoint(name, f"v-{name}"))],
        {f"v-{name}": pem for name in names},
    )
    place.record.slow_down(0.05)
    place.serve()
    certs = place.root / "edge/certs"
    follower = place.follow()
    landed = f"{names[0]}-1.ssl.localhost.pem"
    eventually(lambda: len(list(certs.glob("*.ssl.localhost.pem"))) > OPENED, SECONDS)
    os.kill(follower.pid, signal.SIGKILL)
    follower.wait(SECONDS)
    meanwhile = {path.stem for path in certs.glob("*.ssl.localhost.pem")}
    shown = {place.fingerprint(name) for name in sorted(meanwhile)[:5]}
    not_ready = place.ask()
    place.follow()
    place.until(200, "yes")

    assert OPENED < len(meanwhile) < MANY
    assert {edges.fingerprint_of(pem)} == shown
    assert (0, "") == not_ready
    assert all((certs / f"{name}-1.ssl.localhost.pem").read_bytes().endswith(pem) for name in names), landed
    assert [] == list((place.root / "edge/new").iterdir())


OPENED = 20  # versions that have landed before the follower dies


def test_the_next_life_is_ready_although_the_record_is_down(place: Place) -> None:
    """It serves what an earlier life left."""
    place.serve()
    follower = place.follow()
    place.until(200, "yes")
    end(follower)
    place.record.fail(down=True)
    place.follow()
    place.until(200, "yes")

    assert edges.fingerprint_of((place.record.root / "versions/v1").read_bytes()) == place.fingerprint(HOST)


def test_a_new_certificate_is_served_by_both(place: Place) -> None:
    """The two processes share nothing but the folder."""
    place.serve()
    place.follow()
    place.until(200, "yes")
    pem = edges.certificate(HOST)
    place.record.write([*ENTRIES, endpoint("a", "v2", 1)], {"v2": pem})
    eventually(lambda: place.fingerprint(HOST) == edges.fingerprint_of(pem), SECONDS)

    assert at(1) > at(0)


def test_there_is_one_follower_of_a_folder(place: Place) -> None:
    """A second one says so and ends; so does one whose port is taken."""
    place.follow()
    https, ready = edges.free_ports(2)
    first = f"from tests.e2e import records; records.use({str(place.record.root)!r})"
    second = follow(place.root / "edge", https, ready, first=first)
    said = second.communicate(timeout=SECONDS)[1].decode()
    third = follow(place.root / "other", https, place.ports[3], first=first)
    taken = third.communicate(timeout=SECONDS)[1].decode()

    assert (1, 1) == (second.returncode, third.returncode)
    assert f"Another follower already keeps the folder {place.root}/edge.\n" == said
    assert f"The edge cannot listen on 127.0.0.1, port {place.ports[3]}: Address already in use." in taken
