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
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from chalicelib.errors import Unavailable

PORT = 80
SECONDS = 3.0  # for the whole of it: look-up, connection and answer
MAX_BODY_BYTES = 64 * 1024
MAX_HEAD_BYTES = 16 * 1024
MAX_URL_LENGTH = 2048
CHUNK = 16 * 1024
OK = 200
MOST_ADDRESSES = 3  # that are tried, one after the other
# What IANA gives out (RFC 4291 section 2.4). Beyond it are site-local addresses, and IPv4 ones in other clothes,
# such as the NAT64 prefixes of RFC 6052 and RFC 8215; Python calls some of them global.
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, float], Iterable[str]]
Connect = Callable[[tuple[str, int], float], socket.socket]


def resolver(server: tuple[str, int] | None = None) -> Resolve:
    """Return a look-up of a host's addresses in DNS, by the system's resolver or the one at an address.

    The look-up raises Unavailable if there are none within its seconds. An address stands for itself.
    """

    def look_up(host: str, seconds: float) -> list[str]:
        import dns.exception  # noqa: PLC0415

        from chalicelib.net import resolver  # noqa: PLC0415

        if _is_address(host):
            return [host]
        try:
            return list(resolver.made(server).resolve_name(host, lifetime=seconds).addresses())
        except dns.exception.DNSException as error:
            raise Unavailable(f"{host} cannot be looked up.") from error

    return look_up


def get(
    url: str,
    resolve: Resolve | None = None,
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
    addresses = allowed(host, (resolve or resolver())(host, SECONDS))
    request = f"GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    try:
        with reach(addresses, PORT, deadline, connect, clock) as connection:
            connection.sendall(request.encode("ascii"))
            return _body(receive(connection, deadline, clock, _too_much), url)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"{url} does not answer as it should.") from error


def allowed(host: str, addresses: Iterable[str], *, private: bool = False) -> list[str]:
    """Return a host's addresses, IPv4 first; raise Unavailable unless there is one and all are public.

    With `private` any address will do.
    """
    found = sorted(map(ipaddress.ip_address, addresses), key=lambda address: address.version)
    if not found or not (private or all(map(is_public, found))):
        raise Unavailable(f"{host} is not contacted: not all of its addresses are public.")
    return list(map(str, found))


def reach(
    addresses: Sequence[str], port: int, deadline: float, connect: Connect, clock: Callable[[], float]
) -> socket.socket:
    """Return a connection to the first of these addresses that answers; raise OSError if none does in time."""
    tried = addresses[:MOST_ADDRESSES]
    for place, address in enumerate(tried, 1):
        try:
            return connect((address, port), left(deadline, clock) / (len(tried) - place + 1))
        except OSError:
            if place == len(tried):
                raise
    raise OSError(port)


def left(deadline: float, clock: Callable[[], float]) -> float:
    """Return the seconds that are left; raise TimeoutError if none are."""
    seconds = deadline - clock()
    if seconds <= 0:
        raise TimeoutError
    return seconds


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


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet, looking into IPv6 forms that carry an IPv4 one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address not in GLOBAL_UNICAST or address.sixtofour or address.teredo:
            return False
    return address.is_global and not address.is_multicast


def receive(
    connection: socket.socket, deadline: float, clock: Callable[[], float], enough: Callable[[bytearray], bool]
) -> bytes:
    """Return everything up to the end of the connection, or until it is enough."""
    received = bytearray()
    while not enough(received):
        connection.settimeout(left(deadline, clock))
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


def answer(received: bytes) -> http.client.HTTPResponse:
    """Return received bytes as an HTTP answer; raise HTTPException if they are none."""
    read = http.client.HTTPResponse(_Received(received))  # type: ignore[arg-type]
    read.begin()
    return read


def _too_much(received: bytearray) -> bool:
    return len(received) > MAX_HEAD_BYTES + MAX_BODY_BYTES


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _body(received: bytes, url: str) -> bytes:
    told = answer(received)
    if told.status != OK:
        raise Unavailable(f"{url} answers {told.status}.")
    body = told.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise Unavailable(f"{url} answers with more than {MAX_BODY_BYTES:,} bytes.")
    return body
