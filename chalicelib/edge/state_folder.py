"""The state folder: the contract between what follows the feed and the engine that serves.

    certs/<name>.pem            → ../versions/<endpoint id>.pem, or → default.pem
    certs/_.<parent>.pem        the same for *.<parent>
    certs/default.pem           the answer to an unknown name
    versions/<endpoint id>.pem  a line that names the version, then leaf, chain and key
    routes/<host>/<origin>      one empty file in each folder; _.<parent> for *.<parent>
    traffic/                    lines to count, which the engine writes
    id                          what this edge is known by
    whole                       is there once everything in the record was served

Every change is one rename, so a reader meets the old state or the new one, and a process that dies between two
steps leaves nothing that a later run cannot tell. A version is on the disk before it gets its name, so a power cut
takes back changes at most. Folders are 0700 and files 0600. There is one writer.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from chalicelib.edge import files, names
from chalicelib.edge.names import DEFAULT, SUFFIX
from chalicelib.edge.plan import Plan, VersionRef
from chalicelib.errors import Invalid

DEFAULT_TARGET = f"{DEFAULT}{SUFFIX}"
VERSIONS = "../versions/"
WHOLE = "whole"


class StateFolder:
    """Writes and reads the state folder of one edge."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.traffic = root / "traffic"
        self._certs, self._versions, self._routes, self._new = (
            f"{root}/{name}" for name in ("certs", "versions", "routes", "new")
        )
        self._read: dict[
            str, tuple[int, VersionRef]
        ] = {}  # endpoint id → mark of its file when it was read, version

    def prepare(self, default_certificate: bytes) -> None:
        """Make the folders; write the edge's own certificate (PEM, with its key) unless there is one.

        Several processes may do so at once. Raises OSError where that is not possible.
        """
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        for folder in (self._certs, self._versions, self._routes, self._new, self.traffic):
            Path(folder).mkdir(mode=0o700, exist_ok=True)
            Path(folder).chmod(0o700)
        if not os.path.exists(f"{self._certs}/{DEFAULT_TARGET}"):
            self.write(f"certs/{DEFAULT_TARGET}", default_certificate)

    def tidy(self) -> None:
        """Remove what an earlier life of the one writer began and did not end."""
        for path in Path(self._new).iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def write(self, name: str, content: bytes) -> None:
        """Write another file, such as the configuration of the engine (0600)."""
        new = self.root / f"{name}.{os.getpid()}"
        files.write(str(new), content)
        new.replace(self.root / name)

    def identity(self, new: str) -> str:
        """Return the id of this edge, which is made once: `new`, if it has none yet."""
        path = self.root / "id"
        if not path.exists():
            self.write("id", names.identity(new).encode())
        return names.identity(path.read_text(encoding="ascii"))

    def note_whole(self) -> None:
        """Remember, for lives to come, that everything in the record was served once."""
        if not self.was_whole():
            self.write(WHOLE, b"")

    def was_whole(self) -> bool:
        """Tell whether everything in the record was served once, in this life or an earlier one."""
        return (self.root / WHOLE).exists()

    def scan(self) -> Plan:
        """Return what is served now, as far as it can be told from the disk; what is spoilt compares unequal.

        A version is read as a whole, unless its file is as it was at the last scan.
        """
        self._read = dict(self._read_versions())
        return Plan(
            versions={endpoint_id: version for endpoint_id, (_, version) in self._read.items()},
            certs=dict(self._read_certs()),
            routes=dict(self._read_routes()),
        )

    def stage(self, version: VersionRef, pem: bytes) -> None:
        """Write a version (PEM: leaf, chain, key) to the disk, where no engine looks; many may be at once."""
        files.write(self._staged(version), files.sealed(version, pem))

    def install(self, version: VersionRef) -> None:
        """Put the version that was staged in the place of the endpoint's version before."""
        os.replace(self._staged(version), self._version(version.endpoint_id))

    def discard(self, endpoint_id: str) -> None:
        """Remove an endpoint's version; unlink its names first."""
        _remove(self._version(endpoint_id))

    def link(self, name: str, endpoint_id: str) -> None:
        """Serve a name with an endpoint's certificate, or with the edge's own one (DEFAULT)."""
        target = DEFAULT_TARGET if endpoint_id == DEFAULT else f"{VERSIONS}{names.identity(endpoint_id)}{SUFFIX}"
        cert = self._cert(name)
        try:
            os.symlink(target, cert)
        except FileExistsError:
            new = f"{self._new}/link"
            _remove(new)
            os.symlink(target, new)
            os.replace(new, cert)

    def unlink(self, name: str) -> None:
        """Stop serving a name with a certificate."""
        _remove(self._cert(name))

    def route(self, name: str, origin: str) -> None:
        """Pass the requests for a name to an origin (`host:port`), with no moment between the old and the new."""
        host, file = f"{self._routes}/{names.file_of(name)}", names.origin(origin)
        try:
            others = os.listdir(host)
        except FileNotFoundError:
            self._add_route(host, file)
            return
        if file in others:
            others.remove(file)
        elif others:
            os.rename(f"{host}/{others.pop()}", f"{host}/{file}")
        else:
            files.touch(f"{host}/{file}")
        for other in others:
            os.unlink(f"{host}/{other}")

    def unroute(self, name: str) -> None:
        """Answer requests for a name with "no such app"."""
        with suppress(FileNotFoundError):
            shutil.rmtree(f"{self._routes}/{names.file_of(name)}")

    def _add_route(self, host: str, file: str) -> None:
        new = f"{self._new}/route"
        shutil.rmtree(new, ignore_errors=True)
        os.mkdir(new, 0o700)
        files.touch(f"{new}/{file}")
        os.rename(new, host)

    def _read_versions(self) -> Iterator[tuple[str, tuple[int, VersionRef]]]:
        for entry in _entries(self._versions):
            endpoint_id = entry.name.removesuffix(SUFFIX)
            if endpoint_id in self._read or (entry.name.endswith(SUFFIX) and _is_identity(endpoint_id)):
                mark = files.mark(entry.path)
                before, version = self._read.get(endpoint_id, (0, None))
                if version is None or mark != before:
                    version = files.read(entry.path, endpoint_id)
                yield endpoint_id, (mark, version)

    def _read_certs(self) -> Iterator[tuple[str, str]]:
        for entry in _entries(self._certs):
            stem = entry.name.removesuffix(SUFFIX)
            if entry.name.endswith(SUFFIX) and _is_file(stem):
                yield names.name_of(stem), _target(entry)

    def _read_routes(self) -> Iterator[tuple[str, str]]:
        for entry in _entries(self._routes):
            if _is_file(entry.name) and entry.is_dir(follow_symlinks=False):
                origins = os.listdir(entry.path)
                yield names.name_of(entry.name), origins[0] if len(origins) == 1 else ""

    def _cert(self, name: str) -> str:
        return f"{self._certs}/{names.file_of(name)}{SUFFIX}"

    def _version(self, endpoint_id: str) -> str:
        return f"{self._versions}/{names.identity(endpoint_id)}{SUFFIX}"

    def _staged(self, version: VersionRef) -> str:
        return f"{self._new}/{names.identity(version.endpoint_id)}{SUFFIX}"


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from entries


def _is_identity(text: str) -> bool:
    try:
        return bool(names.identity(text))
    except Invalid:
        return False


def _is_file(stem: str) -> bool:
    try:
        return bool(names.file_of(names.name_of(stem)))
    except Invalid:
        return False


def _target(link: os.DirEntry[str]) -> str:
    """Return the endpoint id behind a link, and nothing for what `link` would not have made."""
    if not link.is_symlink():
        return ""
    target = os.readlink(link.path)
    if target == DEFAULT_TARGET:
        return DEFAULT
    stem = target.removeprefix(VERSIONS).removesuffix(SUFFIX)
    return stem if target == f"{VERSIONS}{stem}{SUFFIX}" else ""
