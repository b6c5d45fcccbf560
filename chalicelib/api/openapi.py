"""/openapi.json: this API, described for programs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.api.http import Resource

DOCUMENT = Path(__file__).with_name("openapi.json")  # `make openapi` makes it of docs/openapi.yaml

resource = Resource(__name__)


@resource.open("/openapi.json", "GET")
def show_document() -> Any:
    """Return the OpenAPI document."""
    return _document()


@cache
def _document() -> str:
    return DOCUMENT.read_text(encoding="utf-8")
