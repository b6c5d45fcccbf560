"""Finds out whether the processes answer, each in its own protocol."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from contextlib import closing

from edge import handshake
from local.children import Children
from local.folder import Unusable
from local.ports import HOST

LIMIT = 60.0  # seconds for everything to answer, on a busy machine
LOOK = 0.03
ANSWER_LIMIT = 5.0
OK = 200


def wait(children: Children, name: str, answers: Callable[[int], bool], port: int) -> None:
    """Return when a process answers on its port; raises Unusable if one ends before, or it takes too long."""
    deadline = time.monotonic() + LIMIT
    while not answers(port):
        if ended := children.ended():
            raise Unusable(f"The {ended} process ended: {children.last_words(ended)} (log: {children.log(ended)})")
        if time.monotonic() > deadline:
            raise Unusable(f"The {name} process does not answer on port {port} (log: {children.log(name)}).")
        time.sleep(LOOK)


def api(port: int) -> bool:
    """Tell whether the API can read the record."""
    return _get(port, "/health")


def demo(port: int) -> bool:
    """Tell whether the demo app answers."""
    return _get(port, "/")


def edge(port: int) -> bool:
    """Tell whether a TLS handshake succeeds, with any certificate."""
    return handshake.succeeds(HOST, port)


def _get(port: int, path: str) -> bool:
    with closing(http.client.HTTPConnection(HOST, port, timeout=ANSWER_LIMIT)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status == OK
        except (OSError, http.client.HTTPException):
            return False
