"""Starting and ending a real edge."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from chalicelib.edge import engine
from chalicelib.edge.caddy import GRACE_SECONDS, Listeners, configuration
from chalicelib.edge.folder import Folder
from chalicelib.errors import Unavailable
from tests.e2e import edges
from tests.e2e.product import PATIENCE


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


def test_a_lookup_that_fails_does_not_tell_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If Caddy cannot reach its own lookup, the log names the place, but not the path that opens it."""

    def without_lookup(listeners: Listeners) -> dict[str, Any]:
        whole = configuration(listeners)
        getter = whole["apps"]["tls"]["automation"]["policies"][0]["get_certificate"][0]
        getter["url"] = f"http://127.0.0.1:1/{listeners.secret}"
        return whole

    monkeypatch.setattr(engine, "configuration", without_lookup)
    with edges.running(tmp_path) as edge:
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


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    """A port that somebody listens on is named in a sentence, and nothing is started."""
    folder = Folder(tmp_path / "edge")
    folder.prepare(b"")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        listeners = Listeners(port, engine.free_port(), engine.free_port(), "secret")
        with pytest.raises(Unavailable, match=f"port {port}: Address already in use"):
            engine.start(Path("/nonexistent"), folder, listeners)


def test_an_edge_that_dies_is_noticed(tmp_path: Path) -> None:
    """Whoever waits for a start is told at once if the process has ended."""
    port = engine.free_port()
    with (
        subprocess.Popen([sys.executable, "-c", ""], cwd=tmp_path) as process,
        pytest.raises(Unavailable, match="did not start"),
    ):
        engine.wait_until_listening(process, ("127.0.0.1", port), 10)
