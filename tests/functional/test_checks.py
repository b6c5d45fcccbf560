"""What is true now: a real handshake with a server, and DNS answers that the test gives."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import wiring
from chalicelib.errors import Unavailable
from chalicelib.net import handshake
from chalicelib.net.lookup import NOTHING, Answer
from chalicelib.service.checks import Checks
from tests.authority import CA, LeafCert
from tests.functional.conftest import Api, issue

WWW, SHOP, LATER, LOST = (f"{label}.example.com" for label in ("www", "shop", "later", "lost"))


@pytest.fixture
def issued() -> LeafCert:
    """Return a certificate for one of the domains."""
    return issue(CA(), WWW, "*.wild.example.com")


@pytest.fixture
def edge(issued: LeafCert, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Run a TLS server that shows the certificate for every name."""
    (tmp_path / "server.pem").write_text(issued.chain_pem + issued.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                connection.settimeout(5)
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()
        stop.set()
        thread.join(10)


def look_up(name: str, seconds: float) -> Answer:
    """Answer as DNS would: one name is an alias, one has our addresses, one leads elsewhere, one is not there."""
    if name == LOST:
        raise Unavailable("The resolver did not answer.")
    if name.endswith("ssl.localhost"):
        return Answer((), ("203.0.113.1", "203.0.113.2"), 60)
    return {
        WWW: Answer((look_up.target,), ("203.0.113.1",), 300),  # type: ignore[attr-defined]
        SHOP: Answer((), ("203.0.113.2",), 300),
        LATER: Answer((), ("198.51.100.1",), 3600),
    }.get(name, NOTHING)


def found(api: Api, edge: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, object]]:
    """Return the answer of the checks, the domains by name and the edge under `edge`."""
    look_up.target = api.call("GET", "/apps/example/addons").body[0]["hostname"]  # type: ignore[attr-defined]
    checks = Checks(wiring._endpoints(), edge, "app.localhost", handshake.leaf, look_up)
    monkeypatch.setattr(wiring, "checks", lambda: checks)
    body = api.call("GET", "/apps/example/checks").body
    return {"edge": body["edge"]} | {each["hostname"]: each for each in body["domains"]}


def test_domains_are_judged(
    example: Api, issued: LeafCert, edge: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each domain has where DNS leads it and what the edge shows for it, with a sentence when something is off."""
    body = {"certificate_chain": issued.chain_pem, "private_key": issued.key_pem}
    example.call("POST", "/apps/example/ssl-endpoints", body)
    for hostname in (WWW, SHOP, LATER, LOST, "*.wild.example.com"):
        example.call("POST", "/apps/example/domains", {"hostname": hostname})
    checks = found(example, edge, monkeypatch)
    dns = {name: each["dns"]["state"] for name, each in checks.items() if name != "edge"}  # type: ignore[index]
    tls = {name: each["tls"]["state"] for name, each in checks.items() if name != "edge"}  # type: ignore[index]

    assert ("served", 1, issued.fingerprint) == tuple(
        checks["edge"][k] for k in ("state", "version", "fingerprint")
    )
    assert {
        WWW: "here",
        SHOP: "here",
        LATER: "elsewhere",
        LOST: "unknown",
        "*.wild.example.com": "missing",
    } == dns
    assert {
        WWW: "served",
        SHOP: "mismatch",
        LATER: "mismatch",
        LOST: "mismatch",
        "*.wild.example.com": "served",
    } == tls
    assert "3600 seconds" in checks[LATER]["dns"]["sentence"]  # type: ignore[index]


def test_another_certificate_is_waited_for(
    example: Api, edge: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the edge shows another certificate than the active one, it has not followed yet."""
    other = issue(CA(), WWW)
    example.call("POST", "/apps/example/domains", {"hostname": WWW})
    before = found(example, edge, monkeypatch)
    body = {"certificate_chain": other.chain_pem, "private_key": other.key_pem}
    example.call("POST", "/apps/example/ssl-endpoints", body)
    after = found(example, edge, monkeypatch)

    assert ("none", "waiting") == (before["edge"]["state"], after["edge"]["state"])
    assert "waiting" == after[WWW]["tls"]["state"]  # type: ignore[index]


def test_edge_that_is_down_is_told(example: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a handshake the state is down, with a sentence that says why."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    checks = found(example, address, monkeypatch)

    assert "down" == checks["edge"]["state"]
    assert "refused" in str(checks["edge"]["sentence"])
