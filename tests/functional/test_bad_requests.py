"""Requests that no client of good will sends: each is answered with a 4xx and a sentence, never with a 5xx."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import NoReturn

import pytest
from chalice.test import Client, HTTPResponse

from chalicelib.record import endpoints
from chalicelib.x509 import bundle
from tests.authority import CA
from tests.functional.conftest import Api, issue
from tests.functional.steps import noted
from tests.functional.test_calls import upload
from tests.unit.x509.forms import pkcs12_file

FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain"
PARAMETERS = [
    "%00",
    "%2F",
    "a%2F..%2Fb",
    "%2e%2e",
    "%",
    "%zz",
    "%FF%FE",
    "%ED%A0%80",
    "%0D%0AX-Injected:1",
    "%25%32%46",
    "APP%23x",
    "x" * 3000,
    "%F0%9F%92%A9" * 700,
    "00000000-0000-0000-0000-000000000000",
]
BODIES = [
    b"{",
    b"[]",
    b"null",
    b"1",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    '{"name": "x"}'.encode("utf-16"),
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"name": "a", "name": "b", "name": []}',
    b'{"name": NaN, "expires_in": NaN, "rollback": Infinity}',
    b'{"name": "x", "expires_in": 1e999}',
    b'{"name": "x", "expires_in": ' + b"9" * 5000 + b"}",
    b'{"\\ud800": "\\ud800", "name": "\\udfff"}',
    b'{"name": "x", "scope": "\\ud800", "permission": "\\ud800", "user": "a@b.c"}',
    b'{"user": "\\ud800@b.c", "hostname": "\\ud800.example.com", "plan": "\\ud800", "addon": "\\ud800"}',
    b'{"user": "\xed\xa0\x80@b.c", "addon": "x", "app": "\\ud800", "origin": "\\ud800", "region": "\\ud800"}',
    b'{"addon": "x", "app": "%s", "name": "%s", "plan": {"name": "%s"}}' % ((b"x" * 50_000,) * 3),
    b'{"certificate_chain": "\\ud800", "private_key": "\\ud800", "sni_endpoint": "\\ud800"}',
    b'{"certificate_chain": "\\u0000", "private_key": "\\u0000", "sni_endpoint": "\\u0000"}',
    b'{"plan": {"name": {"name": 1}}, "region": {"name": []}, "user": {}, "hostname": {}, "addon": {}}',
]
FORMS = [b"%", b"%zz=%", b"name=%FF", b"name=%ED%A0%80", b"\xff", b"&" * 50, b"a=1&" * 30, b"name=%00&user=%00"]
HEADERS = [
    ("Authorization", "Bearer \x00"),
    ("Authorization", "Bearer " + "x" * 100_000),
    ("Authorization", "Basic ////"),
    ("Authorization", "Basic " + "e" * 100_000),
    ("Authorization", "Bearer \U0001f4a9"),
    ("Idempotency-Key", "\x7f"),
    ("Idempotency-Key", "x" * 256),
    ("Idempotency-Key", "\U0001f4a9" * 255),
    ("Content-Type", "\U0001f4a9"),
    ("Content-Type", ""),
    ("Content-Type", "application/json; charset=utf-16"),
    ("Accept", "\x00"),
]


@pytest.fixture
def whole(example: Api) -> Api:
    """Return the API with an app that has a certificate and a domain."""
    assert (
        201 == example.call("POST", "/apps/example/ssl-endpoints", upload(issue(CA(), "www.example.com"))).status
    )
    example.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
    return example


def routes() -> list[tuple[str, str]]:
    """Return every method and path."""
    import app  # noqa: PLC0415

    return sorted((method, path) for path, methods in app.app.routes.items() for method in methods)


def send(api: Api, method: str, path: str, body: bytes, content_type: str = "application/json") -> HTTPResponse:
    """Send a request that may be answered with text."""
    client: Client = api._client
    headers = {"Authorization": f"Bearer {api._token}", "Content-Type": content_type}
    return client.http.request(method, path, body=body, headers=headers)


def check(answer: HTTPResponse, asked: object) -> None:
    """Fail unless the answer is a 2xx, or a 4xx with a sentence."""
    text = answer.body.decode()

    assert answer.status_code < 500, (asked, text)
    if answer.status_code >= 400 and answer.headers["Content-Type"] == "application/json":
        assert {"id", "message"} <= set(json.loads(text)), asked
    assert not any("\r" in value or "\n" in value for value in answer.headers.values()), asked


@pytest.mark.parametrize("odd", PARAMETERS, ids=[odd[:20] for odd in PARAMETERS])
def test_odd_parameter_is_not_found(whole: Api, odd: str) -> None:
    """Each parameter of each path may be anything: what is not there is a 404 (or a 422 for the body)."""
    for method, path in routes():
        names = [part for part in path.split("/") if part.startswith("{")]
        for name in names:
            asked = path.replace(name, odd).replace("{app}", "example")
            for other in names:
                asked = asked.replace(other, "www.example.com")
            answer = send(whole, method, asked, b"{}")
            check(answer, (method, asked))
            assert answer.status_code in {404, 422}, (method, asked)


@pytest.mark.parametrize("path", ["/apps/{}", "/apps/{}/domains", "/apps/{}/ssl-endpoints/x", "/tokens/{}"])
def test_long_parameter_is_not_looked_up(api: Api, path: str) -> None:
    """What cannot be a name or an id never becomes a key, which DynamoDB limits to 2,048 bytes."""
    for odd in PARAMETERS[:-1]:
        with noted() as steps:
            api.call("DELETE" if "tokens" in path else "GET", path.format(odd))
        assert ["get"] == steps.names  # the token


@pytest.mark.parametrize(
    ("body", "content_type"), [*((body, "application/json") for body in BODIES), *((form, FORM) for form in FORMS)]
)
def test_odd_body_is_refused(whole: Api, body: bytes, content_type: str) -> None:
    """No body makes any route fail, whether it is read or not."""
    endpoint = whole.call("GET", "/apps/example/ssl-endpoints").body[0]["name"]
    for method, path in routes():
        if method in {"POST", "PATCH", "PUT"}:
            asked = path.replace("{app}", "example").replace("{endpoint}", endpoint).replace("{domain}", "x")
            check(send(whole, method, asked, body, content_type), (method, asked))


@pytest.mark.parametrize(("name", "value"), HEADERS, ids=[f"{name} {value[:12]!r}" for name, value in HEADERS])
def test_odd_header_is_no_fault(api: Api, name: str, value: str) -> None:
    """No header makes a call fail."""
    for method in ("GET", "POST"):
        answer = api.call(method, "/apps", {} if method == "POST" else None, **{name: value})

        assert answer.status < 500
        assert answer.status < 400 or {"id", "message"} <= set(answer.body)


def test_half_of_a_pair_is_told(api: Api) -> None:
    """Half of a surrogate pair, which JSON can write and UTF-8 cannot, is refused by the field's name."""
    for body in (b'{"name": "\\ud800"}', b'{"name": "\xed\xa0\x80"}'):
        refused = api.call("POST", "/tokens", body)

        assert (422, True) == (refused.status, "'name'" in refused.body["message"])


