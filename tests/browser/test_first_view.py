"""The first view is small, still, and under the strictest policy."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, Request, expect

from tests.authority import CA
from tests.browser.conftest import Visit
from tests.e2e.product import Product, fresh

ROOT = Path(__file__).parents[2]
MOST_BYTES = 100 * 1024
MOST_REQUESTS = 12
SHIFTS = """
globalThis.shifts = 0;
new PerformanceObserver((list) => { for (const each of list.getEntries()) globalThis.shifts += each.value; })
  .observe({ type: 'layout-shift', buffered: true });
"""


def test_first_view_is_small_and_does_not_move(open_page: Visit, product: Product, authority: CA) -> None:
    """At most 100 KB with fonts, at most 12 requests, no layout shift."""
    product.app("first-view")
    product.call("POST", "/apps/first-view/ssl-endpoints", fresh(authority, "first.example.com"))
    done: list[Request] = []

    def note(request: Request) -> None:
        done.append(request)

    def prepare(page: Page) -> None:
        page.add_init_script(SHIFTS)
        page.on("requestfinished", note)

    page = open_page(before=prepare)
    expect(page.locator(".endpoints")).to_be_visible()
    page.wait_for_load_state("networkidle")
    sizes = {request.url: request.sizes() for request in done}
    # The page itself: how much data there is depends on the account.
    page_only = [size for url, size in sizes.items() if "/api/" not in url]
    transferred = sum(size["responseHeadersSize"] + size["responseBodySize"] for size in page_only)
    print(f"{transferred:,} bytes in {len(sizes)} requests")  # noqa: T201

    assert MOST_REQUESTS >= len(sizes), sorted(sizes)
    assert MOST_BYTES >= transferred, sizes
    assert 0 == page.evaluate("globalThis.shifts")


def test_policy_is_sent_with_every_page(open_page: Visit) -> None:
    """Nothing may run or be fetched but from the own origin; the pages work under it."""
    policy = json.loads((ROOT / "frontend" / "headers.json").read_text())["default"]["Content-Security-Policy"]
    for path in ("index.html", "endpoint.html?app=x", "setup.html", "domains.html"):
        page = open_page(path, allowed=("404",))
        answer = page.request.get(page.url.partition("?")[0])

        assert policy == answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
