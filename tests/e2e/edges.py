"""A real edge to test: Caddy on free ports, driven through nothing but its state folder."""

from __future__ import annotations

import hashlib
import http.client
import json
import secrets
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import IO, Any

from chalicelib.edge import engine
from chalicelib.edge.caddy import Listeners
from chalicelib.edge.plan import VersionRef
from chalicelib.edge.state_folder import StateFolder
from tests.authority import CA, DAY, make_key
from tests.e2e.product import ROOT

PORTS = ("--https-port", "--http-port", "--lookup-port")
PROGRAM = ["-m", "edge"]
START_SECONDS = 15
LOOK_SECONDS = 0.02
STOP_SECONDS = 10
ANSWER_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Edge:
    """A running edge, its state folder and its log."""

    folder: StateFolder
    listeners: Listeners
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """Return where https is served."""
        return self.listeners.bind, self.listeners.https_port

    def serve(self, name: str, origin: str = "", *, endpoint_id: str | None = None) -> str:
        """Serve a name with a new certificate, and pass it to an origin; return the certificate's fingerprint."""
        endpoint_id = endpoint_id or f"e-{secrets.token_hex(4)}"
        fingerprint = self.install(endpoint_id, certificate(name))
        self.folder.link(name, endpoint_id)
        if origin:
            self.folder.route(name, origin)
        return fingerprint

    def install(self, endpoint_id: str, pem: bytes | None = None) -> str:
        """Give an endpoint a new certificate; return its fingerprint."""
        pem = pem or certificate("www.example.com")
        version = VersionRef("app", endpoint_id, secrets.token_hex(4))
        self.folder.stage(version, pem)
        self.folder.install(version)
        return fingerprint_of(pem)

    def connect(self, sni: str | None) -> ssl.SSLSocket:
        """Open a TLS connection that trusts everybody."""
        raw = socket.create_connection(self.address, timeout=ANSWER_SECONDS)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            return anybody().wrap_socket(raw, server_hostname=sni)
        except BaseException:
            raw.close()
            raise

    def fingerprint(self, sni: str | None) -> str:
        """Return the SHA-256 of the certificate that the edge shows for a name."""
        with self.connect(sni) as connection:
            return hashlib.sha256(connection.getpeercert(binary_form=True) or b"").hexdigest()

    def get(self, host: str, path: str = "/", **headers: str) -> Answer:
        """Send a GET with this Host (and SNI) and these headers, `_` written for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with Client(self, host) as client:
            return client.get(path, {"Host": host, **named})


class Client:
    """A kept-alive connection to an edge."""

    def __init__(self, edge: Edge, host: str, sni: str | None = None) -> None:
        self._connection = http.client.HTTPConnection(*edge.address, timeout=ANSWER_SECONDS)
        self._connection.sock = edge.connect(sni or host.lower().rstrip("."))
        self._host = host

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, path: str = "/", headers: dict[str, str] | None = None, method: str = "GET") -> Answer:
        """Send a request on this connection and read the whole answer."""
        self._connection.auto_open = 0  # a connection that was cut is a failure
        self._connection.request(method, path, headers={"Host": self._host, **(headers or {})})
        response = self._connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read())


@contextmanager
def running(place: Path, *, http2: bool = False, first: str = "") -> Iterator[Edge]:
    """Run `python -m edge serve` on a folder and free ports; it is always ended, by force if need be.

    `first` is Python that its process runs before, to change what it will do.
    """
    folder = StateFolder(place / "edge")
    ports = free_ports(3)
    path = place / "caddy.log"
    with path.open("wb") as log:
        process = start(folder.root, ports, *["--http2"] * http2, first=first, log=log)
    try:
        until_serving(process, ports[0])
        listeners = Listeners(ports[0], ports[1], ports[2], secret_of(folder), http2=http2)
        yield Edge(folder, listeners, process, path)
    finally:
        end(process)


def start(
    state: Path, ports: list[int], *flags: str, first: str = "", log: int | IO[bytes] = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start `python -m edge serve` on these ports: https, http and lookup."""
    where = [str(part) for pair in zip(PORTS, ports, strict=True) for part in pair]
    program = (
        ["-c", f"import sys\n{first}\nfrom edge.__main__ import main\nsys.exit(main())"] if first else PROGRAM
    )
    command = [sys.executable, *program, "serve", "--state", str(state), *where, *flags]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def until_serving(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until an edge accepts connections."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), START_SECONDS):
            return
        assert process.poll() is None, "the edge has ended"
        assert time.monotonic() < deadline, "the edge does not serve"
        time.sleep(LOOK_SECONDS)


def free_ports(number: int) -> list[int]:
    """Return so many loopback ports that nobody listens on at the moment."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        return [int(listener.getsockname()[1]) for listener in listeners]


def secret_of(folder: StateFolder) -> str:
    """Return the secret of this start, which only the configuration of the engine holds."""
    written = json.loads((folder.root / engine.CONFIGURATION).read_bytes())
    getter = written["apps"]["tls"]["automation"]["policies"][0]["get_certificate"][0]
    return str(getter["url"]).rpartition("/")[2]


@cache
def root() -> CA:
    """Return the root that a client may trust."""
    return CA()


@cache
def intermediate() -> CA:
    """Return the authority that issues all certificates in these tests."""
    return root().issue_ca("Example Intermediate")


def certificate(*names: str) -> bytes:
    """Return a fresh certificate with its intermediate and its key, as PEM, valid now."""
    now = datetime.now(timezone.utc)
    leaf = intermediate().issue_cert(*names, not_before=now - DAY, not_after=now + DAY, key=make_key())
    return (leaf.chain_pem + leaf.key_pem).encode()


def fingerprint_of(pem: bytes) -> str:
    """Return the SHA-256 of the first certificate in a PEM file."""
    end = b"-----END CERTIFICATE-----"
    first = pem[pem.index(b"-----BEGIN CERTIFICATE-----") : pem.index(end) + len(end)]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first.decode())).hexdigest()


@cache
def anybody() -> ssl.SSLContext:
    """Return a TLS context that accepts every certificate, because the test looks at it itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def memory(process: subprocess.Popen[bytes], kind: str = "VmRSS") -> int:
    """Return how much memory a process holds now (or `VmHWM`: at most), in MB."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(kind):
            return int(line.split()[1]) // 1024
    raise AssertionError(f"no {kind}")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, by force if need be."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)
