"""The real heroku command lines, as npm installs them, once, in a cache folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import NoReturn

import pytest

CACHE = "SSL_ENDPOINT_CLIENTS"  # the variable that names another folder
INSTALL_SECONDS = 300
OLDEST_NODE = 20
LINES_SHOWN = 6


@dataclass(frozen=True)
class Release:
    """One version of the npm package `heroku`, and of its plugins where the newest ones would not do."""

    version: str
    program: str
    overrides: dict[str, str] = field(default_factory=dict)

    def installed(self) -> Path:
        """Return the program, installed if it was not; skip the test where there is no Node.js."""
        _need_node()
        asked = json.dumps(self._package(), sort_keys=True)
        place = _cache() / f"heroku-{self.version}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}"
        if not place.exists():
            _install(asked, place)
        return place / "node_modules" / "heroku" / self.program

    def _package(self) -> dict[str, object]:
        return {
            "name": "ssl-endpoint-clients",
            "version": "1.0.0",
            "private": True,
            "dependencies": {"heroku": self.version},
            "overrides": self.overrides,
        }


NEWEST = Release("11.10.0", "bin/run.js")
# The last one with every command of the article: its plugins' newer versions, which npm would take, are not.
ARTICLE = Release(
    "7.38.1",
    "bin/run",
    {"@heroku-cli/plugin-certs-v5": "7.38.0", "@heroku-cli/plugin-addons-v5": "7.24.0"},
)


def _cache() -> Path:
    if chosen := os.environ.get(CACHE):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ssl-endpoint-clients"


def _need_node() -> None:
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip(f"The heroku command lines need Node.js {OLDEST_NODE} or newer with npm, which are not here.")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    if int(version.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"The heroku command lines need Node.js {OLDEST_NODE} or newer; this is {version.strip()}.")


def _install(package: str, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="installing-", dir=place.parent))
    try:
        (folder / "package.json").write_text(package)
        _npm(folder)
        folder.rename(place)
    except OSError:
        if not place.exists():  # else somebody else was faster
            raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _npm(folder: Path) -> None:
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        _give_up(f"npm needed more than {INSTALL_SECONDS} s.")
    if done.returncode != 0:
        _give_up("\n".join(done.stdout.splitlines()[:LINES_SHOWN]))


def _give_up(why: str) -> NoReturn:
    sentence = (
        "The heroku command lines could not be installed with npm. Can its registry be reached? Or let"
        f" {CACHE} name a folder in which they are installed already. What npm said:\n{why}"
    )
    if os.environ.get("CI") == "true":
        pytest.exit(sentence, returncode=1)  # once, instead of with every test
    pytest.skip(sentence)
