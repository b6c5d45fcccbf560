"""`python -m local` as a family of processes: it starts, revives, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.authority import CA
from tests.e2e.product import (
    CALL_SECONDS,
    ROOT,
    Product,
    eventually,
    fresh,
    running,
    served_fingerprint,
    until_served,
)

NAME = "kept.example.com"
WRITERS, MOST_WRITES = 5, 1000
NAMES = {"http", "follower", "edge", "demo", "schedules"}


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def left(pids: dict[str, int]) -> list[str]:
    """Return the names of the processes that are still there."""
    return [name for name, pid in pids.items() if is_alive(pid)]


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


def test_everything_is_told_and_private(product: Product) -> None:
    """local.json and the printed lines say where everything is; only the owner may read it."""
    output = product.output()

    assert 0o600 == (product.state / "local.json").stat().st_mode & 0o777
    assert 0o700 == product.state.stat().st_mode & 0o777
    assert {"api", "token", "edge", "edge_http", "zone", "console", "demo", "pids"} <= product.told.keys()
    assert NAMES == product.pids.keys()
    assert product.told["token"] == (product.state / "token").read_text().strip()
    assert f"http://localhost:{product.api_port}/#token={product.told['token']}" == product.told["console"]
    assert product.told["console"] in output
    assert f"curl -kvI https://www.example.com:{product.edge_port}" in output
    assert {"0o600"} == {oct(path.stat().st_mode & 0o777) for path in (product.state / "logs").iterdir()}


def test_processes_hold_no_credentials_of_the_user(product: Product) -> None:
    """The processes know of no AWS account."""
    environment = Path(f"/proc/{product.pids['http']}/environ").read_bytes().decode().split("\0")
    aws = {name for name, _, _ in (line.partition("=") for line in environment) if name.startswith("AWS_")}

    assert {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED"} == aws
    assert "AWS_SHARED_CREDENTIALS_FILE=/dev/null" in environment


def test_second_start_on_the_same_folder_is_refused(product: Product) -> None:
    """One sentence says that it runs already, and the first one goes on."""
    second = subprocess.run(
        [sys.executable, "-m", "local", "--state", product.state, "--api-port", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=CALL_SECONDS,
        check=False,
    )

    assert 1 == second.returncode
    assert 1 == len(second.stderr.splitlines())
    assert f"already running on the state folder {product.state} (process {product.process.pid})" in second.stderr
    assert 200 == product.ask("GET", "/health").status


class Writers:
    """Threads that make one app with a certificate after the other, until nobody answers."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._ca = CA("Writers' Root")
        self.acknowledged: dict[str, str] = {}  # app → fingerprint
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join(CALL_SECONDS)

    def _write(self, number: int) -> None:
        for turn in range(MOST_WRITES):
            name = f"writer-{number}-{turn}"
            issued = fresh(self._ca, f"{name}.example.com")
            try:
                self._product.app(name)
                self._product.call("POST", f"/apps/{name}/ssl-endpoints", issued)
            except (AssertionError, OSError, HTTPException, ValueError):
                return
            self.acknowledged[name] = issued.fingerprint


