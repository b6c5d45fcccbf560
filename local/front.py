"""What stands before moto: a guard, locks, and the state file that has to know a change before the caller does."""

from __future__ import annotations

import hmac
import io
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from local.effects import Call, Row, call, effect, replay_token
from local.snapshot import Snapshot

LOCKED = ("cloudformation", "dynamodb", "kms", "s3", "others")
JSON = "application/x-amz-json-1.0"
Answer = tuple[str, list[tuple[str, str]], bytes]  # status, headers, body
log = logging.getLogger("aws")


class Locks:
    """One lock a service, and all of them for a call that may change anything."""

    def __init__(self) -> None:
        self._locks = {service: threading.Lock() for service in LOCKED}

    @contextmanager
    def held(self, service: str, changed: tuple[Row, ...] | None) -> Iterator[None]:
        """Wait until no other call is in the way."""
        one = (service if service in self._locks else "others",)
        with ExitStack() as stack:
            for name in LOCKED if changed is None else one:
                stack.enter_context(self._locks[name])
            yield


class Front:
    """Lets calls through to moto, one at a time for each service, and keeps what they changed."""

    def __init__(self, moto: Any, access_key: str, snapshot: Snapshot, give_up: Callable[[], Any]) -> None:
        self._moto = moto
        self._access_key = access_key
        self._snapshot = snapshot
        self._give_up = give_up
        self._locks = Locks()

    def admits(self, environ: dict[str, Any]) -> bool:
        """Tell whether the request of a WSGI environment is signed with this state folder's access key."""
        called = call(environ)
        return called is not None and hmac.compare_digest(called.access_key, self._access_key)

    def answer(self, environ: dict[str, Any], body: bytes) -> Answer:
        """Let an admitted request through and return what moto says to it, after the state is on disk."""
        called = call(environ)
        if called is None:
            raise ValueError
        changed, token = effect(called, body), replay_token(called, body)
        with self._locks.held(called.service, changed):
            if token and self._snapshot.has_done(token):
                return "200 OK", [("Content-Type", JSON)], b"{}"
            answer = self._try(called, environ, body)
            self._keep(called, changed, token if answer[0].startswith("200") else "")
        return answer

    def _try(self, called: Call, environ: dict[str, Any], body: bytes) -> Answer:
        try:
            return self._pass(environ, body)
        except Exception:
            log.exception("%s %s failed", called.service, called.target or called.method)
            return "500 Internal Server Error", [], b"The embedded AWS failed.\n"

    def _pass(self, environ: dict[str, Any], body: bytes) -> Answer:
        started: list[Any] = []

        def start_response(*arguments: Any) -> None:
            started[:] = arguments

        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        chunks = self._moto(environ, start_response)
        try:
            content = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = started[:2]
        return status, headers, content

    def _keep(self, called: Call, changed: tuple[Row, ...] | None, token: str) -> None:
        try:
            if changed is None:
                self._snapshot.save_all()
            elif changed:
                self._snapshot.save(changed, token)
        except Exception:
            # Memory now holds what the disk does not: start again from the disk rather than acknowledge it.
            log.exception("the state could not be written after %s %s", called.service, called.target)
            self._give_up()
