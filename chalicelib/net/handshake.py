"""A real TLS handshake: what a server shows for a name."""

from __future__ import annotations

import socket
import ssl

from chalicelib.errors import Unavailable


def leaf(address: tuple[str, int], name: str, seconds: float) -> bytes:
    """Return the leaf (DER) that the server at `address` serves for a name; it is not judged.

    Raises Unavailable, with a sentence, if there is no handshake within `seconds`.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(address, timeout=seconds) as connection,
            context.wrap_socket(connection, server_hostname=name) as secured,
        ):
            return secured.getpeercert(binary_form=True) or b""
    except (OSError, ValueError) as error:
        raise Unavailable(f"The edge does not answer for {name}: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    return (getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__).strip()