def test_origin_is_ascii(api: Api) -> None:
    """Letters that only look like ASCII in upper or lower case are no host's name."""
    for origin in ("http://ſtatic.example:80", "http://\u212aelvin.example", "http://127.0.0.1:٣٠"):
        assert 422 == api.call("POST", "/apps", {"origin": origin}).status


def test_no_certificate_injects_a_header(example: Api) -> None:
    """Line ends in a certificate's names do not get into X-Heroku-Warning."""
    now = datetime.now(timezone.utc)
    ca = CA("Evil\r\nX-Injected: 1", not_before=now - timedelta(days=90), not_after=now - timedelta(days=1))
    issued = issue(ca.issue_ca("Gone\r\nSet-Cookie: a=b", not_after=now - timedelta(days=1)), "www.example.com")
    example.call("POST", "/apps/example/domains", {"hostname": "shop.example.com"})
    made = example.call("POST", "/apps/example/ssl-endpoints", {**upload(issued), "preprocess": False})

    assert 201 == made.status
    assert "shop.example.com" in made.headers["X-Heroku-Warning"]
    assert "Set-Cookie" in made.headers["X-Heroku-Warning"]
    assert not {"\r", "\n"} & set("".join(made.headers.values()))
    assert {"X-Injected", "Set-Cookie"}.isdisjoint(made.headers)


def test_pass_phrase_on_which_the_library_panics_is_refused(example: Api) -> None:
    """A pass phrase with a NUL, which ends in a panic of Rust, is a 422 like any other that is wrong."""
    issued = issue(CA(), "www.example.com")
    body = {"certificate_chain": pkcs12_file(issued.key, issued.certificate), "pass_phrase": "a\0b"}
    refused = example.call("POST", "/apps/example/ssl-endpoints", body)

    assert (422, True) == (refused.status, "NUL" in refused.body["message"])


def test_fault_that_is_no_exception_is_answered(example: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a panic of Rust raises is answered, too: it would end the server's thread."""

    class Panic(BaseException):
        pass

    def panic(*_: object) -> NoReturn:
        raise Panic

    monkeypatch.setattr(bundle, "read", panic)
    answer = example.call("POST", "/apps/example/ssl-endpoints", upload(issue(CA(), "www.example.com")))

    assert (500, "internal_server_error") == (answer.status, answer.body["id"])


def test_certificates_that_say_too_much_are_refused(example: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain whose description would not fit into an item of DynamoDB is a 413, and nothing is installed."""
    monkeypatch.setattr(endpoints, "MOST_BYTES", 1000)
    refused = example.call("POST", "/apps/example/ssl-endpoints", upload(issue(CA(), "www.example.com")))

    assert (413, "request_too_large") == (refused.status, refused.body["id"])
    assert [] == example.call("GET", "/apps/example/ssl-endpoints").body
