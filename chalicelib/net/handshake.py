"""A real TLS handshake: what a server shows for a name, and whether a client would accept it."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

import certifi

from chalicelib.errors import Unavailable
from chalicelib.model.served import Handshake

SHORTEST_TRY = 0.001  # seconds


class Client:
    """Shakes hands as curl does: trusts Mozilla's roots and those of a file, and goes on if it trusts nobody."""

    def __init__(self, extra_roots_pem: str | None) -> None:
        self._trusting = _context(ssl.CERT_NONE)
        self._careful = _context(ssl.CERT_REQUIRED)
        self._careful.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        self._careful.load_verify_locations(cafile=certifi.where())
        if extra_roots_pem:
            self._careful.load_verify_locations(cadata=Path(extra_roots_pem).read_text(encoding="utf-8"))

    def shake(self, address: tuple[str, int], name: str, seconds: float) -> Handshake:
        """Return what the server at `address` shows for a name, whether or not it can be verified.

        Whether it is for that name is not looked at. Raises Unavailable, with a sentence, if there is no handshake
        within `seconds`.
        """
        deadline = time.monotonic() + seconds
        try:
            name.encode("idna")  # what is no name for SNI is refused before there is a connection to leave open
            try:
                return _shake(self._careful, address, name, deadline)
            except ssl.SSLCertVerificationError as error:
                shown = _shake(self._trusting, address, name, deadline)
                code, reason = error.verify_code, error.verify_message
                return Handshake(shown.leaf, shown.protocol, shown.cipher, code, reason)
        except (OSError, ValueError) as error:
            raise Unavailable(f"The edge does not answer for {name}: {_reason(error)}.") from error


def _shake(context: ssl.SSLContext, address: tuple[str, int], name: str, deadline: float) -> Handshake:
    with (
        socket.create_connection(address, timeout=_left(deadline)) as connection,
        context.wrap_socket(connection, server_hostname=name, do_handshake_on_connect=False) as secured,
    ):
        secured.settimeout(_left(deadline))
        secured.do_handshake()
        cipher = secured.cipher()
        leaf = secured.getpeercert(binary_form=True) or b""
        return Handshake(leaf, secured.version() or "", cipher[0] if cipher else "")


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), SHORTEST_TRY)


def _context(verify_mode: ssl.VerifyMode) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, verify_mode
    return context


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    return (getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__).strip()
