"""An app: a name, a region and the server behind it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.errors import Invalid
from chalicelib.model import times

# Heroku's rule for app names, which its clients rely on.
NAME = re.compile(r"[a-z][a-z0-9-]{1,28}[a-z0-9]")
ORIGIN = re.compile(
    r"(?:http://)?(\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::([0-9]{1,5}))?/?",
    re.IGNORECASE | re.ASCII,
)
NUMERIC = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")  # its last label is a number, which no domain's is
HTTP_PORT = 80
LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class App:
    """What requests for custom domains are passed to."""

    id: str
    name: str
    account_id: str
    region: str
    origin: str  # host:port, empty when the app has no server yet
    created_at: datetime
    updated_at: datetime
    ver: int = 1
    removed: bool = False

    def change(self, changes: Mapping[str, Any], now: datetime) -> App:
        """Return the app with other values; the names of `changes` are those of CHANGEABLE."""
        return replace(self, **changes, updated_at=times.later(self.updated_at, now), ver=self.ver + 1)

    def remove(self, now: datetime) -> App:
        """Return the tombstone that tells edges to stop serving the app."""
        return replace(self, removed=True, updated_at=times.later(self.updated_at, now), ver=self.ver + 1)

    def own_domain(self, app_zone: str) -> str:
        """Return the name that every app has without a custom domain."""
        return f"{self.name}.{app_zone}"


def check_name(name: str) -> str:
    """Return the name; raise Invalid unless an app can have it."""
    if not NAME.fullmatch(name):
        raise Invalid(
            f"{name[:40]!r} cannot be an app's name: use 3 to 30 lower-case letters, digits and dashes,"
            " beginning with a letter and not ending with a dash."
        )
    return name


def check_origin(origin: str) -> str:
    """Return the server's address as host:port.

    Takes `host`, `host:port` or `http://host:port/`; the port is 80 if none is given. Raises Invalid for
    anything else, and for link-local addresses, where clouds keep the credentials of their machines.
    """
    match = ORIGIN.fullmatch(origin.strip())
    port = int(match[2] or HTTP_PORT) if match else 0
    if match is None or not 0 < port <= LAST_PORT or _is_odd_number(match[1].lower()):
        raise Invalid(
            f"{origin[:80]!r} cannot be an origin: give the app's server as http://host:port,"
            " for example http://127.0.0.1:5000. (TLS ends at the edge, so https is not for the origin.)"
        )
    host = match[1].lower()
    if _is_link_local(host):
        raise Invalid(f"{host} is a link-local address and cannot be an origin.")
    return f"{host}:{port}"


def _is_odd_number(host: str) -> bool:
    """Tell whether a host is a number that some resolvers take for an address: 2852039166, 0xa9.254.169.254."""
    if not NUMERIC.fullmatch(host):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


def _is_link_local(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_link_local or mapped.is_multicast or mapped.is_unspecified)


# What an owner may change, and what makes a value of it, or raises Invalid.
CHANGEABLE: Mapping[str, Callable[[Any], Any]] = {"name": check_name, "origin": check_origin}
