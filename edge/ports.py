"""The ports of an edge: looked at before anything listens, so that a conflict is said clearly."""

from __future__ import annotations

import os
import socket

from chalicelib.errors import Unavailable


def check(address: str, port: int) -> int:
    """Return a port of an address that nobody listens on: any for 0. Raises Unavailable for one that is taken.

    Caddy would share it with a second Caddy of the same user without a word.
    """
    try:
        with listen(address, port) as listener:
            return int(listener.getsockname()[1])
    except OSError as error:
        raise taken(address, port, error) from None


def listen(address: str, port: int) -> socket.socket:
    """Listen on an address; "::" stands for IPv4, too. Raises OSError."""
    if ":" not in address:
        return socket.create_server((address, port))
    both = address == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((address, port), family=socket.AF_INET6, dualstack_ipv6=both)


def taken(address: str, port: int, error: OSError) -> Unavailable:
    """Return the error that says why a port cannot be had, and what to do."""
    return Unavailable(
        f"The edge cannot listen on {address}, port {port}: {os.strerror(error.errno or 0)}. "
        "Stop what uses the port, or choose another one."
    )
