"""Fetching from addresses that strangers chose, against a real server on loopback that is said to be public."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from chalicelib.errors import Unavailable
from chalicelib.net import guarded

PUBLIC = "93.184.215.14"
URL = "http://ca.example.com/issuer.der?x=1"
Serve = Callable[[socket.socket], None]


@contextmanager
def server(serve: Serve) -> Iterator[tuple[guarded.Connect, list[tuple[str, int]]]]:
    """Run a server for one connection; yield a connect that leads to it, and where it was asked to go."""
    asked: list[tuple[str, int]] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def accept() -> None:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                connection.recv(4096)
                try:
                    serve(connection)
                except OSError:
                    return

        thread = threading.Thread(target=accept)
        thread.start()

        def connect(address: tuple[str, int], seconds: float) -> socket.socket:
            asked.append(address)
            return socket.create_connection(listener.getsockname(), seconds)

        try:
            yield connect, asked
        finally:
            listener.close()
            thread.join(10)


def public(host: str, seconds: float) -> list[str]:
    """Resolve everything to one public address."""
    return [PUBLIC]


def test_body_of_a_public_host_is_returned() -> None:
    """A 200 is returned, from the very address that was looked up."""
    with server(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nDER")) as (connect, asked):
        body = guarded.get(URL, public, connect)

    assert b"DER" == body
    assert [(PUBLIC, 80)] == asked


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"",
        b"\x00" * 100,
    ],
)
def test_any_other_answer_is_refused(answer: bytes) -> None:
    """A redirect, an error, too much, and what is no HTTP are all refused."""
    with server(lambda c: c.sendall(answer)) as (connect, _), pytest.raises(Unavailable):
        guarded.get(URL, public, connect)


def endless(connection: socket.socket) -> None:
    """Send a body without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(10_000):
        connection.sendall(b"x" * 10_000)


def drip(connection: socket.socket) -> None:
    """Send a byte now and then."""
    for byte in b"HTTP/1.1 200 OK\r\n" * 100:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


@pytest.mark.parametrize("serve", [endless, drip, lambda c: time.sleep(5)])
def test_slow_and_endless_answers_end_in_time(serve: Serve) -> None:
    """An endless body, a slow drip and silence are given up within the limit."""
    started = time.monotonic()
    with server(serve) as (connect, _):
        with pytest.raises(Unavailable):
            guarded.get(URL, public, connect)
        took = time.monotonic() - started

    assert took < guarded.SECONDS + 2


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["10.0.0.1"],
        ["192.168.1.1"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["::1"],
        ["fe80::1"],
        ["fd00:ec2::254"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["64:ff9b:1::7f00:1"],
        ["::7f00:1"],
        ["fec0::1"],
        ["2002:7f00:1::"],
        [PUBLIC, "127.0.0.1"],
        [],
    ],
)
def test_private_addresses_are_never_contacted(addresses: list[str]) -> None:
    """A host with one address that is not public is refused before any connection."""

    def connect(address: tuple[str, int], seconds: float) -> socket.socket:
        raise AssertionError(address)

    with pytest.raises(Unavailable, match="public"):
        guarded.get(URL, lambda host, seconds: addresses, connect)


@pytest.mark.parametrize(
    "url",
    [
        "https://ca.example.com/",
        "file:///etc/passwd",
        "ldap://ca.example.com/",
        "http://ca.example.com:8080/",
        "http://user@ca.example.com/",
        "http://ca.example.com/\r\nX: y",
        "http://ca.example.com/a b",
        "http:///x",
        "http://[::1",
        "http://ca.example.com:99999/",
        "",
        "http://ca.example.com/" + "x" * 3000,
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    """Only plain http on its own port is fetched."""

    def resolve(host: str, seconds: float) -> list[str]:
        raise AssertionError(host)

    with pytest.raises(Unavailable, match="only http"):
        guarded.get(url, resolve)


def test_public_addresses_are_public() -> None:
    """Ordinary addresses of the internet pass."""
    for address in (PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"):
        assert guarded.is_public(ipaddress.ip_address(address))
