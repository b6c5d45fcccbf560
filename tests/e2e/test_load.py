"""What clients notice while certificates change, and while the control plane is gone: nothing."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import threading
import time

import pytest

from tests.authority import CA
from tests.e2e.product import PATIENCE, Product, eventually, fresh, served_fingerprint, until_served

NAME = "load.example.com"
UPDATES = 12


class Clients:
    """Threads that keep asking: some on one connection, some with a new one each time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stop = threading.Event()
        self.failed: list[str] = []
        self.answered = 0
        self._threads = [threading.Thread(target=self._keep) for _ in range(4)]
        self._threads += [threading.Thread(target=self._renew) for _ in range(2)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _connect(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(NAME, self._port, timeout=15, context=context)
        connection.sock = context.wrap_socket(
            socket.create_connection(("127.0.0.1", self._port), timeout=15), server_hostname=NAME
        )
        return connection

    def _ask(self, connection: http.client.HTTPSConnection) -> None:
        try:
            connection.request("GET", "/", headers={"Host": NAME})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                self.failed.append(str(answer.status))
            self.answered += 1
        except (OSError, http.client.HTTPException) as error:
            self.failed.append(repr(error))

    def _keep(self) -> None:
        connection = self._connect()
        while not self._stop.wait(0.02):
            self._ask(connection)
        connection.close()

    def _renew(self) -> None:
        while not self._stop.wait(0.05):
            connection = self._connect()
            self._ask(connection)
            connection.close()


@pytest.fixture(scope="module")
def path(product: Product) -> str:
    """Give the product an app with a certificate and a domain; return its endpoint's path."""
    ca = CA("Load Root")
    issued = fresh(ca, NAME)
    product.app("load")
    product.call("POST", "/apps/load/domains", {"hostname": NAME})
    name = product.call("POST", "/apps/load/ssl-endpoints", issued)["name"]
    until_served(product, NAME, issued.fingerprint)
    return f"/apps/load/ssl-endpoints/{name}"


def test_updates_and_roll_backs_lose_no_request(product: Product, path: str) -> None:
    """Under load a dozen updates and roll-backs are each served within a second, and no request fails."""
    ca, took = CA("Load Root"), []
    with Clients(product.edge_port) as clients:
        for turn in range(UPDATES):
            issued = fresh(ca, NAME)
            before = served_fingerprint(product, NAME)
            product.call("PATCH", path, issued)
            took.append(until_served(product, NAME, issued.fingerprint))
            if turn % 4 == 3:
                product.call("PATCH", path, {"rollback": True})
                took.append(until_served(product, NAME, before))

    assert [] == clients.failed
    assert clients.answered > 100
    assert sorted(took)[len(took) // 2] < 1.0 * PATIENCE, took


def test_edge_serves_while_the_control_plane_is_killed(product: Product, path: str) -> None:
    """Killing API and follower costs no request; they come back, and changes are served again."""
    fingerprint = served_fingerprint(product, NAME)
    with Clients(product.edge_port) as clients:
        for name in ("http", "follower"):
            os.kill(product.pids[name], signal.SIGKILL)
        time.sleep(1)
        during = served_fingerprint(product, NAME)
        eventually(lambda: answers(product), 60)
    issued = fresh(CA("Load Root"), NAME)
    product.call("PATCH", path, issued)
    until_served(product, NAME, issued.fingerprint)

    assert [] == clients.failed
    assert fingerprint == during


def answers(product: Product) -> bool:
    """Tell whether the API can read the record."""
    try:
        return product.ask("GET", "/health").status == 200
    except (OSError, ValueError):
        return False


def test_edge_serves_while_the_control_plane_hangs(product: Product, path: str) -> None:
    """With the API standing still, every request is answered; afterwards changes are served again."""
    stopped = [product.pids[name] for name in ("http", "schedules")]
    fingerprint = served_fingerprint(product, NAME)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        with Clients(product.edge_port) as clients:
            time.sleep(3)
            during = served_fingerprint(product, NAME)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    issued = fresh(CA("Load Root"), NAME)
    product.call("PATCH", path, issued)
    until_served(product, NAME, issued.fingerprint)

    assert [] == clients.failed
    assert clients.answered > 50
    assert fingerprint == during
