"""What commands cost: calls to DynamoDB, counted where botocore sends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib import stores, wiring
from chalicelib.x509.anchors import Anchors
from chalicelib.x509.certificate import Certificate
from tests.authority import CA, LeafCert, self_signed
from tests.functional.conftest import Answer, Api, issue
from tests.records import MOTO

RECORDS = (MOTO,)
MOST = 3  # beyond auth, which is the token's GetItem
APP = "/apps/example"
ENDPOINTS = f"{APP}/ssl-endpoints"
DOMAIN = f"{APP}/domains/www.example.com"
COLLABORATOR = f"{APP}/collaborators/other@example.com"


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the names of the calls to DynamoDB, in order."""
    calls: list[str] = []
    events = stores.client("dynamodb").meta.events

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    events.register("before-call.dynamodb", note)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb", note)


def calls_of(api: Api, method: str, path: str, body: Any = None, **headers: str) -> list[str]:
    """Send a request and return the calls that it costs."""
    with counted() as made:
        api.call(method, path, body, **headers)
    return made


def calls(api: Api, method: str, path: str, body: Any = None, **headers: str) -> list[str]:
    """Send a request that has to succeed, and return the calls that it costs beyond auth."""
    with counted() as made:
        answer = api.call(method, path, body, **headers)

    assert answer.status in {200, 201}, answer
    assert "GetItem" == made[0]
    return made[1:]


def upload(issued: LeafCert, chain: str | None = None) -> dict[str, Any]:
    """Return the body that uploads a certificate."""
    return {"certificate_chain": chain or issued.chain_pem, "private_key": issued.key_pem}


def install(api: Api, issued: LeafCert) -> Answer:
    """Upload the app's first certificate."""
    return api.call("POST", ENDPOINTS, upload(issued))


@pytest.fixture
def root() -> Iterator[CA]:
    """Return a root that passes for one of Mozilla's, for use-cases that have learnt nothing yet."""
    ca = CA("Mozilla Root")
    anchors = Anchors([Certificate(ca.certificate)])
    with pytest.MonkeyPatch.context() as patch:
        for made in ("certificates", "intermediates"):
            getattr(wiring, made).cache_clear()
        patch.setattr(wiring, "anchors", lambda: anchors)
        yield ca
    for made in ("certificates", "intermediates"):
        getattr(wiring, made).cache_clear()


@pytest.fixture
def trusted(root: CA) -> LeafCert:
    """Return a certificate with its whole chain, whose intermediate is known already."""
    issued = issue(root.issue_ca("Intermediate"), "www.example.com")
    wiring.intermediates().learn_in_passing(map(Certificate, issued.issuers))
    return issued


@pytest.fixture
def seen(example: Api) -> Api:
    """Return the API with an app whose name this process has met, with a domain and a collaborator."""
    wiring.tokens().account("other@example.com")
    example.call("POST", f"{APP}/domains", {"hostname": "www.example.com"})
    example.call("POST", f"{APP}/collaborators", {"user": "other@example.com"})
    return example


READS = [
    "/account",
    "/tokens",
    "/apps",
    "/users/~/apps",
    APP,
    f"{APP}/addons",
    f"{APP}/addons/ssl",
    f"{APP}/addon-attachments",
    f"{APP}/collaborators",
    f"{APP}/domains",
    DOMAIN,
    f"{APP}/features",
    f"{APP}/dynos",
    ENDPOINTS,
    f"{APP}/sni-endpoints",
    f"{APP}/activity",
    f"{APP}/traffic",
    f"{APP}/traffic?hours=336",
    f"{APP}/surges",
    f"{APP}/channels",
    f"{APP}/deliveries",
    "/account/channels",
    "/account/deliveries",
    "/endpoints",
    "/domains",
    "/addons",
    "/addon-attachments",
    "/addon-services",
    "/plans/ssl:endpoint",
]
CHANGES: list[tuple[str, str, Any]] = [
    ("POST", "/apps", {"name": "another"}),
    ("PATCH", APP, {"name": "renamed", "origin": "10.0.0.7"}),
    ("POST", f"{APP}/domains", {"hostname": "shop.example.com"}),
    ("POST", f"{APP}/domains", {"hostname": "*.example.org"}),
    ("DELETE", DOMAIN, None),
    ("POST", f"{APP}/collaborators", {"user": "other@example.com", "permission": "read"}),
    ("DELETE", COLLABORATOR, None),
    ("DELETE", f"{APP}/addons/ssl", None),
    ("DELETE", f"{APP}/acm", None),
    ("POST", "/tokens", {"name": "ci"}),
    ("POST", f"{APP}/channels", {"kind": "email", "target": "me@example.com"}),
    ("POST", "/account/channels", {"kind": "slack", "target": "https://hooks.example.com/x"}),
    ("POST", "/actions/addons/resolve", {"addon": "ssl", "app": "example"}),
]


