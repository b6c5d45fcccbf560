"""What follows an upload is told as it is: each stage with its time, or why it hangs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.authority import CA
from tests.browser.conftest import Visit, serve
from tests.e2e.product import Product, fresh, until_served


def test_progress_tells_only_times_that_are_known(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """Who comes back later is told when a stage was seen, not that it was reached then; and what DNS waits for."""
    app, host = new_app(), "later.states.example.com"
    issued = fresh(authority, host)
    serve(product, app, issued, host)
    until_served(product, host, issued.fingerprint)
    page = open_page(f"setup.html?app={app}")
    stages = page.get_by_label("Progress").locator("li")
    expect(stages.nth(0)).not_to_contain_text("seen")
    expect(stages.nth(1)).to_contain_text("seen")
    expect(stages.nth(2)).to_contain_text(f"0 of 1 so far. {host} has no record yet.")
    expect(stages.nth(3)).to_contain_text("Its name does not answer here yet.")


def test_progress_follows_each_stage_and_says_what_hangs(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """Served, pointed here, live: each has its time once it is so; until then there is the reason."""
    app, host = new_app(), "stages.states.example.com"
    serve(product, app, fresh(authority, host), host)
    answer = product.call("GET", f"/apps/{app}/checks")
    edge, [domain] = answer["edge"], answer["domains"]
    answer["checked_at"] = "2099-01-01T00:00:00Z"
    edge |= {"state": "waiting", "sentence": "The edge still serves version 1."}
    domain["tls"] |= {"state": "waiting", "sentence": "The edge still serves version 1."}
    found = {"aliases": [], "addresses": ["203.0.113.7"], "private": []}
    reasons = [{"code": "elsewhere", "sentence": "", "remedy": ""}]
    domain["dns"] |= {"state": "invalid", "found": found, "ttl": 2520, "reasons": reasons}

    def prepare(page: Page) -> None:
        page.clock.install()
        page.route("**/checks", lambda route: route.fulfill(json=answer))

    page = open_page(f"setup.html?app={app}", before=prepare)
    served, points, live = (page.get_by_label("Progress").locator("li").nth(number) for number in (1, 2, 3))
    expect(served).to_contain_text("The edge has not followed since")
    expect(points).to_contain_text(f"0 of 1 so far. {host} still leads to 203.0.113.7")
    expect(points).to_contain_text("cached for 42 minutes")
    edge |= {"state": "served"}
    page.clock.run_for(8_000)
    expect(served).to_contain_text("1 Jan 2099, 00:00 UTC")
    domain["dns"] |= {"state": "valid", "reasons": []}
    domain["tls"] |= {"state": "mismatch", "sentence": f"The certificate is not for {host}."}
    page.clock.run_for(8_000)
    expect(points).to_contain_text("1 Jan 2099, 00:00 UTC")
    expect(live).to_contain_text(f"The certificate is not for {host}.")
    expect(page.locator(".steps > li").last).not_to_have_class("done")
    domain["tls"] |= {"state": "served", "sentence": ""}
    page.clock.run_for(8_000)
    expect(live).to_contain_text("1 Jan 2099, 00:00 UTC")
    expect(page.locator(".steps > li").last).to_have_class("done")


def test_looks_that_fail_are_told_with_the_age_of_the_last_one(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """What is shown is never passed off as newer than it is, and what hangs says why."""
    app, host = new_app(), "aged.states.example.com"
    serve(product, app, fresh(authority, host), host)
    options: dict[str, Any] = {
        "before": lambda each: each.clock.install(),
        "allowed": ("Failed to load resource",),
    }
    page = open_page(f"endpoint.html?app={app}", **options)
    expect(page.get_by_text("Checked just now")).to_be_visible()
    page.route("**/checks", lambda route: route.abort())
    page.clock.fast_forward(40_000)
    expect(page.get_by_text(re.compile("Checked 4[0-9] seconds ago"))).to_be_visible()  # the clock goes on, too
    expect(page.get_by_text("The API does not answer. This page tries again by itself.")).to_be_visible()
    page.unroute("**/checks")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("This page tries again by itself.")).to_have_count(0)
    page = open_page(f"setup.html?app={app}", **options)
    expect(page.get_by_label("Progress")).to_contain_text("has no record yet")
    page.route("**/checks", lambda route: route.abort())
    page.clock.fast_forward(70_000)
    expect(page.get_by_label("Progress")).to_contain_text("The API does not answer. This page tries again")
