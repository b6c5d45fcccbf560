"""The state folder: the contract between what follows the feed and the engine that serves.

    certs/<name>.pem         → ../bundles/<endpoint id>.pem, or → default.pem
    certs/_.<parent>.pem       the same for *.<parent>
    certs/default.pem          the answer to an unknown name
    bundles/<endpoint id>.pem  a line that names the version, then leaf, chain and key
    routes/<host>/<origin>     one empty file in each folder; _.<parent> for *.<parent>
    traffic/                   lines to count, which the engine writes
    id                         what this edge is known by

Every change is one rename, so a reader meets the old state or the new one, and a process that dies between two
steps leaves nothing that a later run cannot tell. Folders are 0700 and files 0600. There is one writer.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from chalicelib.edge import names
from chalicelib.edge.names import DEFAULT, SUFFIX
from chalicelib.edge.plan import Bundle, Plan
from chalicelib.errors import Invalid

VERSION_LINE = "# app, endpoint, version:"  # PEM readers skip what stands outside of blocks (RFC 7468 §2)
MAX_VERSION_LINE = 256
DEFAULT_TARGET = f"{DEFAULT}{SUFFIX}"


class Folder:
    """Writes and reads the state folder of one edge."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._certs = root / "certs"
        self._bundles = root / "bundles"
        self._routes = root / "routes"
        self._new = root / "new"
        self.traffic = root / "traffic"

    def prepare(self, default_certificate: bytes) -> None:
        """Make the folders; write the edge's own certificate (PEM, with its key) unless there is one.

        Raises OSError where that is not possible.
        """
        for folder in (self.root, self._certs, self._bundles, self._routes, self.traffic):
            folder.mkdir(mode=0o700, parents=folder == self.root, exist_ok=True)
            folder.chmod(0o700)
        shutil.rmtree(self._new, ignore_errors=True)
        self._new.mkdir(mode=0o700, exist_ok=True)
        if not (self._certs / DEFAULT_TARGET).exists():
            self._write(self._certs / DEFAULT_TARGET, default_certificate)

    def write(self, name: str, content: bytes) -> None:
        """Write a file of the engine itself, such as its configuration (0600)."""
        self._write(self.root / name, content)

    def identity(self, new: str) -> str:
        """Return the id of this edge, which is made once: `new`, if it has none yet."""
        path = self.root / "id"
        if not path.exists():
            self._write(path, names.identity(new).encode())
        return names.identity(path.read_text(encoding="ascii"))

    def scan(self) -> Plan:
        """Return what is served now, as far as it can be told from the disk; what is spoilt compares unequal."""
        return Plan(
            bundles={path.stem: _read_version(path) for path in _pem_files(self._bundles, names.identity)},
            certs={names.name_of(path.stem): _target(path) for path in _pem_files(self._certs, _check_file)},
            routes=dict(self._read_routes()),
        )

    def install(self, bundle: Bundle, pem: bytes) -> None:
        """Put a version (PEM: leaf, chain, key) in the place of the endpoint's version before."""
        line = " ".join(map(names.identity, (bundle.app_id, bundle.endpoint_id, bundle.version_id)))
        self._write(self._bundle(bundle.endpoint_id), f"{VERSION_LINE} {line}\n".encode() + pem)

    def discard(self, endpoint_id: str) -> None:
        """Remove an endpoint's bundle; unlink its names first."""
        self._bundle(endpoint_id).unlink(missing_ok=True)

    def link(self, name: str, endpoint_id: str) -> None:
        """Serve a name with an endpoint's certificate, or with the edge's own one (DEFAULT)."""
        target = DEFAULT_TARGET if endpoint_id == DEFAULT else f"../bundles/{self._bundle(endpoint_id).name}"
        cert, new = self._cert(name), self._new / "link"
        new.unlink(missing_ok=True)
        new.symlink_to(target)
        new.replace(cert)

    def unlink(self, name: str) -> None:
        """Stop serving a name with a certificate."""
        self._cert(name).unlink(missing_ok=True)

    def route(self, name: str, origin: str) -> None:
        """Pass the requests for a name to an origin (`host:port`), with no moment between the old and the new."""
        host = self._routes / names.file_of(name)
        file = host / names.origin(origin)
        if not host.is_dir():
            self._add_route(file)
            return
        others = [path for path in host.iterdir() if path != file]
        if not file.exists():
            others.pop().rename(file) if others else _touch(file)
        for path in others:
            path.unlink()

    def unroute(self, name: str) -> None:
        """Answer requests for a name with "no such app"."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self._routes / names.file_of(name))

    def _add_route(self, file: Path) -> None:
        new = self._new / "route"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        _touch(new / file.name)
        new.rename(file.parent)

    def _read_routes(self) -> Iterator[tuple[str, str]]:
        for host in self._routes.iterdir():
            if host.is_dir() and _is_usable(_check_file, host.name):
                origins = [path.name for path in host.iterdir()]
                yield names.name_of(host.name), origins[0] if len(origins) == 1 else ""

    def _cert(self, name: str) -> Path:
        return self._certs / f"{names.file_of(name)}{SUFFIX}"

    def _bundle(self, endpoint_id: str) -> Path:
        return self._bundles / f"{names.identity(endpoint_id)}{SUFFIX}"

    def _write(self, path: Path, content: bytes) -> None:
        new = self._new / "file"
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)


def checked(pem: bytes) -> bytes:
    """Return a bundle; raise Invalid if it cannot be one, as the version before is better than nothing."""
    if b"-----BEGIN CERTIFICATE-----" not in pem or b"PRIVATE KEY-----" not in pem:
        raise Invalid("The stored bundle holds no certificate with its key.")
    return pem


def _touch(path: Path) -> None:
    path.touch(mode=0o600)


def _is_usable(check: Callable[[str], str], text: str) -> bool:
    try:
        check(text)
    except Invalid:
        return False
    return True


def _pem_files(folder: Path, check: Callable[[str], str]) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix == SUFFIX and _is_usable(check, path.stem))


def _check_file(file: str) -> str:
    return names.file_of(names.name_of(file))


def _read_version(path: Path) -> Bundle:
    with path.open("rb") as file:
        line = file.readline(MAX_VERSION_LINE).decode("ascii", "replace")
    words = line.removeprefix(VERSION_LINE).split()
    if not line.startswith(VERSION_LINE) or len(words) != len(Bundle.__slots__) or words[1] != path.stem:
        return Bundle("", path.stem, "")
    return Bundle(*words)


def _target(link: Path) -> str:
    """Return the endpoint id behind a link, and nothing for what `link` would not have made."""
    if not link.is_symlink():
        return ""
    target = os.readlink(link)
    if target == DEFAULT_TARGET:
        return DEFAULT
    stem = target.removeprefix("../bundles/").removesuffix(SUFFIX)
    return stem if target == f"../bundles/{stem}{SUFFIX}" else ""
