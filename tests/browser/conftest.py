"""A browser for the console, and a product whose edge has a private authority that it trusts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.authority import CA, LeafCert
from tests.e2e.product import Product, running
from tests.unit.net import receiver

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 15_000  # milliseconds
NO_BROWSER = "There is no chromium here: apt-get install chromium, or .venv/bin/playwright install chromium."
expect.set_options(timeout=PATIENCE)
Visit: TypeAlias = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start the system's chromium, else playwright's; without either, skip, but fail on CI."""
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, NAMES)), None) or playwright.chromium.executable_path
        if not Path(path).exists():
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_BROWSER)
        started = playwright.chromium.launch(executable_path=path, chromium_sandbox=False, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="session")
def root() -> CA:
    """Return the private authority that the product trusts."""
    return CA("Browser Root X1")


@pytest.fixture(scope="session")
def authority(root: CA) -> CA:
    """Return the authority that issues."""
    return root.issue_ca("Browser R3")


@pytest.fixture(scope="session")
def roots(tmp_path_factory: pytest.TempPathFactory, root: CA) -> str:
    """Return the path of a file with the private root, and that of receivers of notices."""
    path = tmp_path_factory.mktemp("roots") / "root.pem"
    path.write_text(root.pem + receiver.ROOT.pem)
    return str(path)


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory, roots: str) -> Iterator[Product]:
    """Run the product on a new state folder; notices may go to this machine."""
    told = {"EXTRA_ROOTS_PEM": roots, "SSL_ENDPOINT_PRIVATE_WEBHOOKS": "1"}
    with running(tmp_path_factory.mktemp("console") / "state", **told) as product:
        yield product


class DomainChecks:
    """What a page did that no page may do."""

    def __init__(self, context: BrowserContext, allowed: tuple[str, ...]) -> None:
        self.problems: list[str] = []
        self._allowed = allowed
        context.on("console", lambda message: self._note("console", message.text))
        context.on("weberror", lambda error: self._note("error", str(error.error)))
        context.on("request", lambda request: self._see(request.url))

    def _note(self, kind: str, text: str) -> None:
        if not any(part in text for part in self._allowed):
            self.problems.append(f"{kind}: {text}")

    def _see(self, url: str) -> None:
        if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).hostname not in {
            "127.0.0.1",
            "localhost",
        }:
            self.problems.append(f"request off the origin: {url}")


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[Visit]:
    """Return a function that opens a page of the console, signed in.

    Afterwards no page may have written to the console, failed, asked another origin, or kept more than the token.
    """
    opened: list[tuple[BrowserContext, DomainChecks]] = []

    def visit(
        path: str = "index.html",
        *,
        at: Product | None = None,
        token: str | None = "",
        allowed: tuple[str, ...] = (),
        before: Callable[[Page], None] = lambda page: None,
        **options: Any,
    ) -> Page:
        where = at or product
        told = {"locale": "en-GB", "timezone_id": "Asia/Tokyo", "viewport": {"width": 1280, "height": 800}}
        context = browser.new_context(**{**told, **options})
        context.set_default_timeout(PATIENCE)
        opened.append((context, DomainChecks(context, allowed)))
        page = context.new_page()
        before(page)
        handed = "" if token is None else f"#token={token or where.told['token']}"
        page.goto(f"http://localhost:{where.api_port}/{path}{handed}")
        return page

    yield visit
    problems = [problem for _, watch in opened for problem in watch.problems]
    kept = [
        stored for context, _ in opened for page in context.pages if "//" in page.url for stored in _stored(page)
    ]
    for context, _ in opened:
        context.close()

    assert [] == problems
    assert set(kept) <= {"token"}


def _stored(page: Page) -> list[str]:
    stored: list[str] = page.evaluate(
        "async () => [...Object.keys(sessionStorage), ...Object.keys(localStorage),"
        " ...(await indexedDB.databases()).map((each) => each.name), ...document.cookie.split(';').filter(Boolean)"
        "]"
    )
    return stored


@pytest.fixture
def new_app(product: Product, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Return a function that makes an app with the add-on, named after the test."""
    made: list[str] = []

    def make() -> str:
        words = "".join(c if c.isalnum() else "-" for c in request.node.name.removeprefix("test_").lower())
        name = f"{words[:20].strip('-')}-{len(made)}{abs(hash(request.node.name)) % 997}"
        product.app(name)
        made.append(name)
        return name

    return make


def serve(product: Product, app: str, issued: LeafCert, *hosts: str, **more: object) -> None:
    """Upload a certificate over the API and add domains."""
    body = {"certificate_chain": issued.chain_pem, "private_key": issued.key_pem, **more}
    product.call("POST", f"/apps/{app}/ssl-endpoints", body)
    for host in hosts:
        product.call("POST", f"/apps/{app}/domains", {"hostname": host})
