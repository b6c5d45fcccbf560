"""What a call of the API takes on one machine: the product as `make run` starts it, filled with apps.

Times are a client's, on one kept-alive loopback connection: a millisecond more than the server's own.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.authority import CA, LeafCert
from tests.e2e.product import Product, fresh, running
from tests.e2e.test_checks import another_account

APPS = (100, 300)  # of the account that asks, each with an add-on, a domain and a certificate
OTHER_APPS = 200  # of somebody else, so that there are 300 endpoints at first
RUNS = 50
CALM = 90  # seconds in which new domains are looked at again and again, which is another load than a list's
LIST_TARGET = 30.0  # milliseconds at the median
ADD_TARGET = 150.0
SECONDS = 60  # any one call
LISTS = (
    "/apps/app-{n}/ssl-endpoints",
    "/apps/app-{n}/sni-endpoints",
    "/apps/app-{n}/domains",
    "/apps/app-{n}/addons",
)
WIDE_LISTS = ("/apps", "/addons", "/endpoints", "/domains")


class Client:
    """One connection, and how long each call on it took."""

    def __init__(self, product: Product, token: str = "") -> None:
        self._connection = HTTPConnection("127.0.0.1", product.api_port, timeout=SECONDS)
        bearer = f"Bearer {token or product.told['token']}"
        self._headers = {"Authorization": bearer, "Content-Type": "application/json"}
        self.headers: Message = Message()  # of the last answer
        self.took = 0.0  # milliseconds, the last call

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request that has to succeed."""
        if isinstance(body, LeafCert):
            body = {"certificate_chain": body.chain_pem, "private_key": body.key_pem}
        raw = None if body is None else json.dumps(body)
        start = time.perf_counter()
        self._connection.request(method, path, raw, {**self._headers, **headers})
        answer = self._connection.getresponse()
        text = answer.read()
        self.took = (time.perf_counter() - start) * 1000
        self.headers = answer.headers
        if answer.status not in {200, 201, 206}:
            raise RuntimeError(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def run() -> bool:
    """Fill a product in steps, print what calls take after each, and return whether the targets are met."""
    met, issuer, made = [], CA("Bench Root").issue_ca("Bench CA"), 0
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "state") as product,
        closing(Client(product)) as client,
    ):
        with closing(Client(another_account(product))) as other:
            for number in range(OTHER_APPS):
                fill(other, issuer, "other", number)
        for apps in APPS:
            adding = [fill(client, issuer, "app", number) for number in range(made, apps)]
            made = apps
            time.sleep(CALM)
            title(f"{apps} apps of {apps + OTHER_APPS} that there are, each with its endpoint")
            # An account's own lists have a target for 100 apps; they grow with it.
            wide_target = LIST_TARGET if apps == APPS[0] else None
            met += [line(f"GET {path}", looks(client, path, apps), wide_target) for path in WIDE_LISTS]
            met += [line(f"GET {path}", looks(client, path, apps), LIST_TARGET) for path in LISTS]
            met.append(line("POST ssl-endpoints (certs:add)", adding[-RUNS:], ADD_TARGET))
            met += changes(client, issuer)
    return all(met)


def fill(client: Client, issuer: CA, kind: str, number: int) -> float:
    """Make an app with everything, and return how long the upload took."""
    name, hostname = f"{kind}-{number}", f"www-{number}.{kind}.example.com"
    client.call("POST", "/apps", {"name": name, "origin": "127.0.0.1:5000"})
    client.call("POST", f"/apps/{name}/addons", {"plan": "ssl:endpoint"})
    client.call("POST", f"/apps/{name}/domains", {"hostname": hostname})
    client.call("POST", f"/apps/{name}/ssl-endpoints", fresh(issuer, hostname))
    return client.took


def looks(client: Client, path: str, apps: int) -> list[float]:
    """Ask for a list of one app after the other."""
    return [timed(client, "GET", path.format(n=number % apps)) for number in range(RUNS)]


def changes(client: Client, issuer: CA) -> list[bool]:
    """Update, roll back and install again; print what each took."""

    def each(do: Callable[[str, str], float]) -> list[float]:
        return [do(f"/apps/app-{n}/ssl-endpoints", f"www-{n}.app.example.com") for n in range(RUNS)]

    names = {
        path: client.call("GET", path)[0]["name"] for path in map("/apps/app-{}/ssl-endpoints".format, range(RUNS))
    }
    update = each(lambda path, name: timed(client, "PATCH", f"{path}/{names[path]}", fresh(issuer, name)))
    back = each(lambda path, _: timed(client, "PATCH", f"{path}/{names[path]}", {"rollback": True}))
    return [
        line("PATCH ssl-endpoints (certs:update)", update, ADD_TARGET),
        line("PATCH ssl-endpoints (certs:rollback)", back, ADD_TARGET),
    ]


def timed(client: Client, method: str, path: str, body: Any = None) -> float:
    """Send a request and return how long it took."""
    client.call(method, path, body)
    return client.took


def title(text: str) -> None:
    """Print the head of a table."""
    print(f"\n{text}\n  {'milliseconds':<44}{'least':>9}{'median':>9}{'95 %':>9}")


def line(name: str, took: list[float], target: float | None) -> bool:
    """Print one line of a table; return whether the target is met."""
    met = target is None or median(took) <= target
    told = "" if target is None else f"  target {target:g} ms: {'met' if met else 'MISSED'}"
    times = min(took), median(took), quantiles(took, n=20)[-1]
    print(f"  {name:<44}{''.join(f'{each:>9.1f}' for each in times)}{told}", flush=True)
    return met


if __name__ == "__main__":
    sys.exit(not run())
