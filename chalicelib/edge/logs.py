"""What Caddy writes down: warnings, and for counting one line a request and one a full handshake.

The lines for counting hold when it was and which name was asked for, and nothing else:

    {"ts":1795544915.588314,"host":"www.example.com"}    a request
    {"ts":1795544915.587213,"sni":"www.example.com"}     a full handshake, by its lookup of a certificate
"""

from __future__ import annotations

from typing import Any

LOG = "traffic/traffic.log"
ROLL_MB, ROLLS = 1, 15  # about 20,000 lines a file: what may wait for a follower that is away
LOG_FIRST, LOG_EACH = 20, 1000  # of warnings with one text: so many a second, then every thousandth
NAME = "traffic"
HOST, SNI = "host", "sni"

_ACCESS = f"http.log.access.{NAME}"
_FORGET = {"filter": "delete"}
_OF_AN_ACCESS = ("request", "bytes_read", "user_id", "duration", "size", "status", "resp_headers", "uuid")


def warnings(secret: str) -> dict[str, Any]:
    """Return the log of warnings, to stderr: not the secret, nothing of the request, and no floods.

    What a request is described with is costly: Caddy encodes it for each one, logged or not.
    """
    return {
        "level": "WARN",
        "exclude": [_ACCESS],
        "writer": {"output": "stderr"},
        "encoder": {
            "format": "filter",
            "wrap": {"format": "json", "time_format": "rfc3339_nano"},
            "fields": {
                "request": _FORGET,
                "resp_headers": _FORGET,
                "error": {"filter": "regexp", "regexp": secret, "value": "…"},
            },
        },
        "sampling": {"interval": 1_000_000_000, "first": LOG_FIRST, "thereafter": LOG_EACH},
    }


def traffic() -> dict[str, Any]:
    """Return the log for counting, in small files that roll: either side may die and find the other's work."""
    keys = ("message_key", "level_key", "name_key", "caller_key", "stacktrace_key")
    return {
        "include": [_ACCESS],
        "writer": {
            "output": "file",
            "filename": LOG,
            "mode": "0600",
            "roll_size_mb": ROLL_MB,
            "roll_keep": ROLLS,
            "roll_compression": "none",
        },
        "encoder": {
            "format": "filter",
            "wrap": {"format": "json", **dict.fromkeys(keys, "")},
            "fields": dict.fromkeys(_OF_AN_ACCESS, _FORGET),
        },
    }


def counted(server: dict[str, Any]) -> dict[str, Any]:
    """Return a server whose requests are logged for counting."""
    return {**server, "logs": {"default_logger_name": NAME}}


def note(key: str, placeholder: str) -> dict[str, Any]:
    """Return the handler that says what a line holds beside its time."""
    return {"handler": "log_append", "key": key, "value": placeholder, "early": True}
