"""From a request to a view and back: who calls, and the one place where errors become HTTP."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from chalice.app import Blueprint, Request, Response

from chalicelib import wiring
from chalicelib.api import paging
from chalicelib.api.body import MAX_BODY_BYTES, Body, raw
from chalicelib.api.refusals import CALLER, refusals, seen
from chalicelib.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    SSLEndpointError,
    TooLarge,
    Unauthorized,
    Unavailable,
    Unproven,
)
from chalicelib.model.caller import Caller, Once

__all__ = ["MAX_BODY_BYTES", "Reply", "Resource"]

TOKEN_LIMIT = 512  # characters; ours have 69
IDEMPOTENCY_KEY_LIMIT = 255
STATUS: dict[type[SSLEndpointError], int] = {
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Invalid: 422,
    Unavailable: 503,
}
CREDENTIALS = "There were no valid credentials: send a token as `Authorization: Bearer TOKEN`."
View = Callable[..., Any]
log = logging.getLogger("ssl_endpoint")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a view answers, if it is more than a JSON value with status 200."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    secret: bool = False  # shown this once: not kept for repetitions
    paged: bool = False  # a list that is one page already


class Resource(Blueprint):
    """A blueprint whose views get a Caller and decoded path parameters, and may raise our errors.

    A view returns a JSON value, or a Reply.
    """

    def on(self, path: str, method: str, scope: str | None = None) -> Callable[[View], View]:
        """Register a view that needs a token, by default with scope read for GET and write for the rest."""
        needed = scope or ("read" if method == "GET" else "write")
        return self._register(path, method, lambda view: self._authorised(view, needed))

    def on_app(self, path: str, method: str, scope: str | None = None) -> Callable[[View], View]:
        """Register a view below /apps/{app}: it gets the Caller and the AppRecord, if the caller may use it."""
        needed = scope or ("read" if method == "GET" else "write")

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
        """Return the request's JSON object or form; raise Invalid or TooLarge for anything else."""
        return Body.read(self.current_request)

    def header(self, name: str) -> str:
        """Return a header of the request, empty if it is not there."""
        return str(self.current_request.headers.get(name) or "")

    def number(self, name: str, lowest: int, highest: int, default: int) -> int:
        """Return a whole number of the request's query; raise Invalid for anything else or outside the limits."""
        asked = self.current_request.query_params
        sent = asked.get(name) if asked else None
        if sent is None:
            return default
        digits = sent if sent.isascii() and sent.isdecimal() and len(sent) <= len(str(highest)) else "-1"
        if not lowest <= int(digits) <= highest:
            raise Invalid(f"The parameter {name!r} has to be a whole number from {lowest} to {highest}.")
        return int(digits)

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
            once = _once(self.current_request)
            if once is None:
                return view(caller, **parameters)
            caller = replace(caller, once=once)
            return _replayed(caller) or _first(caller, lambda: _reply(view(caller, **parameters)))

        return authorised

    def _answering(self, view: View) -> View:
        @functools.wraps(view)
        def answering(**parameters: str) -> Response:
            request = self.current_request
            request_id = identify(request)
            try:
                reply = _reply(view(**{name: unquote(value) for name, value in parameters.items()}))
                if isinstance(reply.body, list) and not reply.paged:
                    rows, status, headers = paging.page(reply.body, request.headers.get("range") or "")
                    reply = replace(reply, body=rows, status=status, headers={**reply.headers, **headers})
            except SSLEndpointError as error:
                reply = refusal(error)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException:  # a panic of the library's Rust is no Exception, and would end the thread
                log.exception("request %s failed", request_id)
                reply = internal(request_id)
            refusals.note(seen(request, reply.status, reply.body))
            return _response(reply, request_id)

        return answering


def authorise(request: Request) -> Caller:
    """Return who calls, by `Bearer TOKEN` or `Basic base64(anything:TOKEN)`; raise Unauthorized."""
    scheme, _, credentials = (request.headers.get("authorization") or "").strip().partition(" ")
    secret = credentials.strip() if scheme.lower() == "bearer" else _password(scheme, credentials)
    if not secret or len(secret) > TOKEN_LIMIT or not secret.isascii():
        raise Unauthorized(CREDENTIALS)
    caller = wiring.tokens().caller(secret, identify(request))
    request.context[CALLER] = caller
    return caller


def identify(request: Request) -> str:
    """Return the id of this request: API Gateway's, or a new one."""
    context: dict[str, Any] = request.context
    return str(context.setdefault("requestId", str(uuid4())))


def refusal(error: SSLEndpointError) -> Reply:
    """Return what an error becomes."""
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    resource = {"resource": error.resource} if isinstance(error, NotFound) else {}
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthorized) else {}
    record = {"record": error.record} if isinstance(error, Unproven) else {}
    return Reply({"id": error.id, **resource, "message": error.message, **record}, status, headers)


def internal(request_id: str) -> Reply:
    """Return what is told of a fault of ours: nothing but where to find it in the log."""
    message = f"Something went wrong on our side. The log has it under request {request_id}."
    return Reply({"id": "internal_server_error", "message": message}, 500)


def _reply(result: Any) -> Reply:
    return result if isinstance(result, Reply) else Reply(result)


def _response(reply: Reply, request_id: str) -> Response:
    headers: dict[str, str | list[str]] = {"Request-Id": request_id, "Cache-Control": "no-store", **reply.headers}
    headers.setdefault("Content-Type", "application/json")
    body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body, ensure_ascii=False)
    return Response(body=body, status_code=reply.status, headers=headers)


def _replayed(caller: Caller) -> Reply | None:
    """Return what this request was told before, if it was done; see aws.idempotency."""
    kept = wiring.idempotency().answer(caller)
    return Reply(kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"}) if kept else None


def _first(caller: Caller, ask: Callable[[], Reply]) -> Reply:
    """Return the answer to a request that was not done before, and keep it for its repetitions."""
    try:
        reply = ask()
    except SSLEndpointError:
        if (meanwhile := _replayed(caller)) is not None:  # it may be the same request that was in the way
            return meanwhile
        raise
    if not reply.secret:
        wiring.idempotency().keep(caller, reply.status, reply.body, reply.headers)
    return reply


def _once(request: Request) -> Once | None:
    """Return which request this is a repetition of, if it says so; raise Invalid for an unusable key."""
    key = request.headers.get("idempotency-key")
    if not key or request.method == "GET":
        return None
    if len(key) > IDEMPOTENCY_KEY_LIMIT or not key.isprintable():
        raise Invalid(f"An Idempotency-Key has at most {IDEMPOTENCY_KEY_LIMIT} printable characters.")
    place = json.dumps([request.method, request.path, request.uri_params], sort_keys=True)  # a path is a pattern
    same = f"{place}\n".encode() + raw(request)
    return Once(key, hashlib.sha256(same).hexdigest())


def _password(scheme: str, credentials: str) -> str:
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode("ascii").partition(":")[2]
    except ValueError:
        return ""
