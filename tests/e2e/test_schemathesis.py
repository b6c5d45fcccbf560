"""Requests that schemathesis makes up from the API's document, against the running product."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chalicelib.api import openapi
from tests.authority import CA
from tests.e2e.product import Product, fresh, running

DOCUMENT = json.loads(openapi.written_as_json())
METHODS = {"get", "post", "put", "patch", "delete"}
OPERATIONS = [(method, path) for path, item in DOCUMENT["paths"].items() for method in METHODS & item.keys()]
EXAMPLES = 6  # of a request that changes something
FEW_EXAMPLES = 3
LOOKS_AROUND = "/apps/{app}/checks"  # asks DNS, which may take seconds
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
KNOWN = {"app": "example", "domain": "www.example.com", "service": "ssl", "plan": "ssl:endpoint", "user": "~"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass
class Target:
    """A product of its own, with one app whose parts are put back when they are gone."""

    product: Product
    upload: dict[str, str]
    spare_token: str

    def furnish(self, path: str) -> dict[str, str]:
        """Put everything back but what a POST to that path makes, and return it as the parameters of paths."""
        call, ask = self.product.call, self.product.ask
        if ask("GET", "/apps/example/domains/www.example.com").status != 200:
            for app in call("GET", "/apps"):
                call("DELETE", f"/apps/{app['id']}")
            self.product.app("example")
            call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
        if not call("GET", "/apps/example/addons"):
            call("POST", "/apps/example/addons", {"plan": "ssl:endpoint"})
        if not call("GET", "/apps/example/ssl-endpoints"):
            call("POST", "/apps/example/ssl-endpoints", self.upload)
        addon, endpoint = (call("GET", f"/apps/example/{kind}")[0]["name"] for kind in ("addons", "ssl-endpoints"))
        if path.endswith(("/addons", "-endpoints")):
            call("DELETE", f"/apps/example/ssl-endpoints/{endpoint}")
        if path.endswith("/addons"):
            call("DELETE", f"/apps/example/addons/{addon}")
        return {**KNOWN, "addon": addon, "endpoint": endpoint, "token": self.spare_token}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Run a product that nobody else looks at."""
    issued = fresh(CA("Schemathesis Root"), "www.example.com")
    with running(tmp_path_factory.mktemp("schemathesis") / "state") as product:
        spare = product.call("POST", "/tokens", {"name": "spare"})["id"]
        yield Target(product, {"certificate_chain": issued.chain_pem, "private_key": issued.key_pem}, spare)


def cases(method: str, path: str) -> st.SearchStrategy[Case[Any]]:
    """Make up requests of an operation, as its schema has them and as it has not."""
    operation = SCHEMA[path][method]
    return st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])


def lead_home(case: Case[Any], known: dict[str, str], upload: dict[str, str]) -> None:
    """Let a made-up request mean what is there, so that it gets past the first look-up."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known.get(name, case.path_parameters[name])
    body: Any = case.body
    if case.media_type == "application/octet-stream":
        case.body = "".join(upload.values()).encode()
    if isinstance(body, dict) and "certificate_chain" in body:
        case.body = {**body, **upload}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_answer_is_documented(target: Target, method: str, path: str) -> None:
    """No made-up request is answered with a 5xx, or with a status, header or body that is not in the document."""
    known = target.furnish(path if method == "post" else "")
    headers = {"Authorization": f"Bearer {target.product.told['token']}"}

    @given(case=cases(method, path), home=st.sampled_from([True, True, False]))
    @settings(
        max_examples=1 if path == LOOKS_AROUND else FEW_EXAMPLES if method == "get" else EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Case[Any], *, home: bool) -> None:
        if home:
            lead_home(case, known, target.upload)
        case.call_and_validate(base_url=target.product.told["api"], headers=headers, checks=CHECKS)

    run()