def negotiated(product: Product) -> str | None:
    """Return the protocol that the edge chooses for a client that speaks HTTP/1.1 and HTTP/2."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", product.edge_port), timeout=CALL_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=NAME) as secured,
    ):
        return secured.selected_alpn_protocol()


def test_state_survives_kill_9_and_nothing_outlives_it(tmp_path: Path) -> None:
    """Killed with -9 amid writes, its processes end with it; started again, all that it told is there."""
    state = tmp_path / "state"
    issued = fresh(CA("Local Root"), NAME)
    with running(state) as first:
        first.app("kept")
        first.call("POST", "/apps/kept/domains", {"hostname": NAME})
        made = first.call("POST", "/apps/kept/ssl-endpoints", issued)
        until_served(first, NAME, issued.fingerprint)
        pids, protocol = first.pids, negotiated(first)
        with Writers(first) as writers:
            eventually(lambda: len(writers.acknowledged) > WRITERS, CALL_SECONDS)
            os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait(CALL_SECONDS)
        eventually(lambda: not left(pids))
    with running(state, SSL_ENDPOINT_EDGE_HTTP2="1") as second:
        shown = second.call("GET", f"/apps/kept/ssl-endpoints/{made['name']}")
        endpoints = {each["app"]["name"]: each["endpoint"] for each in second.call("GET", "/endpoints")}
        whole = {app: endpoint for app, endpoint in endpoints.items() if endpoint}

        assert first.told["token"] == second.told["token"]
        assert first.told["demo"] == second.told["demo"]
        assert ("http/1.1", "h2") == (protocol, negotiated(second))
        assert made["cname"] == shown["cname"]
        assert issued.fingerprint == served_fingerprint(second, NAME)
        # What was told is there, and what was not is there as a whole or not at all.
        assert writers.acknowledged.keys() <= whole.keys()
        for app, endpoint in whole.items():
            fingerprint = second.call("GET", f"/apps/{app}/ssl-endpoints")[0]["details"]["fingerprint"]
            assert fingerprint == {**writers.acknowledged, "kept": issued.fingerprint}.get(app, fingerprint)
            until_served(second, endpoint["cname"], fingerprint)
        # The key still decrypts: an edge that lost its folder gets the certificate back.
        for bundle in (state / "edge" / "versions").iterdir():
            bundle.unlink()
        os.kill(second.pids["follower"], signal.SIGKILL)
        until_served(second, NAME, issued.fingerprint)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_ends_cleanly(tmp_path: Path, ending: signal.Signals) -> None:
    """SIGTERM ends every process, even one that does not react; so does Ctrl-C, which reaches the whole group."""
    with running(tmp_path / "state") as product:
        pids = product.pids
        if ending is signal.SIGINT:
            os.killpg(product.process.pid, ending)
        else:
            os.kill(pids["demo"], signal.SIGSTOP)
            product.process.send_signal(ending)
        status = product.process.wait(CALL_SECONDS)

    assert 0 == status
    assert [] == left(pids)
    assert not (product.state / "local.json").exists()
    assert "Traceback" not in product.output()
    assert " ended (" not in product.output()


def test_process_that_dies_is_started_again(tmp_path: Path) -> None:
    """Each one that is killed comes back in a moment, with a line that says so."""
    with running(tmp_path / "state") as product:
        product.app("again")
        before = product.pids
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        eventually(
            lambda: product.pids.keys() == before.keys() and not set(product.pids.values()) & set(before.values()),
            CALL_SECONDS,
        )
        eventually(lambda: is_answering(product), CALL_SECONDS)
        apps = product.call("GET", "/apps")
        demo = urllib.request.urlopen(product.told["demo"], timeout=CALL_SECONDS)
        demo.close()
        lines = [line for line in product.output().splitlines() if "ended (signal 9); starting it again" in line]

        assert ["again"] == [app["name"] for app in apps]
        assert 200 == demo.status
        assert len(NAMES) == len(lines)
        assert product.pids == json.loads((product.state / "local.json").read_text())["pids"]


def is_answering(product: Product) -> bool:
    """Tell whether the API reads the record and the edge shakes hands."""
    try:
        served_fingerprint(product, NAME)
        return product.ask("GET", "/health").status == 200
    except OSError:
        return False


def test_refusals_are_in_the_log_of_the_api(product: Product) -> None:
    """A login that failed, a refused change, and one that no view saw each leave a line of JSON."""
    request = urllib.request.Request(f"{product.told['api']}/apps", headers={"Authorization": "Bearer nobody"})
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=CALL_SECONDS)
    product.ask("POST", "/apps", {"name": "No"})
    product.ask("POST", "/nowhere", {})
    written = (product.state / "logs" / "http.log").read_text().splitlines()
    told = [json.loads(line.partition(" ssl_endpoint ")[2]) for line in written if " ssl_endpoint " in line]
    routes = [(each["method"], each["route"], each["status"]) for each in told if "status" in each]

    assert {("GET", "/apps", 401), ("POST", "/apps", 422), ("POST", "", 404)} <= set(routes)
    assert "Bearer" not in "".join(written)
