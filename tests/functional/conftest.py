"""The real app over an empty record, on SQLite or on an AWS inside the process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from typing import Any, TypeVar

import botocore.session
import pytest
from chalice.test import Client

from chalicelib import stores, wiring
from chalicelib.record.conditions import Differs, Item
from chalicelib.record.contract import Record
from chalicelib.sqlite.record import SqliteRecord
from tests import nameserver, records
from tests.authority import CA, DAY, LeafCert
from tests.nameserver import NameServer
from tests.records import SQLITE

Test = TypeVar("Test", bound=Callable[..., None])
NOBODY = "127.0.0.1:1"  # refuses every connection


@dataclass(frozen=True)
class Answer:
    """What the API said."""

    status: int
    body: Any
    headers: dict[str, str]


class Api:
    """Calls the API with one token."""

    def __init__(self, client: Client, token: str | None) -> None:
        self._client = client
        self._token = token

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request; a body that is not bytes goes as JSON."""
        if self._token:
            headers.setdefault("Authorization", f"Bearer {self._token}")
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        send = {"Content-Type": "application/json", **headers}
        response = self._client.http.request(method, path, body=raw, headers=send)
        return Answer(response.status_code, json.loads(response.body), dict(response.headers))


def issue(ca: CA, *names: str, **more: Any) -> LeafCert:
    """Make a certificate that is valid by the real clock."""
    now = datetime.now(timezone.utc)
    return ca.issue_cert(*names, **{"not_before": now - DAY, "not_after": now + 80 * DAY, **more})


def customs(api: Api, app: str = "example") -> list[Any]:
    """Return an app's custom domains."""
    return [domain for domain in api.call("GET", f"/apps/{app}/domains").body if domain["kind"] == "custom"]


@pytest.fixture(scope="session")
def names() -> Iterator[NameServer]:
    """Run the DNS server that everything asks; it knows no name until a test adds some."""
    with nameserver.running() as server:
        yield server


@pytest.fixture(scope="session")
def models() -> Iterator[None]:
    """Read what botocore knows of AWS, megabytes of JSON, once for all sessions."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield


def on(*kinds: str) -> Callable[[Test], Test]:
    """Let a test run on these records, whatever its module says."""

    def mark(test: Test) -> Test:
        test.__dict__["records"] = kinds
        return test

    return mark


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a module's tests on the records that it names in RECORDS: on SQLite if it names none."""
    if "kept" in metafunc.fixturenames:
        kinds = getattr(metafunc.function, "records", getattr(metafunc.module, "RECORDS", (SQLITE,)))
        metafunc.parametrize("kept", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def kept(
    request: pytest.FixtureRequest, names: NameServer, models: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Make a record; yield what keeps it: SQLITE or MOTO."""
    made = records.made(request.param, tmp_path_factory.mktemp("record"))
    with pytest.MonkeyPatch.context() as environment, made as variables:
        host, port = names.address
        own = {"SSL_ENDPOINT_RESOLVER": f"{host}:{port}", "SSL_ENDPOINT_EDGE": NOBODY}
        for name, value in {**variables, **own}.items():
            environment.setenv(name, value)
        records.forget()
        yield request.param
        if isinstance(record := stores.record(), SqliteRecord):
            record.close()
    records.forget()


@pytest.fixture
def record(kept: str, names: NameServer) -> Record:
    """Return the record, empty; DNS has no name."""
    names.clear()
    records.empty()
    return stores.record()


def everything() -> list[Item]:
    """Return all items of the record."""
    return list(stores.record().scan(Differs("PK", "")))


@pytest.fixture
def login(record: Record) -> Iterator[Callable[..., Api]]:
    """Yield a function that makes a token for an account and returns the API seen with it."""
    import app  # noqa: PLC0415

    with Client(app.app) as client:

        def as_account(email: str = "owner@example.com", scope: str = "admin", **more: Any) -> Api:
            tokens = wiring.tokens()
            return Api(client, tokens.issue(tokens.account(email), "test", scope, **more))

        yield as_account


@pytest.fixture
def api(login: Callable[..., Api]) -> Api:
    """Return the API with the owner's admin token."""
    return login()


@pytest.fixture
def nobody(record: Record) -> Iterator[Api]:
    """Yield the API without a token."""
    import app  # noqa: PLC0415

    with Client(app.app) as client:
        yield Api(client, None)


@pytest.fixture
def example(api: Api) -> Api:
    """Return the API with an app `example` that has the add-on."""
    assert api.call("POST", "/apps", {"name": "example", "origin": "127.0.0.1:5000"}).status == 201
    assert api.call("POST", "/apps/example/addons", {"plan": {"name": "ssl:endpoint"}}).status == 201
    return api
