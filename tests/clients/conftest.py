"""One product for all clients, with an authority that it trusts, and a fence around them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest

from tests.authority import CA
from tests.clients.commands import Heroku
from tests.clients.fence import Fence
from tests.clients.npm import ARTICLE, NEWEST, Release
from tests.e2e.product import Product, running

_numbers = count(1)


@pytest.fixture(scope="session")
def root() -> CA:
    """Return a root that the product trusts."""
    return CA("Clients Root")


@pytest.fixture(scope="session")
def ca(root: CA) -> CA:
    """Return the intermediate authority that issues the certificates."""
    return root.issue_ca("Clients Intermediate")


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, root: CA) -> Iterator[Product]:
    """Run the product on a new state folder."""
    folder = tmp_path_factory.mktemp("product")
    (folder / "roots.pem").write_text(root.pem)
    with running(folder / "state", EXTRA_ROOTS_PEM=str(folder / "roots.pem")) as product:
        yield product


@pytest.fixture(scope="session")
def fence() -> Iterator[Fence]:
    """Yield what stands between the newest client and everybody else; nobody may have tried to get by."""
    fence = Fence.build()
    with fence.listener:
        yield fence
        strangers = fence.caught(seconds=0)

    assert strangers is None


@pytest.fixture(scope="session")
def settings(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Release], dict[str, str]]:
    """Return a function that gives a release's environment: the README's, and nothing of this machine's."""

    def of(release: Release) -> dict[str, str]:
        home = tmp_path_factory.mktemp("home")
        known = home / ".cache" / "heroku"
        known.mkdir(parents=True)
        (known / "version").write_text(json.dumps({"latest": release.version}))
        (known / "terms-of-service").touch()
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TERM": "dumb",
            "NO_COLOR": "1",
            "HEROKU_HOST": product.told["api"],
            "HEROKU_API_KEY": product.told["token"],
            "HEROKU_PARTICLEBOARD_URL": product.told["api"],
            "SSL_DOCTOR_URL": f"{product.told['api']}/",
            "DISABLE_TELEMETRY": "true",
            "HEROKU_SKIP_ANALYTICS": "1",
            "HEROKU_DISABLE_AUTOUPDATE": "1",
            "HEROKU_SKIP_NEW_VERSION_CHECK": "true",
        }

    return of


@pytest.fixture(scope="session")
def newest_program() -> Path:
    """Return the newest client's program."""
    return NEWEST.installed()


@pytest.fixture(scope="session")
def article_program() -> Path:
    """Return the program of the client of the article."""
    return ARTICLE.installed()


@pytest.fixture(scope="session")
def newest_settings(fence: Fence, settings: Callable[[Release], dict[str, str]]) -> Mapping[str, str]:
    """Return the environment of the newest client; 7.38 would send even what is for this machine to a proxy."""
    return {**settings(NEWEST), "HTTPS_PROXY": fence.url}


@pytest.fixture(scope="session")
def article_settings(settings: Callable[[Release], dict[str, str]]) -> Mapping[str, str]:
    """Return the environment of the client of the article."""
    return settings(ARTICLE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder to work in."""
    made = tmp_path / "work"
    made.mkdir()
    return made


@pytest.fixture
def newest(newest_program: Path, newest_settings: Mapping[str, str], folder: Path) -> Heroku:
    """Return the newest heroku command line."""
    return Heroku(newest_program, folder, newest_settings)


@pytest.fixture
def article(article_program: Path, article_settings: Mapping[str, str], folder: Path) -> Heroku:
    """Return the last heroku command line that has every command of the article."""
    return Heroku(article_program, folder, article_settings)


@pytest.fixture
def name() -> str:
    """Return an app's name that no other test uses."""
    return f"example-{next(_numbers)}"


@pytest.fixture
def app(product: Product, name: str) -> str:
    """Return the name of an app with the demo app behind it and the add-on."""
    product.app(name)
    return name


@pytest.fixture
def openssl() -> None:
    """Skip the test where there is no openssl, which the clients run themselves."""
    if not shutil.which("openssl"):
        pytest.skip("`heroku certs:generate` runs openssl, which is not here.")
