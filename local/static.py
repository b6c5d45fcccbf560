"""The console's files, as CloudFront serves them on AWS."""

from __future__ import annotations

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
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src"
    " 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


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
    return {"Content-Type": TYPES[file.suffix], **HEADERS}


def _is_plain(name: str) -> bool:
    return bool(name) and not name.startswith(".") and name.isprintable() and not set(name) & set('\\/:*?"<>|')
