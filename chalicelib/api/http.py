"""From a request to a view and back: tokens, bodies, and the one place where errors become HTTP."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from chalice.app import BadRequestError, Blueprint, Request, Response

from chalicelib import wiring
from chalicelib.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    SSLEndpointError,
    TooLarge,
    Unauthorized,
    Unavailable,
)
from chalicelib.model.caller import Caller

MAX_BODY_BYTES = 256 * 1024  # bytes
TOKEN_LIMIT = 512  # characters; ours have 69
STATUS: dict[type[SSLEndpointError], int] = {
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Invalid: 422,
    Unavailable: 503,
}
FORM = "application/x-www-form-urlencoded"  # what `curl --data-urlencode private_key@server.key` sends
MAX_FORM_FIELDS = 20
WORDS = {"true": True, "false": False}
View = Callable[..., Any]
log = logging.getLogger("ssl_endpoint")


class Resource(Blueprint):
    """A blueprint whose views get a Caller and decoded path parameters, and may raise our errors.

    A view returns a JSON value (200), or a pair of a status and a JSON value.
    """

    def on(self, path: str, method: str, scope: str | None = None) -> Callable[[View], View]:
        """Register a view that needs a token, by default with scope read for GET and write for the rest."""
        needed = scope or ("read" if method == "GET" else "write")
        return self._register(path, method, lambda view: self._authorised(view, needed))

    def on_app(self, path: str, method: str) -> Callable[[View], View]:
        """Register a view below /apps/{app}: it gets the Caller and the AppRecord, if the caller may use it."""
        needed = "read" if method == "GET" else "write"

        def with_record(view: View) -> View:
            @functools.wraps(view)
            def found(caller: Caller, app: str, **parameters: str) -> Any:
                return view(caller, wiring.apps().find(caller, app, needed), **parameters)

            return self._authorised(found, needed)

        return self._register(path, method, with_record)

    def open(self, path: str, method: str) -> Callable[[View], View]:
        """Register a view that needs no token."""
        return self._register(path, method, lambda view: view)

    def body(self) -> Body:
        """Return the request's JSON object; raise Invalid or TooLarge for anything else."""
        return Body.read(self.current_request)

    def _register(self, path: str, method: str, wrap: Callable[[View], View]) -> Callable[[View], View]:
        def register(view: View) -> View:
            self.route(path, methods=[method], content_types=["*/*"])(self._answering(wrap(view)))
            return view

        return register

    def _authorised(self, view: View, scope: str) -> View:
        @functools.wraps(view)
        def authorised(**parameters: str) -> Any:
            caller = authorise(self.current_request)
            caller.need(scope)
            return view(caller, **parameters)

        return authorised

    def _answering(self, view: View) -> View:
        @functools.wraps(view)
        def answering(**parameters: str) -> Response:
            request_id = identify(self.current_request)
            try:
                result = view(**{name: unquote(value) for name, value in parameters.items()})
                status, body = result if isinstance(result, tuple) else (200, result)
            except SSLEndpointError as error:
                status, body = refusal(error)
            except Exception:
                log.exception("request %s failed", request_id)
                status, body = 500, internal(request_id)
            return answer(status, body, request_id)

        return answering


class Body:
    """A JSON object, or a form, whose fields are asked for by name and type."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    @classmethod
    def read(cls, request: Request) -> Body:
        """Parse the request's body; an empty one has no fields."""
        try:
            raw = bytes(request.raw_body or b"")  # type: ignore[arg-type]
        except (BadRequestError, ValueError, binascii.Error) as error:
            raise Invalid("The body cannot be read.") from error
        if len(raw) > MAX_BODY_BYTES:
            raise TooLarge(f"The body has {len(raw):,} bytes; the limit is {MAX_BODY_BYTES:,}.")
        form = (request.headers.get("content-type") or "").lower().startswith(FORM)
        return cls(_form(raw) if form else _object(raw))

    def __contains__(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def refuse(self, name: str, sentence: str) -> None:
        """Raise Invalid with that sentence if a field is there."""
        if name in self:
            raise Invalid(sentence)

    def text(self, name: str) -> str:
        """Return a field that has to be there; raise Invalid unless it is text with something in it."""
        value = self.optional_text(name)
        if value is None or not value.strip():
            raise Invalid(f"The field {name!r} is missing.")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a field that may be absent or null; raise Invalid if it is anything but text."""
        value = self._fields.get(name)
        if value is not None and not isinstance(value, str):
            raise Invalid(f"The field {name!r} has to be text.")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a field that is true or false; raise Invalid for anything else."""
        value = self._fields.get(name)
        if value is None:
            return default
        value = WORDS.get(value, value) if isinstance(value, str) else value
        if not isinstance(value, bool):
            raise Invalid(f"The field {name!r} has to be true or false.")
        return value

    def named(self, name: str) -> str:
        """Return a field given as text or as {"name": text}, as Heroku's clients do."""
        value = self._fields.get(name)
        return Body(value).text("name") if isinstance(value, dict) else self.text(name)


def authorise(request: Request) -> Caller:
    """Return who calls, by `Bearer TOKEN` or `Basic base64(anything:TOKEN)`; raise Unauthorized."""
    scheme, _, credentials = (request.headers.get("authorization") or "").strip().partition(" ")
    secret = credentials.strip() if scheme.lower() == "bearer" else _password(scheme, credentials)
    if not secret or len(secret) > TOKEN_LIMIT or not secret.isascii():
        raise Unauthorized("There were no valid credentials: send a token as `Authorization: Bearer TOKEN`.")
    return wiring.tokens().caller(secret, identify(request))


def identify(request: Request) -> str:
    """Return the id of this request: API Gateway's, or a new one."""
    context: dict[str, Any] = request.context
    return str(context.setdefault("requestId", str(uuid4())))


def refusal(error: SSLEndpointError) -> tuple[int, dict[str, str]]:
    """Return the status and body that an error becomes."""
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    resource = {"resource": error.resource} if isinstance(error, NotFound) else {}
    return status, {"id": error.id, **resource, "message": error.message}


def internal(request_id: str) -> dict[str, str]:
    """Return what is told of a fault of ours: nothing but where to find it in the log."""
    message = f"Something went wrong on our side. The log has it under request {request_id}."
    return {"id": "internal_server_error", "message": message}


def answer(status: int, body: Any, request_id: str) -> Response:
    """Return a JSON answer."""
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/json",
        "Request-Id": request_id,
        "Cache-Control": "no-store",
    }
    if status == STATUS[Unauthorized]:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(body=json.dumps(body, ensure_ascii=False), status_code=status, headers=headers)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError) as error:
        raise Invalid('The body is not JSON: send an object such as {"hostname": "www.example.com"}.') from error
    if not isinstance(fields, dict):
        raise Invalid("The body has to be a JSON object.")
    return fields


def _form(raw: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS)
    except ValueError as error:
        raise Invalid("The body is not a form: send fields as name=value, encoded as URLs are.") from error
    return dict(pairs)


def _password(scheme: str, credentials: str) -> str:
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode("ascii").partition(":")[2]
    except ValueError:
        return ""
