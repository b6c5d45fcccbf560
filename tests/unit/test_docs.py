"""The pages: what they lead to and name is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import folder
from tests.unit.test_floors import FLOORS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PLACES = (
    "chalicelib/",
    "edge/",
    "local/",
    "frontend/",
    "tests/",
    "bench/",
    "docs/",
    ".ci/",
    ".chalice/",
    ".github/",
)
# Folders and files of a service that runs, which are written alike.
OF_THE_STATE = ("edge/traffic", "edge/id")
PARTITION = re.compile(r'"([A-Z]{3,})#')

each_page = pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])


def anchors(page: Path) -> set[str]:
    """Return what a link to a heading of a page may say behind the `#`."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def named(page: Path) -> Iterator[str]:
    """Yield the paths and modules of ours that a page names as code, as paths."""
    for code in re.findall(r"`([^`\n]+)`", page.read_text()):
        if code.startswith(PLACES) and not code.startswith(OF_THE_STATE):
            yield code.partition(":")[0].partition(" ")[0]
        if module := re.search(r"python -m ((?:edge|local|bench|tests)[\w.]*)", code):
            yield module[1].replace(".", "/")


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a page or picture of ours leads to it, and to a heading that it has."""
    links = re.findall(r"\]\(((?!https?:)[^)\s]+)\)", page.read_text())
    broken = []
    for link in links:
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (heading and heading not in anchors(target)):
            broken.append(link)

    assert [] == broken


@each_page
def test_named_places_are_there(page: Path) -> None:
    """Whoever moves a file moves it on the pages, too."""
    gone = [
        path
        for path in named(page)
        if "*" not in path and not (ROOT / path).exists() and not (ROOT / f"{path}.py").exists()
    ]
    gone += [path for path in named(page) if "*" in path and not list(ROOT.glob(path))]

    assert [] == gone


def test_design_has_every_floor_and_partition() -> None:
    """A new room, and a new kind of item, is on the page about the design."""
    design = (ROOT / "docs" / "design.md").read_text()
    sources = [
        path.read_text() for room in ("record", "sqlite") for path in (ROOT / "chalicelib" / room).glob("*.py")
    ]
    partitions = {name for source in sources for name in PARTITION.findall(source)}

    assert [] == [room for room in FLOORS if not re.search(rf"^.*\b{room}  ", design, re.MULTILINE)]
    assert {"APP", "ENDPOINT", "SEALED"} < partitions
    assert [] == sorted(name for name in partitions if f"`{name}#" not in design)


def test_state_folder_is_told_as_it_is() -> None:
    """Every file of the state folder is in the table for whoever runs it."""
    table = (ROOT / "docs" / "running.md").read_text()
    files = re.findall(r"^([a-z.]+/?)  ", folder.__doc__ or "", re.MULTILINE)

    assert {"record.sqlite", "record.sqlite.key", "edge/"} < set(files)
    assert [] == [file for file in files if f"| `{file}` |" not in table]


def test_decisions_are_listed() -> None:
    """Each decision has a number of its own, and a line in their list."""
    decisions = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text()

    assert [f"{number:04}" for number in range(1, len(decisions) + 1)] == [path.name[:4] for path in decisions]
    assert [] == [path.name for path in decisions if f"({path.name})" not in listed]
    assert [] == [path.name for path in decisions if not path.read_text().startswith(f"# {path.name[:4]}: ")]
