"""The state folder as files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.edge.folder import Folder, checked
from chalicelib.edge.names import DEFAULT
from chalicelib.edge.plan import Bundle, Plan
from chalicelib.errors import Invalid

PEM = b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n"
V1, V2 = Bundle("a", "e-a", "v1"), Bundle("a", "e-a", "v2")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty state folder."""
    folder = Folder(tmp_path / "state" / "edge")
    folder.prepare(b"own")
    return folder


def test_what_is_written_can_be_read_again(folder: Folder) -> None:
    """A scan returns the versions, names and routes that are on the disk."""
    folder.install(V1, PEM)
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


def test_the_layout_is_the_contract(folder: Folder) -> None:
    """Other engines may read the same files."""
    folder.install(V1, PEM)
    folder.link("*.example.com", "e-a")
    folder.route("*.example.com", "127.0.0.1:5000")

    assert "../bundles/e-a.pem" == os.readlink(folder.root / "certs/_.example.com.pem")
    assert (folder.root / "certs/_.example.com.pem").read_bytes() == b"# app, endpoint, version: a e-a v1\n" + PEM
    assert [folder.root / "routes/_.example.com/127.0.0.1:5000"] == list((folder.root / "routes").glob("*/*"))
    assert b"own" == (folder.root / "certs/default.pem").read_bytes()


def test_everything_is_for_the_owner_only(folder: Folder) -> None:
    """Files are 0600 and folders 0700, whatever the umask and whatever was there before."""
    folder.root.chmod(0o755)
    before = os.umask(0)
    try:
        folder.prepare(b"own")
        folder.install(V1, PEM)
        folder.link("www.example.com", "e-a")
        folder.route("www.example.com", "127.0.0.1:5000")
        folder.write("engine.json", b"{}")
    finally:
        os.umask(before)
    paths = [folder.root, *folder.root.rglob("*")]

    assert {0o700} == {path.stat().st_mode & 0o777 for path in paths if path.is_dir()}
    assert {0o600} == {path.stat().st_mode & 0o777 for path in paths if path.is_file()}


def test_the_own_certificate_stays(folder: Folder) -> None:
    """A restart does not change what unknown names are shown; a lost file is replaced."""
    folder.prepare(b"another")
    kept = (folder.root / "certs/default.pem").read_bytes()
    (folder.root / "certs/default.pem").unlink()
    folder.prepare(b"third")

    assert b"own" == kept
    assert b"third" == (folder.root / "certs/default.pem").read_bytes()


def test_an_edge_has_one_id(folder: Folder) -> None:
    """It is made once; what cannot be one is not taken."""
    first, second = folder.identity("edge-1"), folder.identity("edge-2")

    assert "edge-1" == first == second
    (folder.root / "id").write_text("../x")
    with pytest.raises(Invalid):
        folder.identity("edge-2")


def test_a_new_version_replaces_the_old_one(folder: Folder) -> None:
    """There is one file for an endpoint, and nothing temporary remains."""
    folder.install(V1, PEM)
    folder.install(V2, PEM)

    assert {"e-a": V2} == folder.scan().bundles
    assert ["e-a.pem"] == [path.name for path in (folder.root / "bundles").iterdir()]
    assert [] == list((folder.root / "new").iterdir())


@pytest.mark.parametrize(
    "spoilt",
    [b"", PEM, b"# app, endpoint, version: a e-b v1\n" + PEM, b"# app, endpoint, version: a\n", b"\xff\n"],
)
def test_a_bundle_of_unknown_version_is_nobodys(folder: Folder, spoilt: bytes) -> None:
    """A file that was cut or written by somebody else is recognised, so that it is fetched again."""
    (folder.root / "bundles/e-a.pem").write_bytes(spoilt)

    assert {"e-a": Bundle("", "e-a", "")} == folder.scan().bundles


def test_what_is_no_name_is_left_alone(folder: Folder) -> None:
    """Files that this program would not have written are neither read nor in the way."""
    (folder.root / "certs/README").touch()
    (folder.root / "certs/Upper.pem").touch()
    (folder.root / "routes/no_name").mkdir()
    (folder.root / "routes/file").touch()
    (folder.root / "bundles/-x.pem").touch()

    assert Plan({}, {}, {}) == folder.scan()


@pytest.mark.parametrize("target", ["/etc/passwd", "../bundles/../x.pem", "e-a.pem", "../bundles/e-a"])
def test_a_strange_link_is_seen_and_replaced(folder: Folder, target: str) -> None:
    """A name that does not lead to a bundle is not what anybody wants."""
    (folder.root / "certs/www.example.com.pem").symlink_to(target)
    seen = folder.scan().certs
    folder.link("www.example.com", "e-a")

    assert "e-a" != seen["www.example.com"]
    assert {"www.example.com": "e-a"} == folder.scan().certs


@pytest.mark.parametrize(
    "files", [[], ["127.0.0.1:1"], ["127.0.0.1:2"], ["127.0.0.1:1", "127.0.0.1:3"], ["127.0.0.1:1", "127.0.0.1:2"]]
)
def test_a_route_has_exactly_one_origin(folder: Folder, files: list[str]) -> None:
    """Whatever was in a host's folder, afterwards there is the one origin."""
    host = folder.root / "routes/www.example.com"
    host.mkdir()
    for name in files:
        (host / name).touch()
    seen = folder.scan().routes["www.example.com"]
    folder.route("www.example.com", "127.0.0.1:2")

    assert (files[0] if len(files) == 1 else "") == seen
    assert ["127.0.0.1:2"] == [path.name for path in host.iterdir()]


def test_removing_twice_is_removing(folder: Folder) -> None:
    """What is gone is gone; nothing is left of it."""
    folder.install(V1, PEM)
    folder.link("www.example.com", "e-a")
    folder.route("www.example.com", "127.0.0.1:5000")
    for _ in range(2):
        folder.unroute("www.example.com")
        folder.unlink("www.example.com")
        folder.discard("e-a")

    assert Plan({}, {}, {}) == folder.scan()


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "default", "Www.example.com", ""])
def test_strange_names_are_not_written(folder: Folder, name: str) -> None:
    """Every way into the folder checks for itself."""
    before = sorted(folder.root.rglob("*"))
    writes: list[Callable[[], None]] = [
        lambda: folder.link(name, "e-a"),
        lambda: folder.link("www.example.com", "../x"),
        lambda: folder.route(name, "127.0.0.1:1"),
        lambda: folder.route("www.example.com", name),
        lambda: folder.install(Bundle("a", "../x", "v"), PEM),
        lambda: folder.install(Bundle("a\n", "e-a", "v"), PEM),
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
