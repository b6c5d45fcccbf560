"""The state folder as files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.edge.files import checked, sealed
from chalicelib.edge.names import DEFAULT
from chalicelib.edge.plan import Plan, VersionRef
from chalicelib.edge.state_folder import StateFolder
from chalicelib.errors import Invalid

PEM = b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n"
V1, V2 = VersionRef("a", "e-a", "v1"), VersionRef("a", "e-a", "v2")


def put(folder: StateFolder, version: VersionRef) -> None:
    """Install a version."""
    folder.stage(version, PEM)
    folder.install(version)


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    """An empty state folder."""
    folder = StateFolder(tmp_path / "state" / "edge")
    folder.prepare(b"own")
    return folder


def test_what_is_written_can_be_read_again(folder: StateFolder) -> None:
    """A scan returns the versions, names and routes that are on the disk."""
    put(folder, V1)
    folder.link("www.example.com", "e-a")
    folder.link("*.example.com", "e-a")
    folder.link("b.example.com", DEFAULT)
    folder.route("www.example.com", "127.0.0.1:5000")
    folder.route("*.example.com", "[::1]:5000")

    assert folder.scan() == Plan(
        {"e-a": V1},
        {"www.example.com": "e-a", "*.example.com": "e-a", "b.example.com": DEFAULT},
        {"www.example.com": "127.0.0.1:5000", "*.example.com": "[::1]:5000"},
    )


def test_the_layout_is_the_contract(folder: StateFolder) -> None:
    """Other engines may read the same files."""
    put(folder, V1)
    folder.link("*.example.com", "e-a")
    folder.route("*.example.com", "127.0.0.1:5000")

    assert "../versions/e-a.pem" == os.readlink(folder.root / "certs/_.example.com.pem")
    line, _, pem = (folder.root / "certs/_.example.com.pem").read_bytes().partition(b"\n")
    assert b"# app, endpoint, version, SHA-256: a e-a v1 " == line[:-64]
    assert pem == PEM
    assert [folder.root / "routes/_.example.com/127.0.0.1:5000"] == list((folder.root / "routes").glob("*/*"))
    assert b"own" == (folder.root / "certs/default.pem").read_bytes()


def test_everything_is_for_the_owner_only(folder: StateFolder) -> None:
    """Files are 0600 and folders 0700, whatever the umask and whatever was there before."""
    folder.root.chmod(0o755)
    before = os.umask(0)
    try:
        folder.prepare(b"own")
        put(folder, V1)
        folder.link("www.example.com", "e-a")
        folder.route("www.example.com", "127.0.0.1:5000")
        folder.write("engine.json", b"{}")
    finally:
        os.umask(before)
    paths = [folder.root, *folder.root.rglob("*")]

    assert {0o700} == {path.stat().st_mode & 0o777 for path in paths if path.is_dir()}
    assert {0o600} == {path.stat().st_mode & 0o777 for path in paths if path.is_file()}


def test_the_own_certificate_stays(folder: StateFolder) -> None:
    """A restart does not change what unknown names are shown; a lost file is replaced."""
    folder.prepare(b"another")
    kept = (folder.root / "certs/default.pem").read_bytes()
    (folder.root / "certs/default.pem").unlink()
    folder.prepare(b"third")

    assert b"own" == kept
    assert b"third" == (folder.root / "certs/default.pem").read_bytes()


def test_an_edge_has_one_id(folder: StateFolder) -> None:
    """It is made once; what cannot be one is not taken."""
    first, second = folder.identity("edge-1"), folder.identity("edge-2")

    assert "edge-1" == first == second
    (folder.root / "id").write_text("../x")
    with pytest.raises(Invalid):
        folder.identity("edge-2")


def test_a_new_version_replaces_the_old_one(folder: StateFolder) -> None:
    """There is one file for an endpoint, and nothing temporary remains."""
    put(folder, V1)
    put(folder, V2)

    assert {"e-a": V2} == folder.scan().versions
    assert ["e-a.pem"] == [path.name for path in (folder.root / "versions").iterdir()]
    assert [] == list((folder.root / "new").iterdir())


SEALED = sealed(V1, PEM)


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        PEM,
        SEALED[:-1],
        SEALED.partition(b"\n")[0],
        SEALED.replace(b"\nx\n", b"\ny\n"),
        SEALED.replace(b"v1", b"v2"),
        sealed(VersionRef("a", "e-b", "v1"), PEM),
        SEALED[:40] + bytes(len(SEALED) - 40),
        b"# app, endpoint, version, SHA-256: a\n",
        b"\xff\n",
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_nobodys(folder: StateFolder, spoilt: bytes) -> None:
    """What was cut by a power cut, or written by somebody else, is recognised, so that it is fetched again."""
    put(folder, V1)
    folder.scan()
    (folder.root / "versions/e-a.pem").write_bytes(spoilt)

    assert {"e-a": VersionRef("", "e-a", "")} == folder.scan().versions


def test_a_version_is_on_the_disk_before_it_has_its_name(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut between the two leaves the version before, and never a name without a certificate."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    folder.stage(V1, PEM)

    assert [len(SEALED)] == synced
    assert {} == folder.scan().versions
    folder.install(V1)
    assert {"e-a": V1} == folder.scan().versions


def test_what_an_earlier_life_began_is_tidied_away(folder: StateFolder) -> None:
    """Keys that were staged and never installed do not stay."""
    folder.stage(V1, PEM)
    (folder.root / "new/route").mkdir()
    folder.tidy()

    assert [] == list((folder.root / "new").iterdir())


def test_whole_is_remembered(folder: StateFolder) -> None:
    """A later life knows that everything was served once."""
    before = folder.was_whole()
    folder.note_whole()
    folder.note_whole()

    assert (False, True) == (before, StateFolder(folder.root).was_whole())


def test_what_is_no_name_is_left_alone(folder: StateFolder) -> None:
    """Files that this program would not have written are neither read nor in the way."""
    (folder.root / "certs/README").touch()
    (folder.root / "certs/Upper.pem").touch()
    (folder.root / "routes/no_name").mkdir()
    (folder.root / "routes/file").touch()
    (folder.root / "versions/-x.pem").touch()

    assert Plan({}, {}, {}) == folder.scan()


@pytest.mark.parametrize("target", ["/etc/passwd", "../versions/../x.pem", "e-a.pem", "../versions/e-a"])
def test_a_strange_link_is_seen_and_replaced(folder: StateFolder, target: str) -> None:
    """A name that does not lead to a bundle is not what anybody wants."""
    (folder.root / "certs/www.example.com.pem").symlink_to(target)
    seen = folder.scan().certs
    folder.link("www.example.com", "e-a")

    assert "e-a" != seen["www.example.com"]
    assert {"www.example.com": "e-a"} == folder.scan().certs


@pytest.mark.parametrize(
    "files", [[], ["127.0.0.1:1"], ["127.0.0.1:2"], ["127.0.0.1:1", "127.0.0.1:3"], ["127.0.0.1:1", "127.0.0.1:2"]]
)
def test_a_route_has_exactly_one_origin(folder: StateFolder, files: list[str]) -> None:
    """Whatever was in a host's folder, afterwards there is the one origin."""
    host = folder.root / "routes/www.example.com"
    host.mkdir()
    for name in files:
        (host / name).touch()
    seen = folder.scan().routes["www.example.com"]
    folder.route("www.example.com", "127.0.0.1:2")

    assert (files[0] if len(files) == 1 else "") == seen
    assert ["127.0.0.1:2"] == [path.name for path in host.iterdir()]


