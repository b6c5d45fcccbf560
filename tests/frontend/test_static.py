"""How the local server sends the console's files: one policy for all, text compressed for those who take it."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from local import static

FRONTEND = Path(__file__).parents[2] / "frontend"
MOST_LINES = 240
IMPORT = re.compile(r"^(?:import|export)\b[^;]*?\bfrom '([^']+)'", re.MULTILINE)
PRELOAD = re.compile(r'<link rel="modulepreload" href="([^"]+)">')
ENTRY = re.compile(r'<script type="module" src="([^"]+)">')


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.8", "GZIP, deflate"])
def test_text_is_compressed(accepted: str) -> None:
    """The bytes are the file's again when they are decompressed, and caches are told that there are two."""
    file = FRONTEND / "css" / "base.css"
    body, headers = static.content(file, accepted)

    assert file.read_bytes() == gzip.decompress(body)
    assert ("gzip", "Accept-Encoding") == (headers["Content-Encoding"], headers["Vary"])


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_text_is_sent_as_it_is_to_others(accepted: str) -> None:
    """Who does not take gzip, or refuses it, gets the file."""
    file = FRONTEND / "css" / "base.css"
    body, headers = static.content(file, accepted)

    assert file.read_bytes() == body
    assert "Content-Encoding" not in headers


def test_fonts_are_kept_and_pages_are_asked_for_again() -> None:
    """Fonts never change under their name; everything else may, and has the strict policy."""
    font, page = (static.headers(FRONTEND / name) for name in ("fonts/geist.woff2", "index.html"))

    assert "max-age=604800" in font["Cache-Control"]
    assert "no-cache" == page["Cache-Control"]
    assert "default-src 'none'" in page["Content-Security-Policy"]


def test_pages_name_only_files_that_are_there() -> None:
    """Every style, script and font that a page asks for exists."""
    for page in FRONTEND.glob("*.html"):
        text = page.read_text()
        names = [part.split('"')[0] for part in text.replace('src="', 'href="').split('href="')[1:]]

        assert [] == [name for name in names if not name.startswith("data:") and not (FRONTEND / name).is_file()]


def imported(module: Path) -> set[Path]:
    """Return the modules that one imports when it starts, and those that they import."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        file = waiting.pop()
        names = {(file.parent / name).resolve() for name in IMPORT.findall(file.read_text())}
        waiting += names - found
        found |= names
    return found


@pytest.mark.parametrize("page", sorted(FRONTEND.glob("*.html")), ids=lambda page: page.name)
def test_pages_ask_for_all_of_their_modules_at_once(page: Path) -> None:
    """A page names every module that it starts with, and no other, so that none waits for another's import."""
    text = page.read_text()
    entry = ENTRY.search(text)

    assert entry is not None
    assert {str(path.relative_to(FRONTEND)) for path in imported(FRONTEND / entry[1])} == set(
        PRELOAD.findall(text)
    )


def test_own_modules_stay_small() -> None:
    """A module that grows past this length should be two."""
    assert {} == {
        path.name: lines
        for path in (FRONTEND / "js").glob("*.js")
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
