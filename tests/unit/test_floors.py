"""Imports run downhill: the floors of the house, held by a test."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = [
    "errors",
    "texts",
    "x509",
    "model",
    "settings",
    "net",
    "record",
    "aws",
    "sqlite",
    "senders",
    "edge",
    "service",
    "stores",
    "wiring",
    "jobs",
    "api",
]
ROOMS = ("chalicelib", "local", "edge")
# Which rooms may import a package at all; a package that is not named here is everybody's.
ONLY = {
    "cryptography": {"x509", "record.sealing"},
    "boto3": {"aws", "senders", "stores"},
    "botocore": {"aws", "senders", "stores"},
    "chalice": {"api", "app"},
    "dns": {"net"},
    "idna": {"x509"},
    "dnslib": set(),
    "moto": set(),
    "tests": set(),
    "edge": set(),
    "local": set(),
    "bench": set(),
}
# The places above: what each may import beside chalicelib and itself.
PLACES: dict[str, set[str]] = {"edge": set(), "local": {"edge", "app"}}
OURS = {"app", "edge", "local", "tests", "bench"}


def modules() -> list[tuple[str, Path]]:
    """Return every module that ships, by its name below chalicelib."""
    below = ROOT / "chalicelib"
    found = [(".".join(path.relative_to(below).with_suffix("").parts), path) for path in below.rglob("*.py")]
    return [*sorted(found), ("app", ROOT / "app.py")]


def imports(path: Path) -> set[str]:
    """Return the absolute names that a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def floor(name: str) -> int:
    """Return how high a module of chalicelib lives."""
    room = name.split(".", maxsplit=1)[0]
    return FLOORS.index(room) if room in FLOORS else len(FLOORS)


def test_every_room_has_a_floor() -> None:
    """A new package in chalicelib has to say where it belongs."""
    rooms = {name.split(".")[0] for name, _ in modules()} - {"__init__", "app"}

    assert set(FLOORS) >= rooms


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_imports_run_downhill(name: str, path: Path) -> None:
    """No module imports from a floor above its own."""
    below = [
        imported.removeprefix("chalicelib.") for imported in imports(path) if imported.startswith("chalicelib.")
    ]
    uphill = [other for other in below if floor(other) > floor(name)]

    assert [] == uphill


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_packages_stay_in_their_rooms(name: str, path: Path) -> None:
    """Cryptography, AWS, Chalice and the tests' packages are imported only where they belong."""
    strangers = [
        imported
        for imported in imports(path)
        if (rooms := ONLY.get(imported.split(".")[0])) is not None
        and not any(name == room or name.startswith(f"{room}.") for room in rooms)
    ]

    assert [] == strangers


def test_one_name_is_one_class() -> None:
    """No class name stands for two things in what runs anywhere."""
    places: dict[str, list[str]] = {}
    for path in sorted([*(file for room in ROOMS for file in (ROOT / room).rglob("*.py")), ROOT / "app.py"]):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))

    assert {} == {name: found for name, found in places.items() if len(found) > 1}


@pytest.mark.parametrize("place", PLACES)
def test_places_stand_above(place: str) -> None:
    """An edge machine needs nothing of one server, nor what ships anything of the tests."""
    strangers = {
        f"{path.name}: {imported}"
        for path in (ROOT / place).rglob("*.py")
        for imported in imports(path)
        if imported.split(".")[0] in OURS - PLACES[place] - {place}
    }

    assert set() == strangers
