"""Starting and ending a real edge."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

import pytest

from chalicelib.edge.caddy import GRACE_SECONDS
from tests.e2e import edges
from tests.e2e.product import PATIENCE

WITHOUT_LOOKUP = """
from edge import serve
shipped = serve.configuration
def without_lookup(listeners):
    whole = shipped(listeners)
    getter = whole["apps"]["tls"]["automation"]["policies"][0]["get_certificate"][0]
    getter["url"] = f"http://127.0.0.1:1/{listeners.secret}"
    return whole
serve.configuration = without_lookup
"""


def test_an_edge_starts_again_with_what_it_had(tmp_path: Path) -> None:
    """All state is on the disk: the next start serves the same certificates, its own default one included."""
    with edges.running(tmp_path) as edge:
        shown = {name: edge.serve(name) for name in ("www.example.com", "*.example.com")}
        default = edge.fingerprint(None)

    with edges.running(tmp_path) as edge:
        assert shown["www.example.com"] == edge.fingerprint("www.example.com")
        assert shown["*.example.com"] == edge.fingerprint("a.example.com")
        assert default == edge.fingerprint(None)


def test_an_edge_ends_although_clients_hold_on(tmp_path: Path) -> None:
    """SIGTERM is enough, within seconds, with kept-alive and half-sent requests around."""
    with edges.running(tmp_path) as edge, edge.connect("www.example.com") as idle, edge.connect(None) as busy:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
        busy.sendall(b"GET / HTTP/1.1\r\nHost: ")
        started = time.monotonic()
        edge.process.terminate()
        edge.process.wait(10)

    assert time.monotonic() - started < GRACE_SECONDS + PATIENCE


def test_a_lookup_that_fails_does_not_tell_the_secret(tmp_path: Path) -> None:
    """If Caddy cannot reach its own lookup, the log names the place, but not the path that opens it."""

    with edges.running(tmp_path, first=WITHOUT_LOOKUP) as edge:
        with pytest.raises(OSError, match="internal error"):
            edge.fingerprint("www.example.com")
        log = edge.log.read_text()

    assert "connection refused" in log
    assert edge.listeners.secret not in log


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    """Signs that mean something to Caddy mean nothing in the name of the state folder."""
    place = tmp_path / "a [b] {c} *?"
    place.mkdir()
    with edges.running(place) as edge:
        shown = edge.serve("www.example.com", "127.0.0.1:1")

        assert shown == edge.fingerprint("www.example.com")
        assert 502 == edge.get("www.example.com").status


@pytest.mark.parametrize("place", range(3), ids=edges.PORTS)
def test_a_taken_port_is_said(tmp_path: Path, place: int) -> None:
    """A port that somebody listens on is named in a sentence, and nothing is started or written."""
    ports = edges.free_ports(3)
    with socket.create_server(("127.0.0.1", ports[place])):
        process = edges.start(tmp_path / "edge", ports, log=subprocess.PIPE)
        said = process.communicate(timeout=30)[1].decode()

    assert 1 == process.returncode
    assert (
        f"The edge cannot listen on 127.0.0.1, port {ports[place]}: Address already in use. "
        "Stop what uses the port, or choose another one.\n"
    ) == said
    assert not (tmp_path / "edge").exists()


def test_a_second_engine_does_not_share_the_ports_of_the_first(tmp_path: Path) -> None:
    """Two engines of one user would share a port without a word."""
    with edges.running(tmp_path) as edge:
        ports = [edge.listeners.https_port, *edges.free_ports(2)]
        second = edges.start(tmp_path / "second", ports, log=subprocess.PIPE)
        said = second.communicate(timeout=30)[1].decode()

    assert 1 == second.returncode
    assert f"port {ports[0]}: Address already in use" in said


def test_without_a_folder_it_says_so(tmp_path: Path) -> None:
    """A state folder that cannot be made is named."""
    (tmp_path / "file").touch()
    process = edges.start(tmp_path / "file" / "edge", edges.free_ports(3), log=subprocess.PIPE)

    assert (
        f"cannot use its folder {tmp_path}/file/edge: Not a directory."
        in process.communicate(timeout=30)[1].decode()
    )
    assert 1 == process.returncode
