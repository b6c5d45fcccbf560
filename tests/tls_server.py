"""A TLS server on loopback for tests, in the place of an edge: shows one certificate for every name."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.authority import LeafCert

POLL = 0.05  # seconds
PATIENCE = 5


class TlsServer:
    """Where it is, and what it shows."""

    def __init__(self, listener: socket.socket, issued: LeafCert) -> None:
        self.address: tuple[str, int] = listener.getsockname()
        self.asked: list[str] = []  # names, by SNI
        self._listener = listener
        self._stop = threading.Event()
        self.show(issued)

    def show(self, issued: LeafCert, chain: str | None = None) -> None:
        """Show another certificate from now on, with another chain (PEM) than its own if one is given."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = lambda _, name, __: self.asked.append(name)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "server.pem"
            file.write_text((chain or issued.chain_pem) + issued.key_pem)
            context.load_cert_chain(file)
        self._context = context

    def serve(self) -> None:
        """Shake hands until told to stop."""
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(PATIENCE)
            try:
                self._context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

    def stop(self) -> None:
        """End `serve`."""
        self._stop.set()


@contextmanager
def showing(issued: LeafCert) -> Iterator[TlsServer]:
    """Run a server on a free port until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(POLL)
        server = TlsServer(listener, issued)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join(10)
