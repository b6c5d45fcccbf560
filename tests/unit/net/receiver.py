"""A real https server on loopback, for one connection after the other, that answers as a test wants."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509

from tests.authority import CA, LeafCert

HOST = "hooks.example.com"
ROOT = CA("Receiver Root")
LEAF = ROOT.issue_cert(HOST)
SECONDS = 30  # that a connection may take at most
Serve = Callable[[ssl.SSLSocket], None]


@dataclass
class Receiver:
    """Where it listens, and what it was sent."""

    port: int = 0
    received: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return a URL that leads to it, for a resolver that knows HOST."""
        return f"https://{HOST}:{self.port}/secret/path?a=b"


def answer(status: str, *headers: str) -> Serve:
    """Return what answers with a status."""
    lines = "\r\n".join([f"HTTP/1.1 {status}", "Content-Length: 0", *headers])
    return lambda connection: connection.sendall(f"{lines}\r\n\r\n".encode())


def by_address() -> LeafCert:
    """Return a certificate for 127.0.0.1."""
    name = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return ROOT.issue_cert(extensions=(name,))


@contextmanager
def receiving(serve: Serve, leaf: LeafCert = LEAF) -> Iterator[Receiver]:
    """Run a receiver."""
    with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        context = _context(Path(folder), leaf)
        receiver = Receiver(listener.getsockname()[1])
        ended = threading.Event()

        def accept() -> None:
            while not ended.is_set():
                with suppress(OSError):
                    plain, _ = listener.accept()
                    plain.settimeout(SECONDS)
                    with plain, context.wrap_socket(plain, server_side=True) as connection:
                        receiver.received.append(_request(connection))
                        serve(connection)

        listener.settimeout(0.2)
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield receiver
        finally:
            ended.set()
            thread.join(SECONDS)


def _context(folder: Path, leaf: LeafCert) -> ssl.SSLContext:
    file = folder / "server.pem"
    file.write_text(leaf.chain_pem + leaf.key_pem)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(file)
    return made


def _request(connection: ssl.SSLSocket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    [length] = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")]
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
