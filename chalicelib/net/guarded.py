"""A GET of a URL that a stranger chose: never to our own network, never for long, never much.

A certificate names where its issuer's certificate can be fetched (RFC 5280 §4.2.2.1). Whoever uploads one chooses
that URL, so it must not reach the cloud's metadata service, loopback or anything else that is not public.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from chalicelib.errors import Unavailable

PORT = 80
SECONDS = 3.0  # for the whole of it: look-up, connection and answer
MAX_BODY_BYTES = 64 * 1024
MAX_HEAD_BYTES = 16 * 1024
MAX_URL_LENGTH = 2048
CHUNK = 16 * 1024
OK = 200
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in other clothes

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, float], Iterable[str]]
Connect = Callable[[tuple[str, int], float], socket.socket]


def resolve(host: str, seconds: float) -> list[str]:
    """Return the addresses of a host, looked up in DNS within `seconds`; raise Unavailable if there are none."""
    import dns.exception  # noqa: PLC0415
    import dns.resolver  # noqa: PLC0415

    try:
        found = dns.resolver.Resolver().resolve_name(host, lifetime=seconds)
        return list(found.addresses())
    except dns.exception.DNSException as error:
        raise Unavailable(f"{host} cannot be looked up.") from error


def get(
    url: str,
    resolve: Resolve = resolve,
    connect: Connect = socket.create_connection,
    clock: Callable[[], float] = time.monotonic,
) -> bytes:
    """Return the body at an http URL.

    Every address of the host has to be public, and the connection goes to one of the addresses that were looked
    at, so that a second look-up cannot answer differently. Redirects are not followed. Raises Unavailable, in at
    most SECONDS, for everything else than a 200 of at most MAX_BODY_BYTES.
    """
    deadline = clock() + SECONDS
    host, path = _split(url)
    address = _public(host, resolve(host, SECONDS))
    request = f"GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    try:
        with connect((address, PORT), max(deadline - clock(), 0.001)) as connection:
            connection.sendall(request.encode("ascii"))
            return _body(_read(connection, deadline, clock), url)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"{url} does not answer as it should.") from error


def _split(url: str) -> tuple[str, str]:
    """Return host and path; raise Unavailable for anything but plain http on its own port."""
    refused = Unavailable(f"{url[:200]!r} is not fetched: only http on port {PORT} of a public host is.")
    if len(url) > MAX_URL_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise refused
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or parts.port not in {None, PORT} or "@" in parts.netloc:
            raise refused
    except ValueError:
        raise refused from None
    return parts.hostname, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _public(host: str, addresses: Iterable[str]) -> str:
    """Return the first address; raise Unavailable unless there is one and all are public."""
    found = list(addresses)
    if not found or not all(is_public(ipaddress.ip_address(address)) for address in found):
        raise Unavailable(f"{host} is not fetched from: not all of its addresses are public.")
    return found[0]


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet, looking into IPv6 forms that carry an IPv4 one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64 or address.sixtofour or address.teredo:
            return False
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
    return address.is_global and not address.is_multicast


def _read(connection: socket.socket, deadline: float, clock: Callable[[], float]) -> bytes:
    """Return everything up to the end of the connection, or as much as could be wanted."""
    received = bytearray()
    while len(received) <= MAX_HEAD_BYTES + MAX_BODY_BYTES:
        left = deadline - clock()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        chunk = connection.recv(CHUNK)
        if not chunk:
            break
        received += chunk
    return bytes(received)


class _Received:
    """Received bytes in the place of a socket, which is what http.client reads from."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, *_: object, **__: object) -> io.BytesIO:
        return io.BytesIO(self._received)


def _body(received: bytes, url: str) -> bytes:
    answer = http.client.HTTPResponse(_Received(received))  # type: ignore[arg-type]
    answer.begin()
    if answer.status != OK:
        raise Unavailable(f"{url} answers {answer.status}.")
    body = answer.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise Unavailable(f"{url} answers with more than {MAX_BODY_BYTES:,} bytes.")
    return body
