"""What may become the name of a file in the state folder: checked here again, whoever sent it."""

from __future__ import annotations

import re

from chalicelib.errors import Invalid

SUFFIX = ".pem"
MAX_FILE_NAME = 255  # of Linux and macOS, in bytes
MAX_NAME = MAX_FILE_NAME - len(SUFFIX)  # two less than RFC 1035 §2.3.4 allows
MAX_ID = 64
MAX_PORT = 65535
DEFAULT = "default"  # what the edge's own certificate is filed under

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)*{_LABEL}")
_ORIGIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]*:[0-9a-f:.]*\]):([1-9][0-9]{0,4})")
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def file_of(name: str) -> str:
    """Return the file name of a served name: `*.example.com` is filed as `_.example.com`.

    Raises Invalid for everything but lower-case A-labels, with or without one leading `*.`.
    """
    if len(name) > MAX_NAME or name == DEFAULT or not _NAME.fullmatch(name):
        raise Invalid(f"{name!r} cannot be served: it is no lower-case DNS name.")
    return f"_{name[1:]}" if name.startswith("*") else name


def name_of(file: str) -> str:
    """Return the name that `file_of` filed."""
    return f"*{file[1:]}" if file.startswith("_") else file


def origin(text: str) -> str:
    """Return an origin that is exactly `host:port` (an IPv6 address in brackets); raise Invalid otherwise."""
    found = _ORIGIN.fullmatch(text)
    if len(text) > MAX_FILE_NAME or not found or int(found[1]) > MAX_PORT:
        raise Invalid(f"{text!r} is no origin: give it as host:port, such as 127.0.0.1:5000.")
    return text


def identity(text: str) -> str:
    """Return the id of an endpoint or version; raise Invalid for what cannot stand in a file name."""
    if len(text) > MAX_ID or text == DEFAULT or not _ID.fullmatch(text):
        raise Invalid(f"{text!r} is not the id of an endpoint or of a version.")
    return text
