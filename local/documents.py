"""Brings what is made of the code up to date: `make openapi`; and what a package needs: `make package`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from chalicelib.api import openapi
from chalicelib.senders.registry import WAYS
from chalicelib.senders.way import Way

ROOT = Path(__file__).parents[1]
API = ROOT / "docs" / "openapi.yaml"
CONSOLE = ROOT / "frontend" / "js" / "channels.js"
PACKAGE = "package"  # the argument


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


def for_package() -> None:
    """Write the document that a Lambda answers; nothing reads it where docs/ is."""
    openapi.PACKAGED.write_text(openapi.written_as_json(), encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Write what a package needs, or else the kinds of channels into the two files that name them."""
    if arguments == [PACKAGE]:
        for_package()
        return
    API.write_text(kinds_in_api(API.read_text(encoding="utf-8"), WAYS), encoding="utf-8")
    CONSOLE.write_text(kinds_in_console(CONSOLE.read_text(encoding="utf-8"), WAYS.values()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
