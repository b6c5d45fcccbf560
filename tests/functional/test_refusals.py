"""Refusals in the log, over the API: told where they should be, and never with a secret or a forged line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from chalicelib.api import http
from chalicelib.api.refusals import Refusals
from chalicelib.record.contract import Record
from tests.authority import self_signed
from tests.functional.conftest import Api
from tests.functional.test_calls import upload

ROOT = Path(__file__).parents[2]
HOSTILE = 'x\r\n{"event": "forged"}\x1b[2J\u2028'
# As Lambda starts a function: a handler on the root logger, which is silent below WARNING.
AS_LAMBDA = """
import logging, sys
logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))
logging.getLogger().setLevel(logging.WARNING)
from app import app
context = {"resourcePath": "/apps", "httpMethod": "POST", "requestId": "r", "identity": {"sourceIp": "192.0.2.1"}}
event = {"requestContext": context, "headers": {}, "multiValueQueryStringParameters": None, "pathParameters": {},
    "stageVariables": None, "body": "{}", "isBase64Encoded": False}
app(event, None)
from chalicelib.api.refusals import Refusal, refusals
refusals.note(Refusal("r", "POST", "/apps", "192.0.2.1", 422, "invalid_params", "ci"))
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a minute of its own."""
    monkeypatch.setattr(http, "refusals", Refusals(lambda: 0.0))


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return what was logged, read as JSON."""
    return [json.loads(record.getMessage()) for record in caplog.records if record.name == "ssl_endpoint"]


def test_refused_change_is_told_with_its_token(example: Api, caplog: pytest.LogCaptureFixture) -> None:
    """The line says who was refused what; the same error of somebody who looks is not told."""
    refused = example.call("POST", "/apps/example/domains", {"hostname": "localhost"})
    example.call("GET", "/apps/missing")
    example.call("GET", "/apps/example")
    (told,) = lines(caplog)

    assert {
        "event": "refused",
        "request_id": refused.headers["Request-Id"],
        "method": "POST",
        "route": "/apps/{app}/domains",
        "client": "127.0.0.1",
        "status": 422,
        "error": "invalid_params",
        "token": "test",
    } == told


def test_failed_login_is_told_without_what_was_tried(nobody: Api, caplog: pytest.LogCaptureFixture) -> None:
    """A 401 is told also of whoever only looks; the token that was tried is not."""
    secret = "ssle_" + "5" * 64
    for credentials in (f"Bearer {secret}", f"Basic {secret}", secret, HOSTILE):
        assert 401 == nobody.call("GET", "/apps", Authorization=credentials).status

    assert [(401, "/apps", "unauthorized", "")] * 4 == [
        tuple(told[name] for name in ("status", "route", "error", "token")) for told in lines(caplog)
    ]
    assert secret[5:] not in caplog.text


def test_forbidden_is_told(login: Callable[..., Api], caplog: pytest.LogCaptureFixture) -> None:
    """A token whose scope does not reach is named."""
    login(scope="read").call("POST", "/apps", {})

    assert [(403, "forbidden", "test")] == [
        tuple(told[name] for name in ("status", "error", "token")) for told in lines(caplog)
    ]


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/apps", {"name": HOSTILE}, {}),
        ("/apps/example/domains", {"hostname": HOSTILE}, {}),
        ("/apps/example/domains", HOSTILE.encode(), {}),
        ("/apps/%0d%0a%1b%5B2J%7B%22event%22%3A%20%22forged%22%7D/domains", {"hostname": "a.example"}, {}),
        ("/apps/example/collaborators", {"user": HOSTILE}, {}),
        ("/tokens", {"name": HOSTILE}, {}),
        ("/apps", {}, {"Idempotency-Key": HOSTILE}),
        ("/apps", {"name": "no"}, {"User-Agent": HOSTILE, "X-Forwarded-For": HOSTILE, "Request-Id": HOSTILE}),
        ("/resolve-chain", HOSTILE.encode(), {}),
    ],
)
def test_hostile_request_makes_one_plain_line(
    example: Api, caplog: pytest.LogCaptureFixture, path: str, body: Any, headers: dict[str, str]
) -> None:
    """Names, paths, headers and bodies come into no line."""
    with suppress(json.JSONDecodeError):  # ssl-doctor refuses in plain text
        example.call("POST", path, body, **headers)
    (record,) = (record for record in caplog.records if record.name == "ssl_endpoint")

    assert record.getMessage().isascii()
    assert record.getMessage().isprintable()
    assert "forged" not in caplog.text
    assert "127.0.0.1" == json.loads(record.getMessage())["client"]


def test_uploads_leave_no_trace(example: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a key nor a certificate of a refused upload is told, wherever it stands."""
    one, other = self_signed("one.example.com"), self_signed("two.example.com")
    example.call("POST", "/apps/example/ssl-endpoints", {**upload(one), "private_key": other.key_pem})
    example.call("DELETE", "/tokens/ssle_" + "7" * 64)
    example.call("POST", "/apps", {"name": one.key_pem})

    assert 3 == len(lines(caplog))
    assert not any(part in caplog.text for part in ("BEGIN", "7777", *one.key_pem.split()[3:5]))


def test_lambda_emits_both_levels(record: Record) -> None:
    """Where the root logger is silent below WARNING, as Lambda's is, both kinds of line come out."""
    ended = subprocess.run(
        [sys.executable, "-c", AS_LAMBDA], cwd=ROOT, env=os.environ, capture_output=True, timeout=60, check=True
    )
    told = [json.loads(line) for line in ended.stdout.decode().splitlines()]

    assert [(401, "192.0.2.1"), (422, "192.0.2.1")] == [(each["status"], each["client"]) for each in told]
