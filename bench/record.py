"""What a command and a list cost on one machine at 100, 10,000 and 100,000 endpoints in one SQLite file.

The product runs as `make run` starts it, its edge included; times are a client's, on a kept-alive connection.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.api import RUNS, Client, line, title
from bench.filling import fill
from chalicelib.record.accounts import AccountItems
from chalicelib.sqlite.record import SqliteRecord
from local.folder import RECORD
from tests.authority import CA
from tests.e2e.product import ROOT, Product, fresh, running

SIZES = (100, 10_000, 100_000)  # endpoints in the file
MINE = 300  # of the account that asks
MANY = 5_000  # of another account, whose lists are read whole and by page
COMMAND_TARGETS = {100: 12.0, 10_000: 20.0}  # milliseconds
LIST_TARGET, WHOLE_TARGET, PAGE_TARGET, START_TARGET = 10.0, 400.0, 30.0, 3.0
ISSUE_SECONDS = 60
SETTLE_SECONDS = 900


def run() -> bool:
    """Print a table for each size; return whether the targets are met."""
    met = [_size(size) for size in SIZES]
    return all(met)


def _size(size: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        token = _token(state, "mine@example.com")
        many = _token(state, "many@example.com") if size > MANY else ""
        mine = min(MINE, size)
        fill(state, _account(state, "mine@example.com"), "mine", mine)
        if many:
            fill(state, _account(state, "many@example.com"), "many", MANY)
        fill(state, _account(state, "rest@example.com"), "rest", size - mine - (MANY if many else 0))
        began = time.monotonic()
        with running(state) as product:
            started = time.monotonic() - began
            title(f"{size:,} endpoints in one file; ready after {started:.1f} s")
            met = [started <= START_TARGET]
            _settle(product)
            with closing(Client(product, token)) as client:
                met += _commands(client, size)
                met += _lists(client, mine)
            if many:
                with closing(Client(product, many)) as client:
                    met += _of_many(client)
    return all(met)


def _commands(client: Client, size: int) -> list[bool]:
    issuer, target = CA("Bench Root").issue_ca("Bench CA"), COMMAND_TARGETS.get(size)
    took: dict[str, list[float]] = {"certs:add": [], "certs:update": [], "certs:rollback": []}
    for number in range(RUNS):
        name, hostname = f"new-{number}", f"www-{number}.new.example.com"
        client.call("POST", "/apps", {"name": name, "origin": "127.0.0.1:5000"})
        client.call("POST", f"/apps/{name}/addons", {"plan": "ssl:endpoint"})
        at = f"/apps/{name}/ssl-endpoints"
        made = client.call("POST", at, fresh(issuer, hostname))
        took["certs:add"].append(client.took)
        client.call("PATCH", f"{at}/{made['name']}", fresh(issuer, hostname))
        took["certs:update"].append(client.took)
        client.call("PATCH", f"{at}/{made['name']}", {"rollback": True})
        took["certs:rollback"].append(client.took)
    return [line(name, each, target) for name, each in took.items()]


def _lists(client: Client, mine: int) -> list[bool]:
    met = []
    for path in ("/apps/mine-{n}/ssl-endpoints", "/apps/mine-{n}/domains", "/apps/mine-{n}/addons"):
        took = [_timed(client, path.format(n=number % mine)) for number in range(RUNS)]
        met.append(line(f"GET {path}", took, LIST_TARGET))
    for path in ("/apps", "/addons", "/endpoints", "/domains"):
        met.append(line(f"GET {path} ({mine} rows)", [_timed(client, path) for _ in range(RUNS)], None))
    return met


def _of_many(client: Client) -> list[bool]:
    met = []
    for path in ("/endpoints", "/domains"):
        pages = [_timed(client, path, "id ..; max=100") for _ in range(RUNS)]
        met.append(line(f"GET {path}, the first 100 of {MANY:,}", pages, PAGE_TARGET))
        met.append(
            line(
                f"GET {path}, all of {MANY:,}, page by page",
                [_whole(client, path) for _ in range(5)],
                WHOLE_TARGET,
            )
        )
    return met


def _whole(client: Client, path: str) -> float:
    total, asked = 0.0, "id ..;"
    while asked:
        client.call("GET", path, None, Range=asked)
        total += client.took
        asked = client.headers.get("Next-Range", "")
    return total


def _timed(client: Client, path: str, asked: str = "") -> float:
    client.call("GET", path, None, **({"Range": asked} if asked else {}))
    return client.took


def _settle(product: Product) -> None:
    """Wait until the edge serves everything: its work is another bench's."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while product.ask("GET", "/health").body["edge"]["lag_seconds"] != 0:
        if time.monotonic() > deadline:
            raise RuntimeError("the edge does not follow")
        time.sleep(1)


def _token(state: Path, email: str) -> str:
    command = [sys.executable, "-m", "local", "token", email, "--state", str(state)]
    return subprocess.check_output(command, cwd=ROOT, text=True, timeout=ISSUE_SECONDS).strip()


def _account(state: Path, email: str) -> str:
    _token(state, email)
    record = SqliteRecord(str(state / RECORD))
    with closing(record):
        return str(AccountItems(record).id_of(email))


if __name__ == "__main__":
    sys.exit(not run())
