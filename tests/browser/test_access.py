"""Everybody can use the pages: axe finds nothing, nothing overflows, keyboard and print work."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.authority import CA, DAY, NOW, self_signed
from tests.browser.axe import WIDTHS, faults
from tests.browser.conftest import Visit
from tests.e2e.product import Product, fresh

FACES = {
    "list": "index.html",
    "endpoint": "endpoint.html?app=face",
    "gap": "endpoint.html?app=face-gap",
    "without": "endpoint.html?app=face-bare",
    "choose": "setup.html",
    "setup": "setup.html?app=face-bare",
    "done": "setup.html?app=face",
    "domains": "domains.html",
    "missing": "endpoint.html?app=nobody",
    "sign-in": "index.html",
}


@pytest.fixture(scope="module")
def faces(product: Product, root: CA, authority: CA) -> None:
    """Fill the product with what the pages have faces for."""
    product.app("face")
    name = product.call("POST", "/apps/face/ssl-endpoints", fresh(authority, "www.face.example.com"))["name"]
    for host in ("www.face.example.com", "face.example.com", "*.face.example.com"):
        product.call("POST", "/apps/face/domains", {"hostname": host})
    product.call(
        "PATCH", f"/apps/face/ssl-endpoints/{name}", fresh(authority, "*.face.example.com", "face.example.com")
    )
    product.app("face-gap")
    gap = fresh(root.issue_ca("Face R4"), "gap.face.example.com")
    alone = {"certificate_chain": gap.pem, "private_key": gap.key_pem, "preprocess": False}
    product.call("POST", "/apps/face-gap/ssl-endpoints", alone)
    product.app("face-bare")
    product.app("face-old")
    old = authority.issue_cert("old.face.example.com", not_before=NOW - 90 * DAY, not_after=NOW - DAY)
    product.call("POST", "/apps/face-old/ssl-endpoints", old)
    product.app("face-own")
    product.call("POST", "/apps/face-own/ssl-endpoints", self_signed("own.face.example.com"))


def payload(name: str, octets: bytes) -> FilePayload:
    """Return a file to choose."""
    return FilePayload(name=name, mimeType="text/plain", buffer=octets)


def settled(page: Page, face: str) -> None:
    """Wait until a page shows what it is about."""
    expect(page.locator("h1")).to_be_visible()
    if face in {"endpoint", "done", "domains"}:
        expect(page.locator(".domains")).to_be_visible()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("face", FACES)
def test_axe_finds_nothing_and_nothing_overflows(open_page: Visit, faces: None, face: str) -> None:
    """WCAG 2.2 AA and best practice, in light and dark, on a desk and on a phone."""
    page = open_page(
        FACES[face],
        token="wrong" if face == "sign-in" else "",
        allowed=("404", "401"),
        reduced_motion="reduce",
    )
    settled(page, face)

    assert [] == faults(page)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("face", ["endpoint", "done", "domains"])
def test_records_are_never_broken(open_page: Visit, faces: None, face: str, width: int) -> None:
    """A name or target stands on a line of its own rather than be broken where nobody can tell."""
    page = open_page(FACES[face], viewport={"width": width, "height": 800})
    settled(page, face)
    heights: list[float] = page.eval_on_selector_all(
        ".record [data-copy]", "(all) => all.map((each) => each.getBoundingClientRect().height)"
    )

    assert max(heights) < 1.5 * min(heights), heights


def test_axe_finds_nothing_in_what_opens(open_page: Visit, faces: None, authority: CA) -> None:
    """Forms, checks, dialogs and terminal lines, each opened."""
    page = open_page("setup.html?app=face-bare", reduced_motion="reduce")
    page.get_by_role("button", name="Make a request").click()
    page.get_by_label("Names, one a line").fill("www.example.com")
    page.get_by_text("Organisation, if your authority asks for it").click()
    page.get_by_role("button", name="Make key and request").click()
    expect(page.get_by_text("lost when you close it")).to_be_visible()
    chain = fresh(authority, "other.example.com").chain_pem.encode()
    box = bytes.fromhex("300a02010330053003020100")
    page.set_input_files(
        "input[type=file]",
        [payload("a.crt", chain), payload("b.txt", b"no"), payload("c.pfx", box)],
    )
    expect(page.locator(".checks")).to_be_visible()
    assert [] == faults(page)
    page.get_by_label("In a terminal").check()
    assert [] == faults(page)
    page = open_page("endpoint.html?app=face", reduced_motion="reduce")
    page.get_by_role("button", name="Update certificate").click()
    page.get_by_text("The same in a terminal").click()
    page.get_by_role("button", name="Add a name").click()
    page.get_by_role("button", name="Roll back to version 1").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert [] == faults(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Remove", exact=True).click()
    assert [] == faults(page)


def test_keyboard_reaches_the_content_and_a_row(open_page: Visit, faces: None) -> None:
    """The first stop skips the header; Enter on a row's link opens the endpoint."""
    page = open_page()
    expect(page.locator(".endpoints")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Filter endpoints")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".crumb")).to_be_visible()


def test_keyboard_keeps_its_place(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """What was pressed keeps the focus; when it is gone, what comes next has it, and never the top of the page."""
    app = new_app()
    product.call("DELETE", f"/apps/{app}/addons/ssl:endpoint")
    page = open_page(f"setup.html?app={app}")
    page.get_by_role("button", name="I have a certificate already").press("Enter")
    expect(page.get_by_role("button", name="Make a request")).to_be_focused()
    page.get_by_role("button", name="Provision").press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    for names in (("keys.example.com",), ("keys.example.com", "www.keys.example.com")):
        issued = fresh(authority, *names)
        both = (issued.chain_pem + issued.key_pem).encode()
        page.set_input_files("input[type=file]", [payload("all.pem", both)])
        page.get_by_role("button", name="Upload and serve").press("Enter")
        if len(names) == 1:
            expect(page.get_by_role("heading", name="Point your domains here")).to_be_focused()
            page.goto(page.url.replace("setup", "endpoint"))
            page.get_by_role("button", name="Update certificate").press("Enter")
    expect(page.locator(".gantt")).to_contain_text("v2 Serving")
    back = page.get_by_role("button", name="Roll back to version 1")
    back.press("Enter")
    page.keyboard.press("Escape")
    expect(back).to_be_focused()
    back.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Roll back").press("Enter")
    expect(page.locator(".gantt")).to_contain_text("v1 Serving")
    expect(page.get_by_role("main")).to_be_focused()


def test_print_hides_what_cannot_be_pressed(open_page: Visit, faces: None) -> None:
    """On paper there are no buttons and no navigation, but all facts and bars, in ink on white for any screen."""
    page = open_page("endpoint.html?app=face", color_scheme="dark")
    expect(page.locator(".domains")).to_be_visible()
    page.emulate_media(media="print")

    expect(page.get_by_role("button", name="Update certificate")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("region", name="Certificate").locator("dl.facts")).to_be_visible()
    expect(page.locator("body")).to_have_css("color", "rgb(26, 26, 23)")
    expect(page.locator("html")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator(".track b").first).to_have_css("print-color-adjust", "exact")


def test_bars_do_not_move_for_who_wants_none(open_page: Visit, faces: None) -> None:
    """Motion is only for those who have not asked for less."""
    moving = "getComputedStyle(document.querySelector('.arrive')).animationName"
    for preference, expected in (("reduce", "none"), ("no-preference", "arrive")):
        page = open_page(reduced_motion=preference)
        expect(page.locator(".arrive").first).to_be_attached()

        assert expected == page.evaluate(moving)


def test_outline_of_the_list(open_page: Visit, faces: None) -> None:
    """A screen reader hears a heading, the filter, the action and a table with its caption."""
    page = open_page()
    expect(page.locator(".endpoints")).to_be_visible()
    expect(page.get_by_role("main")).to_match_aria_snapshot("""
    - main:
      - heading "Endpoints" [level=1]
      - status
      - searchbox "Filter endpoints"
      - link "New endpoint"
      - table "Endpoints, the next to expire first"
    """)
