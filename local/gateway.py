"""API Gateway's part: finds the route of a request, calls the Chalice app, and returns what it answers."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from chalice import Chalice

from chalicelib.api.body import MAX_BODY_BYTES

REFUSALS = {
    400: ("bad_request", "The request cannot be understood."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not know that method."),
    413: ("request_too_large", f"The request is too large; a body may have up to {MAX_BODY_BYTES:,} bytes."),
    415: ("unsupported_media_type", "Send JSON, with Content-Type: application/json."),
    431: ("request_header_fields_too_large", "The headers are too large."),
    501: ("not_implemented", "This transfer encoding is not supported."),
}
_thread = threading.local()


@dataclass(frozen=True, slots=True)
class Request:
    """What the gateway is asked; `path` is still percent-encoded, header names are in lower case."""

    id: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    client: str  # IP address


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What the gateway says."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)
    by_view: bool = False  # a view has seen the request, and written down whether it was refused


def refusal(status: int, request_id: str, *headers: tuple[str, str]) -> GatewayAnswer:
    """Return the answer to a request that no view sees, in the API's own words."""
    fault = (
        "internal_server_error",
        f"Something went wrong on our side. The log has it under request {request_id}.",
    )
    name, message = REFUSALS.get(status, fault)
    body = json.dumps({"id": name, "message": message}).encode()
    own = [("Content-Type", "application/json"), ("Request-Id", request_id), ("Cache-Control", "no-store")]
    return GatewayAnswer(status, body, [*own, *headers])


class Gateway:
    """The routes of a Chalice app; answers many requests at a time."""

    def __init__(self, app: Chalice) -> None:
        # A Chalice object keeps the current request as its attribute, which in Lambda is the only one.
        names = ("current_request", "lambda_context")
        app.__class__ = type("ChaliceOfThreads", (type(app),), {name: _of_thread(name) for name in names})
        self._app = app
        # `{` sorts behind letters and digits: a concrete route goes before one with a parameter.
        self._routes = [(path, path.split("/")) for path in sorted(app.routes)]

    def knows(self, path: str) -> bool:
        """Tell whether any method has a route for this path."""
        return self._match(path) is not None

    def answer(self, request: Request) -> GatewayAnswer:
        """Call the view of a request; a path or method without one is refused."""
        found = self._match(request.path)
        if found is None:
            return refusal(404, request.id)
        route, parameters = found
        methods = self._app.routes[route]
        method = "GET" if request.method == "HEAD" and "HEAD" not in methods else request.method
        if method not in methods:
            return refusal(405, request.id, ("Allow", ", ".join(sorted(methods))))
        return _answer(self._app(_event(request, method, route, parameters), _context(request)), request.id)

    def _match(self, path: str) -> tuple[str, dict[str, str]] | None:
        parts = path.removesuffix("/").split("/") if path != "/" else ["", ""]
        for route, names in self._routes:
            if len(names) == len(parts) and all(map(_fits, names, parts)):
                return route, {
                    name[1:-1]: part for name, part in zip(names, parts, strict=True) if name[:1] == "{"
                }
        return None


def _fits(name: str, part: str) -> bool:
    return bool(part) if name.startswith("{") else name == part


def _of_thread(name: str) -> Any:
    return property(lambda _: getattr(_thread, name, None), lambda _, value: setattr(_thread, name, value))


def _event(request: Request, method: str, route: str, parameters: dict[str, str]) -> dict[str, Any]:
    """Return the event that API Gateway sends for a REST API."""
    query = parse_qs(request.query, keep_blank_values=True)
    try:
        body, is_base64 = request.body.decode(), False
    except UnicodeDecodeError:
        body, is_base64 = base64.b64encode(request.body).decode(), True
    return {
        "resource": route,
        "path": request.path,
        "httpMethod": method,
        "headers": dict(request.headers),
        "multiValueHeaders": {name: [value] for name, value in request.headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": {
            "requestId": request.id,
            "resourcePath": route,
            "httpMethod": method,
            "path": request.path,
            "identity": {"sourceIp": request.client, "userAgent": request.headers.get("user-agent")},
        },
        "body": body if request.body else None,
        "isBase64Encoded": is_base64,
    }


def _context(request: Request) -> Any:
    remaining: Callable[[], int] = lambda: 29_000  # noqa: E731, API Gateway waits for 29 s
    return SimpleNamespace(
        aws_request_id=request.id, function_name="local", get_remaining_time_in_millis=remaining
    )


def _answer(response: dict[str, Any], request_id: str) -> GatewayAnswer:
    status = int(response["statusCode"])
    body = response["body"] or ""
    content = base64.b64decode(body) if response.get("isBase64Encoded") else body.encode()
    if _is_from_chalice(content):
        return refusal(status, request_id)
    headers = [(name, str(value)) for name, value in response.get("headers", {}).items()]
    headers += [
        (name, str(value)) for name, values in response.get("multiValueHeaders", {}).items() for value in values
    ]
    return GatewayAnswer(status, content, headers, by_view=True)


def _is_from_chalice(body: bytes) -> bool:
    return body.startswith(b'{"Code":') and json.loads(body).keys() == {"Code", "Message"}
