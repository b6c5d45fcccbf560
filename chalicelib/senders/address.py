"""Addresses that mail can be sent to, and the header by which a message is known again."""

from __future__ import annotations

import re

from chalicelib.errors import Unavailable

# One plain address (RFC 5321's Dot-string, a domain of A-labels): nothing that a mail program could read as two.
ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z0-9-]+(\.[a-z0-9-]+)*", re.A | re.I)
ID_HEADER = "X-SSL-Endpoint-Message"


def plain(address: str) -> str:
    """Return an address as it is; raise Unavailable for one that could be read as more or something else."""
    if not ADDRESS.fullmatch(address):
        raise Unavailable(f"{address[:80]!r} is not an address that mail can be sent to: make another channel.")
    return address
