"""`python -m tests.browser.shots`: the pictures of the console in docs/, from the running product."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import FilePayload, Page, sync_playwright

from tests.authority import CA, DAY, NOW, self_signed
from tests.e2e.product import Product, fresh, running

DOCS = Path(__file__).parents[2] / "docs"
WIDTH = 1120
APPS = {  # days that are left, and names
    "shop": (-4, ("www.kitestore.example.com",)),
    "billing": (6, ("pay.kitestore.example.com",)),
    "blog": (21, ("blog.mira.example.org", "mira.example.org")),
    "docs": (83, ("www.example.com", "example.com", "*.docs.example.com")),
    "api": (130, ("api.example.net",)),
}


def main() -> int:
    """Start the product, fill it, and take the pictures; return the exit status."""
    root = CA("Example Root X1")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "root.pem").write_text(root.pem)
        with (
            running(Path(folder) / "state", EXTRA_ROOTS_PEM=str(Path(folder) / "root.pem")) as product,
            sync_playwright() as playwright,
        ):
            authority = root.issue_ca("Example R11")
            fill(product, authority)
            path = shutil.which("chromium") or playwright.chromium.executable_path
            browser = playwright.chromium.launch(
                executable_path=path, chromium_sandbox=False, args=["--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": WIDTH, "height": 960}, reduced_motion="reduce")
            page.goto(f"http://localhost:{product.api_port}/#token={product.told['token']}")
            take(page, product, authority)
            browser.close()
    return 0


def fill(product: Product, authority: CA) -> None:
    """Make apps with certificates and domains."""
    for app, (days, names) in APPS.items():
        product.app(app)
        before = authority.issue_cert(*names, not_before=NOW - 110 * DAY, not_after=NOW + 20 * DAY)
        issued = authority.issue_cert(*names, not_before=NOW - 60 * DAY, not_after=NOW + days * DAY)
        name = product.call("POST", f"/apps/{app}/ssl-endpoints", before)["name"]
        product.call("PATCH", f"/apps/{app}/ssl-endpoints/{name}", issued)
        for hostname in names:
            product.call("POST", f"/apps/{app}/domains", {"hostname": hostname})
    product.app("staging")
    product.call("POST", "/apps/staging/ssl-endpoints", self_signed("staging.example.com"))
    product.app("news")


def take(page: Page, product: Product, authority: CA) -> None:
    """Take a picture of each page."""
    home = f"http://localhost:{product.api_port}"
    page.locator(".endpoints").wait_for()
    shoot(page, "list")
    page.goto(f"{home}/endpoint.html?app=docs")
    page.locator(".domains").wait_for()
    shoot(page, "endpoint")
    page.goto(f"{home}/setup.html?app=news")
    issued = fresh(authority, "news.example.com", "www.news.example.com")
    dropped = {"server.crt": issued.pem, "bundle.pem": authority.pem, "server.key": issued.key_pem}
    page.set_input_files(
        "input[type=file]",
        [FilePayload(name=name, mimeType="text/plain", buffer=text.encode()) for name, text in dropped.items()],
    )
    page.get_by_text("The chain is whole").wait_for()
    shoot(page, "setup")
    page.goto(f"{home}/domains.html")
    page.locator(".domains").wait_for()
    shoot(page, "domains")


def shoot(page: Page, name: str) -> None:
    """Save a picture of the page when nothing is under way."""
    page.wait_for_load_state("networkidle")
    path = DOCS / f"console-{name}.png"
    page.screenshot(path=path)
    print(f"{path.relative_to(DOCS.parent)}: {path.stat().st_size:,} bytes")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
