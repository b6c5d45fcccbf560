"""The log of logins that failed and of changes that were refused: a line of JSON each, and never too many."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from chalice.app import Request

from chalicelib.texts import printable

LINES_OF_CLIENT = 20  # a minute: one client must not drown what is told of the others
LINES = 200  # a minute, of all clients of this process
MINUTE = 60.0  # seconds
LONGEST = 200  # characters of a value
LOOKING = {"GET", "HEAD", "OPTIONS"}
UNAUTHORIZED = 401
CALLER = "caller"  # in a request's context, once it is known
log = logging.getLogger("ssl_endpoint")
log.setLevel(logging.INFO)  # the root logger, in Lambda and on one machine, lets only warnings through


@dataclass(frozen=True, slots=True)
class Refusal:
    """What may be told of a refused request: nothing that its sender could have taken for a place for secrets."""

    request_id: str
    method: str
    route: str  # "/apps/{app}/domains", not the path: people send a token where its id belongs
    client: str  # the address that the connection comes from
    status: int
    error: str
    token: str  # its name, empty where it is not known

    @property
    def of_interest(self) -> bool:
        """Tell whether it is a login that failed, or a change that was refused."""
        refused = 400 <= self.status < 500  # noqa: PLR2004, RFC 9110 §15.5
        return self.status == UNAUTHORIZED or (refused and self.method not in LOOKING)


class Refusals:
    """Writes them down, and how many were left out once the minute is over."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._began = clock()
        self._lines: Counter[str] = Counter()
        self._left_out = 0

    def note(self, refusal: Refusal) -> None:
        """Write a refusal down if it is of interest; anything else only lets the time pass."""
        with self._lock:
            self._turn()
            if not refusal.of_interest:
                return
            if self._lines[refusal.client] >= LINES_OF_CLIENT or self._lines.total() >= LINES:
                self._left_out += 1
                return
            self._lines[refusal.client] += 1
        level = logging.WARNING if refusal.status == UNAUTHORIZED else logging.INFO
        log.log(level, "%s", line({"event": "refused", **asdict(refusal)}))

    def _turn(self) -> None:
        now = self._clock()
        if now - self._began < MINUTE:
            return
        if self._left_out:
            log.warning("%s", line({"event": "refused", "more": self._left_out}))
        self._began, self._left_out = now, 0
        self._lines.clear()


def seen(request: Request, status: int, body: Any) -> Refusal:
    """Return what may be told of a request that a view has answered."""
    context: dict[str, Any] = request.context
    return Refusal(
        request_id=str(context.get("requestId", "")),
        method=str(request.method),
        route=str(context.get("resourcePath", "")),
        client=str(context.get("identity", {}).get("sourceIp", "")),
        status=status,
        error=str(body.get("id", "")) if isinstance(body, dict) else "",
        token=context[CALLER].token_name if CALLER in context else "",
    )


def line(values: dict[str, object]) -> str:
    """Return one line of JSON in plain ASCII that moves no terminal's cursor, each text cut to LONGEST."""
    return json.dumps(
        {name: printable(value[:LONGEST]) if isinstance(value, str) else value for name, value in values.items()}
    )


refusals = Refusals(time.monotonic)
