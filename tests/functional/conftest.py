"""The real app, on each record: a SQLite file, or an AWS inside the process made from the one template."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from chalice.test import Client
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.models import dynamodb_backends

from chalicelib import jobs, stores, wiring
from chalicelib.sqlite import keys
from tests import nameserver
from tests.authority import CA, DAY, LeafCert
from tests.moto import mending, stack
from tests.moto.mending import ACCOUNT
from tests.nameserver import NameServer

REGION = "us-east-1"
SQLITE, MOTO = "sqlite", "moto"
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


def forget() -> None:
    """Let wiring make everything anew."""
    for made in (*vars(stores).values(), *vars(wiring).values(), *vars(jobs).values()):
        if hasattr(made, "cache_clear"):
            made.cache_clear()


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a module's tests on the records that it names in RECORDS: on SQLite if it names none."""
    if "kept" in metafunc.fixturenames:
        records = __import__("os").environ.get("REC", "sqlite").split(",")
        metafunc.parametrize("kept", records, indirect=True, scope="module")


@pytest.fixture(scope="module")
def kept(
    request: pytest.FixtureRequest, names: NameServer, models: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Start with a new record; yield the outputs of the template where it is on AWS."""
    on = moto_record() if request.param == MOTO else sqlite_record(tmp_path_factory.mktemp("record"))
    with pytest.MonkeyPatch.context() as environment, on as (outputs, variables):
        host, port = names.address
        own = {"SSL_ENDPOINT_RESOLVER": f"{host}:{port}", "SSL_ENDPOINT_EDGE": NOBODY}
        for name, value in {**variables, **own}.items():
            environment.setenv(name, value)
        forget()
        yield outputs
        if request.param == SQLITE:
            stores.record().close()
    forget()


@contextmanager
def moto_record() -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Start an AWS with the template's resources; yield the template's outputs, and the variables that name it."""
    mending.apply()
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        outputs = stack.make(boto3.session.Session(region_name=REGION))
        environment.setattr(BotocoreStubber, "__call__", mending.one_at_a_time(BotocoreStubber.__call__))
        yield outputs, stack.environment(outputs)


@contextmanager
def sqlite_record(folder: Path) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Make the key of a record in a folder; yield no outputs, and the variable that names the record."""
    record = str(folder / "record.sqlite")
    keys.make(keys.place(record, {}))
    yield {}, {"SSL_ENDPOINT_RECORD": record}


@pytest.fixture
def aws(kept: dict[str, str], names: NameServer) -> dict[str, str]:
    """Return the template's outputs, with an empty record and no name in DNS."""
    names.clear()
    if not kept:
        stores.record()._run("DELETE FROM items")
        return kept
    table = dynamodb_backends[ACCOUNT][REGION].tables[kept["Table"]]
    for item in table.all_items():
        table.delete_item(item.hash_key, item.range_key)
    return kept


@pytest.fixture
def login(aws: dict[str, str]) -> Iterator[Callable[..., Api]]:
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
def nobody(aws: dict[str, str]) -> Iterator[Api]:
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
