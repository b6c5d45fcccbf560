"""What a client sent: a JSON object or a form, whose fields are asked for by name and type."""

from __future__ import annotations

import binascii
import json
import re
from typing import Any
from urllib.parse import parse_qsl

from chalice.app import BadRequestError, Request

from chalicelib.errors import Invalid, TooLarge

MAX_BODY_BYTES = 256 * 1024
FORM = "application/x-www-form-urlencoded"  # what `curl --data-urlencode private_key@server.key` sends
MAX_FORM_FIELDS = 20
WORDS = {"true": True, "false": False}
HALF_A_PAIR = re.compile("[\ud800-\udfff]")  # JSON can write one, UTF-8 cannot


class Body:
    """The fields of a request's body."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    @classmethod
    def read(cls, request: Request) -> Body:
        """Parse a request's body; an empty one has no fields. Raises Invalid and TooLarge."""
        form = (request.headers.get("content-type") or "").lower().startswith(FORM)
        return cls(_form(raw(request)) if form else _object(raw(request)))

    def __contains__(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def refuse(self, name: str, sentence: str) -> None:
        """Raise Invalid with that sentence if a field is there."""
        if name in self:
            raise Invalid(sentence)

    def text(self, *names: str) -> str:
        """Return a field that has to be there, under the first of its names that is used.

        Raises Invalid unless it is text with something in it.
        """
        name = next((name for name in names if name in self), names[0])
        value = self.optional_text(name)
        if value is None or not value.strip():
            raise Invalid(f"The field {name!r} is missing.")
        return value

    def optional_text(self, *names: str) -> str | None:
        """Return a field that may be absent or null; raise Invalid if it is anything but text."""
        name = next((name for name in names if name in self), names[0])
        value = self._fields.get(name)
        if value is not None and not isinstance(value, str):
            raise Invalid(f"The field {name!r} has to be text.")
        if value is not None and HALF_A_PAIR.search(value):
            raise Invalid(f"The field {name!r} has half of a surrogate pair, which is no character.")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a field that is true or false; raise Invalid for anything else."""
        value = self._fields.get(name)
        if value is None:
            return default
        value = WORDS.get(value, value) if isinstance(value, str) else value
        if not isinstance(value, bool):
            raise Invalid(f"The field {name!r} has to be true or false.")
        return value

    def number(self, name: str, lowest: int, highest: int) -> int | None:
        """Return a whole number that may be absent; raise Invalid for anything else or outside the limits."""
        value = self._fields.get(name)
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= len(str(highest)):
            value = int(value)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise Invalid(f"The field {name!r} has to be a whole number from {lowest} to {highest}.")
        return value

    def named(self, name: str) -> str:
        """Return a field given as text or as {"name": text}, as Heroku's clients do."""
        value = self._fields.get(name)
        return Body(value).text("name") if isinstance(value, dict) else self.text(name)


def raw(request: Request) -> bytes:
    """Return a request's body as it was sent; raise TooLarge for more than MAX_BODY_BYTES."""
    try:
        sent = request.raw_body or b""
    except (BadRequestError, ValueError, binascii.Error) as error:
        raise Invalid("The body cannot be read.") from error
    body = sent.encode() if isinstance(sent, str) else bytes(sent)
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge(f"The body has {len(body):,} bytes; the limit is {MAX_BODY_BYTES:,}.")
    return body


def _object(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise Invalid('The body is not JSON: send an object such as {"hostname": "www.example.com"}.') from error
    if not isinstance(fields, dict):
        raise Invalid("The body has to be a JSON object.")
    return fields


def _form(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(
            body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_FORM_FIELDS
        )
    except ValueError as error:
        raise Invalid(f"The form has more than {MAX_FORM_FIELDS} fields.") from error
    return {_text(name): _text(value) for name, value in pairs}


def _text(octets: str) -> str:
    """Return UTF-8 that was read as Latin-1 as what it is; what is no UTF-8, such as a UTF-16 file, stays."""
    try:
        return octets.encode("latin-1").decode()
    except UnicodeDecodeError:
        return octets
