"""Traffic where there are figures, and surges announced and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect

from tests.authority import CA
from tests.browser import figures
from tests.browser.axe import faults
from tests.browser.conftest import Visit, serve
from tests.e2e.product import Product, fresh

DAY_MINUTES = 24 * 60
BUSY, SURGE = (6_000, 40), (12_600, 90)  # requests and handshakes in a minute


@pytest.fixture
def busy(product: Product, new_app: Callable[[], str], authority: CA) -> str:
    """Return an app with a busy hour, a surge in it, and a request long ago."""
    app = new_app()
    serve(product, app, fresh(authority, f"{app}.example.com"))
    counts = dict.fromkeys(range(60, 120), BUSY) | {90: SURGE, DAY_MINUTES - 30: (6, 1)}
    figures.add(product, app, counts)
    return app


def announce(page: Page, at: datetime, rate: int, note: str) -> None:
    """Fill the form and send it."""
    page.get_by_label("When, in UTC").fill(f"{at:%Y-%m-%dT%H:%M}")
    page.get_by_role("spinbutton", name="Requests a second").fill(str(rate))
    page.get_by_label("Note, if you like").fill(note)
    page.get_by_role("button", name="Announce", exact=True).press("Enter")


def test_figures_are_drawn_with_both_thresholds(open_page: Visit, product: Product, busy: str) -> None:
    """Bars with their times, peak and last, handshakes as a lower bound, and when each threshold was crossed."""
    told = product.call("GET", f"/apps/{busy}/traffic")
    page = open_page(f"endpoint.html?app={busy}")
    traffic = page.get_by_role("region", name="Traffic")
    expect(traffic.get_by_role("img", name="Requests a second over 24 hours, at most 210")).to_be_visible()
    expect(traffic.locator("rect.soon")).to_have_count(1)
    expect(traffic.locator("rect.soon title")).to_contain_text("UTC: 210 a second")
    expect(traffic.locator(".surge")).to_have_text("150 a second")
    expect(traffic.locator("dl")).to_contain_text("Peak210 a second")
    expect(traffic.locator("dl")).to_contain_text("Last100 a second")
    requests, handshakes = (sum(each[what] for each in told["series"]) for what in ("requests", "handshakes"))
    expect(traffic.locator("dl")).to_contain_text(f"{requests:,} requests, and at least {handshakes:,} handshakes")
    for threshold in told["thresholds"]:
        expect(traffic).to_contain_text(threshold["sentence"])
    expect(traffic.locator(".thresholds .soon")).to_have_count(2)


def test_surge_is_announced_and_withdrawn(open_page: Visit, product: Product, busy: str) -> None:
    """In time it is just listed; at short notice there is the API's sentence; withdrawn it is gone."""
    page = open_page(f"endpoint.html?app={busy}", allowed=("422",))
    soon = datetime.now(timezone.utc) + timedelta(hours=3)
    announce(page, soon + timedelta(days=7), 1200, "The sale begins")
    listed = page.get_by_role("list", name="Announced surges").get_by_role("listitem")
    expect(listed).to_have_count(1)
    expect(listed.first).to_contain_text("1,200 a second on")
    expect(listed.first).to_contain_text("The sale begins. By local")
    expect(page.get_by_text("Short notice.")).to_have_count(0)
    expect(page.get_by_role("button", name="Announce", exact=True)).to_be_focused()
    expect(page.locator(".log > li").first).to_contain_text("Surge announced 1,200 requests a second at")
    announce(page, soon, 300, "")
    expect(page.get_by_text("That is less than 1 day ahead")).to_be_visible()
    expect(listed.first).to_contain_text("Short notice.")
    announce(page, soon - timedelta(days=2), 300, "")
    expect(page.get_by_role("alert")).to_contain_text("has to be in the future")
    page.get_by_role("button", name="Withdraw the surge of").first.press("Enter")
    expect(listed).to_have_count(1)
    expect(page.get_by_label("When, in UTC")).to_be_focused()
    [kept] = product.call("GET", f"/apps/{busy}/surges")

    assert (1200, "The sale begins") == (kept["requests_per_second"], kept["note"])


def test_without_figures_there_is_only_the_form(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """No picture and no zeros: a disclosure with the form, which is open where something is announced."""
    app = new_app()
    serve(product, app, fresh(authority, "quiet.example.com"))
    page = open_page(f"endpoint.html?app={app}")
    expect(page.get_by_label("When, in UTC")).to_be_hidden()
    expect(page.get_by_role("heading", name="Traffic")).to_have_count(0)
    page.get_by_text("Announce a surge").click()
    announce(page, datetime.now(timezone.utc) + timedelta(days=2), 500, "")
    expect(page.get_by_text("500 a second on")).to_be_visible()
    page.reload()
    expect(page.get_by_text("500 a second on")).to_be_visible()


def test_axe_finds_nothing_in_traffic(open_page: Visit, busy: str) -> None:
    """With figures, and a surge announced at short notice."""
    page = open_page(
        f"endpoint.html?app={busy}",
        reduced_motion="reduce",
    )
    announce(page, datetime.now(timezone.utc) + timedelta(hours=3), 300, "A test of the launch")
    expect(page.get_by_text("Short notice.")).to_be_visible()

    assert [] == faults(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Announce a surge")).to_be_hidden()
    expect(page.locator(".rates svg")).to_be_visible()