def test_removing_twice_is_removing(folder: StateFolder) -> None:
    """What is gone is gone; nothing is left of it."""
    put(folder, V1)
    folder.link("www.example.com", "e-a")
    folder.route("www.example.com", "127.0.0.1:5000")
    for _ in range(2):
        folder.unroute("www.example.com")
        folder.unlink("www.example.com")
        folder.discard("e-a")

    assert Plan({}, {}, {}) == folder.scan()


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "default", "Www.example.com", ""])
def test_strange_names_are_not_written(folder: StateFolder, name: str) -> None:
    """Every way into the folder checks for itself."""
    before = sorted(folder.root.rglob("*"))
    writes: list[Callable[[], None]] = [
        lambda: folder.link(name, "e-a"),
        lambda: folder.link("www.example.com", "../x"),
        lambda: folder.route(name, "127.0.0.1:1"),
        lambda: folder.route("www.example.com", name),
        lambda: folder.stage(VersionRef("a", "../x", "v"), PEM),
        lambda: folder.install(VersionRef("a", "../x", "v")),
        lambda: folder.stage(VersionRef("a\n", "e-a", "v"), PEM),
        lambda: folder.unlink(name),
        lambda: folder.unroute(name),
        lambda: folder.discard("../x"),
    ]
    for write in writes:
        with pytest.raises(Invalid):
            write()

    assert before == sorted(folder.root.rglob("*"))


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----", b"-----BEGIN PRIVATE KEY-----"])
def test_half_a_bundle_is_none(content: bytes) -> None:
    """What cannot be served does not replace what can."""
    with pytest.raises(Invalid):
        checked(content)
