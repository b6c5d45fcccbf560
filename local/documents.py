"""Brings what is made of the code and of docs/openapi.yaml up to date: `make openapi`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from chalicelib.senders.registry import WAYS
from chalicelib.senders.way import Way

ROOT = Path(__file__).parents[1]
API = ROOT / "docs" / "openapi.yaml"
CONSOLE = ROOT / "frontend" / "js" / "channels.js"
SERVED = ROOT / "chalicelib" / "api" / "openapi.json"


def kinds_in_api(text: str, kinds: Iterable[str]) -> str:
    """Return docs/openapi.yaml with these kinds of channels."""
    return re.sub(r"(?<= ChannelKind: \{enum: \[)[^\]]*", ", ".join(kinds), text)


def kinds_in_console(text: str, ways: Iterable[Way]) -> str:
    """Return frontend/js/channels.js with a line for each of these ways."""
    lines = "".join(
        f"  {way.kind}: {{ name: '{way.name}', target: '{way.target}', example: '{way.example}',"
        f" mode: '{way.keyboard}' }},\n"
        for way in ways
    )
    return re.sub(r"(?<=export const KINDS = \{\n)(.*\n)*?(?=\};)", lambda _: lines, text)


def main() -> None:
    """Write the three files."""
    described = kinds_in_api(API.read_text(encoding="utf-8"), WAYS)
    API.write_text(described, encoding="utf-8")
    CONSOLE.write_text(kinds_in_console(CONSOLE.read_text(encoding="utf-8"), WAYS.values()), encoding="utf-8")
    with SERVED.open("w", encoding="utf-8") as served:
        json.dump(yaml.safe_load(described), served, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
