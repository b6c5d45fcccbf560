"""The activity of an app: a page at a time, who did it, and in words."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.authority import CA
from tests.browser.conftest import Visit, serve
from tests.e2e.product import Product, fresh

PAGE = 50


def test_activity_is_paged(open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA) -> None:
    """Fifty at first, with who and the exact time; older ones on request, where the keyboard goes on."""
    app = new_app()
    serve(product, app, fresh(authority, "paged.example.com"))
    for number in range(PAGE):
        product.call("PATCH", f"/apps/{app}", {"origin": f"127.0.0.1:{5000 + number}"})
    every = product.call("GET", f"/apps/{app}/activity")
    page = open_page(f"endpoint.html?app={app}")
    entries = page.locator(".log > li")
    expect(entries).to_have_count(PAGE)
    expect(entries.first).to_contain_text("App changed")
    expect(entries.first.locator(".who")).to_have_text(f"{every[0]['actor']}, {every[0]['account']}")
    exact = every[0]["created_at"].replace("T", " ").removesuffix("Z") + " UTC"
    expect(entries.first.locator("time")).to_have_attribute("title", exact)
    page.get_by_role("button", name="Older").press("Enter")
    expect(entries).to_have_count(len(every))
    expect(page.get_by_role("button", name="Older")).to_have_count(0)
    expect(entries.nth(PAGE)).to_be_focused()
    expect(entries.last).to_contain_text("App made")
    page.get_by_role("button", name="Add a name").click()
    page.get_by_label("Name", exact=True).fill("paged.example.com")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(entries.first).to_contain_text("Domain added paged.example.com")
    expect(entries).to_have_count(len(every) + 1)


def test_older_ones_that_do_not_come_are_told(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """Without an answer there is the reason, what is there stays, and the button works again."""
    app = new_app()
    serve(product, app, fresh(authority, "older.example.com"))
    for number in range(PAGE):
        product.call("PATCH", f"/apps/{app}", {"origin": f"127.0.0.1:{5000 + number}"})
    page = open_page(f"endpoint.html?app={app}", allowed=("Failed to load resource",))
    entries, older = page.locator(".log > li"), page.get_by_role("button", name="Older")
    expect(entries).to_have_count(PAGE)
    page.route("**/activity", lambda route: route.abort())
    older.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The API does not answer.")
    expect(entries).to_have_count(PAGE)
    page.unroute("**/activity")
    older.press("Enter")
    expect(entries.last).to_contain_text("App made")
    expect(page.get_by_role("alert")).to_have_count(0)
