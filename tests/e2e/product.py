"""The whole product as `make run` starts it, for tests that look at it from outside."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.authority import CA, DAY, LeafCert

ROOT = Path(__file__).parents[2]
START_SECONDS = 90
END_SECONDS = 20
CALL_SECONDS = 60
# Times are asserted against a person's patience on a machine of one's own; this one may be shared.
PATIENCE = float(os.environ.get("SSL_ENDPOINT_TEST_PATIENCE", "3"))


@dataclass(frozen=True)
class Answer:
    """What the API said."""

    status: int
    body: Any


@dataclass(frozen=True)
class Product:
    """A running `python -m local` and what it wrote to local.json."""

    state: Path
    process: subprocess.Popen[bytes]
    told: dict[str, Any]

    @property
    def api_port(self) -> int:
        """Return the port of the API."""
        return int(self.told["api"].rpartition(":")[2])

    @property
    def edge_port(self) -> int:
        """Return the edge's port for https."""
        return int(self.told["edge"].rpartition(":")[2])

    @property
    def edge_http_port(self) -> int:
        """Return the edge's port for plain http."""
        return int(self.told["edge_http"].rpartition(":")[2])

    @property
    def pids(self) -> dict[str, int]:
        """Return the processes by name, as they are now."""
        return dict(json.loads((self.state / "local.json").read_text())["pids"])

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """Send a request; a certificate stands for the upload of it."""
        if isinstance(body, LeafCert):
            body = {"certificate_chain": body.chain_pem, "private_key": body.key_pem}
        headers = {"Authorization": f"Bearer {self.told['token']}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.told['api']}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:
                return Answer(answer.status, json.loads(answer.read()))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, json.loads(error.read()))

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that has to succeed, and return what it answers."""
        answer = self.ask(method, path, body)
        assert answer.status in {200, 201}, answer
        return answer.body

    def app(self, name: str, **more: str) -> None:
        """Make an app with the demo app behind it, and provision the add-on."""
        self.call("POST", "/apps", {"name": name, "origin": self.told["demo"], **more})
        self.call("POST", f"/apps/{name}/addons", {"plan": {"name": "ssl:endpoint"}})

    def output(self) -> str:
        """Return what it printed."""
        return (self.state.parent / "output.txt").read_text()


def fresh(ca: CA, *names: str) -> LeafCert:
    """Make a certificate that is valid by the real clock."""
    now = datetime.now(timezone.utc)
    return ca.issue_cert(*names, not_before=now - DAY, not_after=now + 80 * DAY)


def served_fingerprint(product: Product, name: str | None) -> str:
    """Return the SHA-256 of the leaf that the edge serves for a name; None sends no SNI."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", product.edge_port), timeout=15) as connection,
        context.wrap_socket(connection, server_hostname=name) as secured,
    ):
        return hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()


def until_served(product: Product, name: str, fingerprint: str) -> float:
    """Wait until the edge serves that leaf for a name, and return how many seconds that took."""
    return eventually(lambda: served_fingerprint(product, name) == fingerprint)


def eventually(holds: Callable[[], bool], seconds: float = 20) -> float:
    """Wait until something holds and return how many seconds that took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds, "it never came true"
        time.sleep(0.05)
    return time.monotonic() - started


@contextmanager
def running(state: Path, module: str = "local", **environment: str) -> Iterator[Product]:
    """Start the product on free ports and wait until it is ready; end it, whatever happens."""
    ports = {"SSL_ENDPOINT_API_PORT": "0", "SSL_ENDPOINT_EDGE_PORT": "0", "SSL_ENDPOINT_EDGE_HTTP_PORT": "0"}
    with (state.parent / "output.txt").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env={**os.environ, **ports, "SSL_ENDPOINT_STATE": str(state), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Product(state, process, _told(state, process))
    finally:
        end(process)


def _told(state: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    ready = state / "local.json"
    output = state.parent / "output.txt"
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < deadline, output.read_text()
        try:
            told: dict[str, Any] = json.loads(ready.read_text())
        except FileNotFoundError:
            time.sleep(0.05)
            continue
        if told["pid"] == process.pid:  # not of a start before this one, which was killed
            return told
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a product to end; kill its whole group if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(END_SECONDS)
