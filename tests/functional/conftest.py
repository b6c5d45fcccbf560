"""The real app on an AWS inside the process: table, bucket and key from the one template."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from typing import Any

import boto3
import botocore.session
import pytest
from chalice.test import Client
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.models import dynamodb_backends

from chalicelib import stores, wiring
from local import stack, tuning
from local.snapshot import ACCOUNT
from tests import nameserver
from tests.authority import CA, DAY, LeafCert
from tests.nameserver import NameServer

REGION = "us-east-1"
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
    for made in (*vars(stores).values(), *vars(wiring).values()):
        if hasattr(made, "cache_clear"):
            made.cache_clear()


def _one_at_a_time(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Let one call at a time reach moto, which is not thread-safe."""
    lock = threading.Lock()

    def locked(*arguments: Any, **named: Any) -> Any:
        with lock:
            return answer(*arguments, **named)

    return locked


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


@pytest.fixture(scope="module")
def cloud(names: NameServer, models: None) -> Iterator[dict[str, str]]:
    """Start an AWS with the template's resources; yield the template's outputs."""
    tuning.apply(forgetful=["dynamodb"])  # moto leaves it to the end of the process to close S3's buffers
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        outputs = stack.ensure(boto3.session.Session(region_name=REGION))
        for name in ("Table", "Bucket", "Key"):
            environment.setenv(f"SSL_ENDPOINT_{name.upper()}", outputs[name])
        host, port = names.address
        environment.setenv("SSL_ENDPOINT_RESOLVER", f"{host}:{port}")
        environment.setenv("SSL_ENDPOINT_EDGE", NOBODY)
        forget()
        environment.setattr(BotocoreStubber, "__call__", _one_at_a_time(BotocoreStubber.__call__))
        yield outputs
    forget()


@pytest.fixture
def aws(cloud: dict[str, str], names: NameServer) -> dict[str, str]:
    """Return the template's outputs, with an empty table and no name in DNS."""
    names.clear()
    table = dynamodb_backends[ACCOUNT][REGION].tables[cloud["Table"]]
    for item in table.all_items():
        table.delete_item(item.hash_key, item.range_key)
    return cloud


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
