"""The console's files, as CloudFront serves them on AWS."""

from __future__ import annotations

import functools
import gzip
import json
import re
from pathlib import Path
from urllib.parse import unquote

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
TEXT = frozenset({".css", ".html", ".js", ".json", ".svg", ".txt"})
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
HEADERS = Path(__file__).parents[1] / "frontend" / "headers.json"  # CloudFront is given the same


def find(root: Path, path: str) -> Path | None:
    """Return the file that a raw URL path means, / being the start page; None unless it is one below `root`."""
    try:
        names = unquote(path, errors="strict").removeprefix("/").split("/")
    except UnicodeDecodeError:
        return None
    if names == [""]:
        names = ["index.html"]
    if any(not _is_plain(name) for name in names):
        return None
    file = root.joinpath(*names)
    is_inside = file.suffix in TYPES and file.is_file() and file.resolve().is_relative_to(root.resolve())
    return file if is_inside else None


def headers(file: Path) -> dict[str, str]:
    """Return the headers that a file is sent with."""
    place = file.as_posix()
    rules = _rules()
    special = (rule for folder, rule in rules.items() if f"/frontend/{folder}" in place)
    return {"Content-Type": TYPES[file.suffix], **rules["default"], **next(special, {})}


@functools.cache
def _rules() -> dict[str, dict[str, str]]:
    rules: dict[str, dict[str, str]] = json.loads(HEADERS.read_text())
    return rules


def content(file: Path, accepted: str) -> tuple[bytes, dict[str, str]]:
    """Return a file's bytes and headers; text is compressed if the Accept-Encoding header `accepted` has gzip."""
    plain, told = file.read_bytes(), headers(file)
    if file.suffix not in TEXT:
        return plain, told
    told["Vary"] = "Accept-Encoding"
    if not GZIP.search(accepted):
        return plain, told
    return gzip.compress(plain, mtime=0), {**told, "Content-Encoding": "gzip"}


def _is_plain(name: str) -> bool:
    return bool(name) and not name.startswith(".") and name.isprintable() and not set(name) & set('\\/:*?"<>|')
