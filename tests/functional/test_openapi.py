"""The document of the API: in step with the routes, and true of what they answer."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from chalice.test import Client

import app
from chalicelib import jobs, stores, wiring
from chalicelib.errors import Unavailable
from chalicelib.model.traffic import Batch, hour
from chalicelib.record.contract import Record
from tests.authority import CA
from tests.functional.conftest import Api, issue
from tests.functional.sweeps import Letterbox
from tests.functional.test_calls import upload

ROOT = Path(__file__).parents[2]
METHODS = {"get", "post", "put", "patch", "delete"}
DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
COMPONENTS = DOCUMENT["components"]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the method, path and operation of everything in the document."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS & item.keys():
            yield method.upper(), path, item[method]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference."""
    while "$ref" in node:
        _, *names = node["$ref"].split("/")
        node = DOCUMENT
        for name in names:
            node = node[name]
    return node


def walk(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object below a node, and where it is."""
    if isinstance(node, dict):
        yield place, node
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, part in parts:
        yield from walk(part, f"{place}/{name}")


def strict() -> dict[str, Any]:
    """Return the components with every object closed: what is answered has all its properties and no other."""
    schemas = copy.deepcopy(COMPONENTS["schemas"])
    for _, node in walk(schemas):
        if "properties" in node:
            node["additionalProperties"] = False
    return {"schemas": schemas}


@cache
def validator(written: str) -> jsonschema_rs.Draft202012Validator:
    """Return what checks a value against a schema, given as JSON."""
    schema = {**json.loads(written), "components": strict()}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def complaints(schema: dict[str, Any], value: Any) -> list[str]:
    """Return what is wrong with a value, by a schema of the document."""
    found = validator(json.dumps(schema)).iter_errors(value)
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in found]


def test_routes_are_documented_and_documented_routes_exist() -> None:
    """Whoever adds a route describes it, and nothing is described that is not there."""
    routes = {(method, path) for path, methods in app.app.routes.items() for method in methods}

    assert sorted(routes) == sorted((method, path) for method, path, _ in operations())


def test_json_is_the_yaml(nobody: Api) -> None:
    """What is served is what was written by hand; if not: make openapi."""
    served = nobody.call("GET", "/openapi.json")

    assert DOCUMENT == json.loads((ROOT / "chalicelib" / "api" / "openapi.json").read_text())
    assert (200, DOCUMENT, "application/json") == (served.status, served.body, served.headers["Content-Type"])


def test_operations_have_names_of_their_own() -> None:
    """Programs that are made from the document find each operation under one name, and its path's parameters."""
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(names) == len(set(names))
    for _, path, operation in operations():
        parameters = map(
            resolved, [*DOCUMENT["paths"][path].get("parameters", []), *operation.get("parameters", [])]
        )
        assert re.findall(r"{(.*?)}", path) == [each["name"] for each in parameters if each["in"] == "path"], path
        assert {"summary", "tags", "responses"} <= operation.keys()


def test_references_lead_somewhere_and_every_component_is_used() -> None:
    """No reference is broken, and nothing is described that no operation has."""
    used = {node["$ref"] for _, node in walk(DOCUMENT) if "$ref" in node}
    described = {f"#/components/{kind}/{name}" for kind in COMPONENTS for name in COMPONENTS[kind]}
    schemes = {f"#/components/securitySchemes/{name}" for name in COMPONENTS["securitySchemes"]}

    assert described - schemes == used


def test_open_routes_are_told_as_such() -> None:
    """Only the doctor, the health check and the document need no token, and only they have no 401."""
    told = {path for _, path, operation in operations() if operation.get("security") == []}
    without = {path for _, path, operation in operations() if "401" not in operation["responses"]}

    assert told == without
    assert {"/health", "/openapi.json"} < told


def test_examples_are_valid() -> None:
    """Each example is one: of a schema, of a body and of a parameter."""
    wrong = []
    for place, node in walk(DOCUMENT):
        schema = node.get("schema", node)
        named = node.get("examples", [])
        values = [each["value"] for each in named.values()] if isinstance(named, dict) else list(named)
        values += [node["example"]] if "example" in node else []
        wrong += [(place, complaint) for value in values for complaint in complaints(schema, value)]

    assert [] == wrong


@pytest.fixture
def watched(record: Record, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """Yield the API with an admin token; what it answers is compared with the document."""
    monkeypatch.setitem(wiring.senders(), "email", Letterbox())
    tokens = wiring.tokens()
    with Client(app.app) as client:
        yield Watched(client, tokens.issue(tokens.account("owner@example.com"), "test", "admin"))


class Watched(Api):
    """The API, whose answers have to be those of the document."""

    def __init__(self, client: Client, token: str) -> None:
        super().__init__(client, token)
        self.seen: set[tuple[str, str, str]] = set()

    def ask(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        """Send a request whose answer has a status that is documented, and a body that is as documented."""
        send = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **headers}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = self._client.http.request(method, path, body=raw, headers=send)
        route = next(route for route in app.app.routes if re.fullmatch(re.sub("{.*?}", "[^/]+", route), path))
        documented = resolved(DOCUMENT["paths"][route][method.lower()]["responses"][str(status)])
        content_type = answer.headers["Content-Type"].partition(";")[0]
        text = answer.body.decode()
        told = json.loads(text) if content_type == "application/json" else text

        assert status == answer.status_code, told
        assert [] == complaints(documented["content"][content_type]["schema"], told)
        for name, header in documented.get("headers", {}).items():
            assert name in answer.headers or not resolved(header).get("required"), name
        self.seen.add((method, route, str(status)))
        return told


PARAMETERS = {"app": "example", "domain": "example.com", "service": "ssl", "plan": "ssl:endpoint", "user": "~"}
DOCTOR = ["/resolve-chain", "/order-chain", "/find-domain-certificate-from-set", "/find-key-for-certificate"]


def furnish(api: Watched) -> None:
    """Make two of everything that can be listed."""
    for name in ("example", "another"):
        api.ask("POST", "/apps", {"name": name, "region": {"name": "us"}, "origin": "127.0.0.1:5000"}, 201)
        api.ask("POST", f"/apps/{name}/addons", {"plan": {"name": "ssl:endpoint"}}, 201)
    for user in ("friend@example.com", "second@example.com"):
        wiring.tokens().account(user)
        api.ask("POST", "/apps/example/collaborators", {"user": user}, 201)
    for hostname in ("example.com", "www.example.com"):
        api.ask("POST", "/apps/example/domains", {"hostname": hostname}, 201)
    api.ask("PATCH", "/apps/example", {"origin": "127.0.0.1:5001"})
    for days in (1, 2):
        at = f"{wiring.now() + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        api.ask("POST", "/apps/example/surges", {"at": at, "requests_per_second": 200, "note": "sale"}, 201)
    app_id = api.ask("GET", "/apps/example")["id"]
    stores.traffic().add("e-1", Batch(app_id, hour(wiring.now()), 1, {"r00": 9000, "h59": 1}))
    for place in ("/apps/example", "/account"):
        for target in ("https://hooks.example.com/x", "https://hooks.example.com/y"):
            api.ask("POST", f"{place}/channels", {"kind": "webhook", "target": target}, 201)
        mail = api.ask("POST", f"{place}/channels", {"kind": "email", "target": "me@example.com"}, 201)
        for _ in range(2):
            api.ask("POST", f"{place}/channels/{mail['id']}/test")
        api.ask("DELETE", f"{place}/channels/{mail['id']}")


def install(api: Watched) -> str:
    """Upload, change and remove certificates in both views, and return the name of the endpoint that stays."""
    ca = CA()
    first, second = (upload(issue(ca.issue_ca("I"), f"{name}.example.com")) for name in ("one", "two"))
    name = api.ask("POST", "/apps/example/sni-endpoints", first, 201)["name"]
    api.ask("PATCH", f"/apps/example/sni-endpoints/{name}", second)
    api.ask("DELETE", f"/apps/example/sni-endpoints/{name}")
    api.ask("POST", "/apps/example/ssl-endpoints", first, 201)
    api.ask("PATCH", f"/apps/example/ssl-endpoints/{name}", second)
    api.ask("POST", f"/apps/example/ssl-endpoints/{name}/rollback")
    api.ask("PUT", f"/apps/example/ssl-endpoints/{name}", second)
    api.ask("PATCH", "/apps/example/domains/www.example.com", {"sni_endpoint": name})
    api.ask("POST", "/apps/example/domains/www.example.com/check")
    api.ask("POST", "/certificates/inspect", {"certificate_chain": first["certificate_chain"]})
    for path in (*DOCTOR, "/resolve-chain-and-key"):
        api.ask("POST", path, (first["certificate_chain"] + first["private_key"]).encode())
    return str(name)


def look(api: Watched, endpoint: str) -> None:
    """Look at everything; ask for a part of what can be listed in parts."""
    addon = api.ask("GET", "/apps/example/addons/ssl")["name"]
    wiring.tokens().issue(wiring.tokens().account("owner@example.com"), "second", "read")
    for method, path, operation in operations():
        if method == "GET":
            asked = path.format(**PARAMETERS, endpoint=endpoint, addon=addon)
            api.ask("GET", asked)
            if "206" in operation["responses"]:
                api.ask("GET", asked, None, 206, Range="id ..; max=1")


def undo(api: Watched, endpoint: str) -> None:
    """Remove one of everything."""
    token = api.ask("POST", "/tokens", {"name": "ci", "scope": "read", "expires_in": 3600}, 201)
    api.ask("POST", "/actions/addons/resolve", {"addon": "ssl", "app": "example"})
    api.ask("DELETE", f"/tokens/{token['id']}")
    surge = api.ask("GET", "/apps/example/surges")[0]["id"]
    for part in (
        f"surges/{surge}",
        "acm",
        "collaborators/friend@example.com",
        "domains/example.com",
        f"ssl-endpoints/{endpoint}",
    ):
        api.ask("DELETE", f"/apps/example/{part}")
    api.ask("DELETE", "/apps/example/addons/ssl")
    api.ask("DELETE", "/apps/example")


def test_real_answers_are_as_documented(watched: Watched) -> None:
    """Every success that is documented can be had, with exactly the properties of its schema."""
    furnish(watched)
    endpoint = install(watched)
    look(watched, endpoint)
    undo(watched, endpoint)
    successes = {
        (method, path, status)
        for method, path, operation in operations()
        for status in operation["responses"]
        if status.startswith("2")
    }

    assert successes == watched.seen


def test_real_refusals_are_as_documented(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of refusal has the documented shape."""
    body, once = {"name": "example"}, {"Idempotency-Key": "once"}
    watched.ask("GET", "/apps", None, 401, Authorization="Bearer wrong")
    watched.ask("GET", "/apps/missing", None, 404)
    watched.ask("POST", "/apps", b"{", 422)
    watched.ask("POST", "/apps", b"x" * 300_000, 413)
    monkeypatch.setattr(wiring.idempotency(), "keep", lambda *_: None)
    watched.ask("POST", "/apps", body, 201, **once)
    watched.ask("POST", "/apps", body, 409, **once)
    watched.ask("POST", "/apps/example/ssl-endpoints", upload(issue(CA(), "www.example.com")), 403)
    watched.ask("POST", "/apps/example/acm", {}, 422)
    stranger = wiring.tokens().issue(wiring.tokens().account("stranger@example.com"), "test", "admin")
    theirs = {"Authorization": f"Bearer {stranger}"}
    watched.ask("POST", "/apps/example/domains", {"hostname": "www.example.com"}, 201)
    watched.ask("POST", "/apps", {"name": "stranger"}, 201, **theirs)
    watched.ask("POST", "/apps/stranger/domains", {"hostname": "www.example.com"}, 422, **theirs)
    watched.ask("POST", "/resolve-chain", b"", 400)
    watched.ask("POST", "/find-key-for-certificate", issue(CA(), "a.example").pem.encode(), 400)

    def down(*_: object, **__: object) -> None:
        raise Unavailable("The database does not answer; try again in a moment.")

    monkeypatch.setattr(wiring.apps().repository, "id_of", down)
    watched.ask("GET", "/apps/other", None, 503)
    monkeypatch.setattr(jobs.health(), "found", None)
    monkeypatch.setattr(jobs.health().runs, "last", down)
    watched.ask("GET", "/health", None, 503)
