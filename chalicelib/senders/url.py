"""URLs to which notices may be posted."""

from __future__ import annotations

from urllib.parse import urlsplit

from chalicelib.errors import Invalid

HTTPS_PORT = 443


def check(url: str) -> str:
    """Return a plain https URL as it is; raise Invalid for anything else."""
    refused = Invalid(f"{url[:80]!r} is no address for notices: give an https URL without user and fragment.")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise refused
    try:
        parts = urlsplit(url)
        port = HTTPS_PORT if parts.port is None else parts.port
    except ValueError:
        raise refused from None
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or parts.fragment or not port:
        raise refused
    return url