@pytest.mark.parametrize("path", READS)
def test_read_is_cheap(seen: Api, trusted: LeafCert, path: str) -> None:
    """Whatever a client looks at costs at most three calls."""
    install(seen, trusted)

    assert MOST >= len(calls(seen, "GET", path))


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_change_is_cheap(seen: Api, method: str, path: str, body: Any) -> None:
    """A change costs at most three calls, of which one is the transaction."""
    made = calls(seen, method, path, body)

    assert MOST >= len(made)
    assert made.count("TransactWriteItems") <= 1


def test_certificate_commands_are_cheap(seen: Api, trusted: LeafCert, root: CA) -> None:
    """Upload, look, update, update with the same, roll back, mute and remove cost at most three calls each."""
    first = calls(seen, "POST", ENDPOINTS, upload(trusted))
    endpoint = f"{ENDPOINTS}/{seen.call('GET', ENDPOINTS).body[0]['name']}"
    update = upload(self_signed("www.example.com"))
    rest: list[tuple[str, str, Any]] = [
        ("GET", endpoint, None),
        ("PATCH", endpoint, update),
        ("PATCH", endpoint, update),
        ("GET", f"{endpoint}/versions", None),
        ("PATCH", endpoint, {"rollback": True}),
        ("PATCH", endpoint, {"muted": True}),
        ("DELETE", endpoint, None),
    ]
    costs = [len(first), *(len(calls(seen, *command)) for command in rest)]

    assert [2, 3, 2, 2, 2, 3, 3, 3] == costs


def test_new_intermediate_costs_once(seen: Api, root: CA) -> None:
    """An intermediate that was never seen is kept, at one call; the next upload with it does not cost that."""
    intermediate = root.issue_ca("Intermediate")
    install(seen, issue(intermediate, "www.example.com"))
    [endpoint] = seen.call("GET", ENDPOINTS).body
    fresh = issue(root.issue_ca("Another"), "www.example.com")
    again = issue(intermediate, "www.example.com")

    assert MOST == len(calls(seen, "PATCH", f"{ENDPOINTS}/{endpoint['name']}", upload(fresh)))
    assert MOST - 1 == len(calls(seen, "PATCH", f"{ENDPOINTS}/{endpoint['name']}", upload(again)))


def test_completion_asks_once_an_issuer(seen: Api, trusted: LeafCert) -> None:
    """A chain that lacks its intermediate costs one look at what is known, and none for the trusted root above."""
    made = calls(seen, "POST", ENDPOINTS, upload(trusted, trusted.pem))

    assert ["Query", "Query", "TransactWriteItems"] == made


def test_strange_name_costs_a_look(example: Api) -> None:
    """The first time that a process meets an app's name it asks whose that is; by id it never does."""
    [app] = example.call("GET", "/apps").body
    wiring.apps.cache_clear()
    by_id = calls(example, "GET", f"/apps/{app['id']}")
    first, second = calls(example, "GET", APP), calls(example, "GET", APP)

    assert ["Query", "GetItem"] == by_id == second
    assert ["GetItem", *second] == first


def test_name_that_moved_on_is_not_believed(seen: Api) -> None:
    """What a process remembers of a name is only where to look first: the record decides."""
    seen.call("PATCH", APP, {"name": "elsewhere"})
    gone = seen.call("GET", APP)
    seen.call("POST", "/apps", {"name": "example"})
    [app] = [each for each in seen.call("GET", "/apps").body if each["name"] == "example"]

    assert 404 == gone.status
    assert app == seen.call("GET", APP).body
    assert "elsewhere" == seen.call("GET", "/apps/elsewhere").body["name"]


def test_idempotency_costs_two_calls(seen: Api) -> None:
    """An Idempotency-Key costs one look and one write beside the command, and a repetition only the look."""
    once = {"Idempotency-Key": "once"}
    plain = calls(seen, "POST", "/apps", {"name": "plain"})
    first = calls(seen, "POST", "/apps", {"name": "another"}, **once)
    again = calls(seen, "POST", "/apps", {"name": "another"}, **once)

    assert ["GetItem", *plain, "PutItem"] == first
    assert ["GetItem"] == again


def test_destruction_costs_a_step_a_part(seen: Api, trusted: LeafCert) -> None:
    """An app alone is destroyed in three calls; each part of it is a command of its own before that."""
    install(seen, trusted)
    whole = calls(seen, "DELETE", APP)
    seen.call("POST", "/apps", {"name": "example"})
    seen.call("GET", APP)
    alone = calls(seen, "DELETE", APP)

    assert ["Query", "TransactWriteItems", "GetItem"] == alone
    assert 4 == whole.count("TransactWriteItems")  # domain, certificate, add-on, app
    assert len(alone) + 4 == len(whole)
