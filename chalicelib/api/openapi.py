"""/openapi.json: this API, described for programs."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.api.http import Resource

WRITTEN = Path(__file__).parents[2] / "docs" / "openapi.yaml"
PACKAGED = Path(__file__).with_name("openapi.json")  # `make package` makes it: a Lambda has neither docs/ nor yaml

resource = Resource(__name__)


@resource.open("/openapi.json", "GET")
def show_document() -> Any:
    """Return the OpenAPI document."""
    return _document()


@cache
def _document() -> str:
    return written_as_json() if WRITTEN.exists() else PACKAGED.read_text(encoding="utf-8")


def written_as_json() -> str:
    """Return docs/openapi.yaml as JSON."""
    import yaml  # noqa: PLC0415 (Chalice's command line brings it along)

    return json.dumps(yaml.safe_load(WRITTEN.read_text(encoding="utf-8")), ensure_ascii=False)
