"""POSTs to URLs that strangers chose, against a real https server on loopback."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

import pytest

from chalicelib.errors import Unavailable
from chalicelib.net import webhook
from chalicelib.net.webhook import Poster
from tests.authority import CA, DAY, NOW, LeafCert
from tests.unit.net.receiver import HOST, LEAF, ROOT, Serve, answer, by_address, receiving


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Return what trusts the receiver's root beside Mozilla's."""
    file = tmp_path_factory.mktemp("roots") / "roots.pem"
    file.write_text(ROOT.pem)
    return webhook.context(str(file))


def local(host: str, seconds: float) -> list[str]:
    """Resolve the receiver's name, and nothing else."""
    return ["127.0.0.1"] if host in {HOST, "127.0.0.1"} else []


@pytest.fixture
def poster(context: ssl.SSLContext) -> Poster:
    """Return what posts to addresses that are not public, too."""
    return Poster(context, local, private=True)


@pytest.fixture
def hasty(poster: Poster, monkeypatch: pytest.MonkeyPatch) -> Poster:
    """Return what has no patience."""
    monkeypatch.setattr(webhook, "SECONDS", 1.0)
    return poster


def refusal(poster: Poster, url: str) -> str:
    """Return the sentence that a failed POST is told with."""
    with pytest.raises(Unavailable) as refused:
        poster.post(url, b"{}", {})
    return refused.value.message


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content", "299 Odd"])
def test_any_2xx_is_a_success(poster: Poster, status: str) -> None:
    """The body arrives with its headers, at the path with its query."""
    with receiving(answer(status)) as receiver:
        told = poster.post(receiver.url, b'{"a": 1}', {"webhook-id": "7"})
    [request] = receiver.received
    head, _, body = request.partition(b"\r\n\r\n")

    assert int(status[:3]) == told
    assert b'{"a": 1}' == body
    assert head.startswith(b"POST /secret/path?a=b HTTP/1.1\r\n")
    assert f"Host: {HOST}:{receiver.port}".encode() in head
    assert b"webhook-id: 7" in head


@pytest.mark.parametrize(
    "status", ["100 Continue", "301 Moved Permanently", "400 Bad", "404 No", "410 Gone", "500 Broken", "503 Busy"]
)
def test_any_other_status_is_a_failure(poster: Poster, status: str) -> None:
    """The sentence has the status and the host, and not the path, which is a secret."""
    with receiving(answer(status)) as receiver:
        said = refusal(poster, receiver.url)

    assert HOST in said
    assert "secret" not in said


def test_redirect_inward_is_not_followed(poster: Poster) -> None:
    """A receiver that sends elsewhere is told so; nobody goes there."""
    with (
        receiving(answer("200 OK")) as inside,
        receiving(answer("307 Temporary Redirect", f"Location: {inside.url}")) as receiver,
    ):
        said = refusal(poster, receiver.url)

    assert "answered 307" in said
    assert "not followed" in said
    assert [] == inside.received


def drip(connection: ssl.SSLSocket) -> None:
    """Send a byte now and then."""
    for byte in b"HTTP/1.1 200 OK\r\n" * 10:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def hang(connection: ssl.SSLSocket) -> None:
    """Say nothing, until the other side has left."""
    while connection.recv(1):
        pass


@pytest.mark.parametrize("serve", [drip, hang])
def test_slow_receiver_is_given_up_in_time(hasty: Poster, serve: Serve) -> None:
    """Silence and a slow drip end within the limit, with a sentence."""
    with receiving(serve) as receiver:
        started = time.monotonic()
        said = refusal(hasty, receiver.url)
        took = time.monotonic() - started

    assert "did not answer within" in said
    assert took < 3


def test_slow_handshake_is_given_up_in_time(hasty: Poster) -> None:
    """Whoever accepts a connection and then says nothing keeps nobody waiting."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = time.monotonic()
        said = refusal(hasty, f"https://{HOST}:{listener.getsockname()[1]}/")

    assert "did not answer within" in said
    assert time.monotonic() - started < 3


def test_answer_without_an_end_is_not_read(hasty: Poster) -> None:
    """The status is enough: what follows is not waited for, and a head without an end is cut off."""

    def flood(connection: ssl.SSLSocket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x" * 10_000)

    def headers(connection: ssl.SSLSocket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(10_000):
            connection.sendall(b"X-A: b\r\n" * 100)

    with receiving(flood) as receiver:
        assert 200 == hasty.post(receiver.url, b"{}", {})
    with receiving(headers) as receiver:
        assert "not answer in HTTP" in refusal(hasty, receiver.url)


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH\r\n\r\n", b"\0" * 100 + b"\r\n\r\n", b""])
def test_what_is_no_http_is_a_failure(poster: Poster, said: bytes) -> None:
    """So is a connection that ends without a word."""
    with receiving(lambda connection: connection.sendall(said)) as receiver:
        assert "did not answer in HTTP" in refusal(poster, receiver.url)


@pytest.mark.parametrize(
    "leaf",
    [
        ROOT.issue_cert("other.example.com"),
        ROOT.issue_cert(HOST, not_before=NOW - 20 * DAY, not_after=NOW - DAY),
        CA("Unknown Root").issue_cert(HOST),
    ],
    ids=["another name", "expired", "unknown authority"],
)
def test_certificate_is_verified(poster: Poster, leaf: LeafCert) -> None:
    """Nothing is sent to a server whose certificate does not prove who it is."""
    with receiving(answer("200 OK"), leaf) as receiver:
        said = refusal(poster, receiver.url)

    assert "cannot be trusted" in said
    assert [] == receiver.received


def test_address_is_verified_as_such(poster: Poster) -> None:
    """A URL may name an address, and then the certificate has to."""
    with receiving(answer("200 OK"), by_address()) as receiver:
        assert 200 == poster.post(f"https://127.0.0.1:{receiver.port}/", b"{}", {})
    with receiving(answer("200 OK"), LEAF) as receiver:
        assert "cannot be trusted" in refusal(poster, f"https://127.0.0.1:{receiver.port}/")


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["fd00::1"], []])
def test_private_addresses_are_never_contacted(context: ssl.SSLContext, addresses: list[str]) -> None:
    """Unless the settings allow it, all addresses of the host have to be public."""

    def connect(address: tuple[str, int], seconds: float) -> socket.socket:
        raise AssertionError(address)

    guarded = Poster(context, lambda host, seconds: addresses, connect=connect)

    assert "not all of its addresses are public" in refusal(guarded, f"https://{HOST}/")


def test_connection_goes_where_was_looked(context: ssl.SSLContext) -> None:
    """The host is looked up once, and the next address is tried when one does not answer; IPv4 comes first."""
    asked: list[str] = []

    def connect(address: tuple[str, int], seconds: float) -> socket.socket:
        asked.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    names = iter([["2606:2800:21f:cb07:6820:80da:af6b:8b2c", "93.184.215.14"]])
    guarded = Poster(context, lambda host, seconds: next(names), connect=connect)

    assert f"{HOST} cannot be reached: Connection refused." == refusal(guarded, f"https://{HOST}/")
    assert ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"] == asked


def test_mozillas_roots_are_trusted_without_more() -> None:
    """So many roots are no private ones."""
    assert 100 < len(webhook.context(None).get_ca_certs())


def test_missing_file_of_roots_is_told(tmp_path: Path) -> None:
    """A setting that leads nowhere is no silent default."""
    with pytest.raises(FileNotFoundError):
        webhook.context(str(tmp_path / "missing.pem"))
