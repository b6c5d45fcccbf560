"""Real handshakes with a server on loopback."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from hashlib import sha256

import pytest

from chalicelib.errors import Unavailable
from chalicelib.net.handshake import Client
from tests.authority import CA, DAY, LeafCert, self_signed
from tests.tls_server import TlsServer, showing

WWW = "www.example.com"
SECONDS = 10.0
ROOT = CA("Private Root")
ISSUED = ROOT.issue_ca("Intermediate").issue_cert(WWW)


@pytest.fixture(scope="module")
def server() -> Iterator[TlsServer]:
    """Run a TLS server."""
    with showing(ISSUED) as server:
        yield server


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """Return a client that trusts the private authority."""
    roots = tmp_path_factory.mktemp("roots") / "roots.pem"
    roots.write_text(ROOT.pem)
    return Client(str(roots))


def expired() -> LeafCert:
    """Return a certificate whose time is over."""
    now = datetime.now(timezone.utc)
    return ROOT.issue_cert(WWW, not_before=now - 3 * DAY, not_after=now - DAY)


def test_trusted_chain_is_verified(server: TlsServer, client: Client) -> None:
    """The leaf, the protocol and the cipher of a handshake with the name as SNI."""
    server.show(ISSUED)
    server.asked.clear()
    shown = client.shake(server.address, WWW, SECONDS)

    assert ISSUED.fingerprint == sha256(shown.leaf).hexdigest()
    assert ("TLSv1.3", 0, "") == (shown.protocol, shown.code, shown.reason)
    assert shown.cipher.startswith("TLS_")
    assert [WWW] == server.asked


def test_name_is_not_looked_at(server: TlsServer, client: Client) -> None:
    """Whether the certificate is for the name is judged elsewhere."""
    server.show(ISSUED)

    assert 0 == client.shake(server.address, "other.example.net", SECONDS).code


@pytest.mark.parametrize(
    ("issued", "chain", "codes"),
    [
        (ISSUED, ISSUED.pem, {20, 21}),
        (self_signed(WWW), None, {18}),
        (CA("Stranger").issue_cert(WWW), None, {20, 21}),
        (expired(), None, {10}),
    ],
    ids=["incomplete", "self-signed", "stranger", "expired"],
)
def test_why_it_is_not_trusted(
    server: TlsServer, client: Client, issued: LeafCert, chain: str | None, codes: set[int]
) -> None:
    """OpenSSL's reason is kept, and the handshake is made all the same."""
    server.show(issued, chain)
    shown = client.shake(server.address, WWW, SECONDS)

    assert issued.fingerprint == sha256(shown.leaf).hexdigest()
    assert shown.code in codes
    assert shown.reason
    assert shown.protocol


def test_without_extra_roots_a_private_authority_is_not_trusted(server: TlsServer) -> None:
    """Only Mozilla's roots count unless the operator adds some."""
    server.show(ISSUED)

    assert Client(None).shake(server.address, WWW, SECONDS).code in {19, 20, 21}


def test_nobody_answers(client: Client) -> None:
    """A refused connection is told with its reason."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    with pytest.raises(Unavailable, match="refused"):
        client.shake(address, WWW, SECONDS)


def test_silence_has_a_limit(client: Client) -> None:
    """A server that says nothing costs the time that was given and not much more."""
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(Unavailable, match="took too long"):
        client.shake(listener.getsockname(), WWW, 0.3)

    assert 0.3 <= time.monotonic() - began < 3


@pytest.mark.parametrize("name", ["a" * 64 + ".example.com", "a..b", "x" * 300])
def test_name_that_cannot_be_sent(server: TlsServer, client: Client, name: str) -> None:
    """What is no name for SNI is a sentence, not a fault."""
    with pytest.raises(Unavailable):
        client.shake(server.address, name, SECONDS)
