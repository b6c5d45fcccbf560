"""What a look at a domain shows, and how a name that another account has is claimed where it was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests import nameserver
from tests.authority import CA, LeafCert
from tests.browser.axe import faults
from tests.browser.conftest import Visit, serve
from tests.e2e.product import Product, eventually, fresh, running, until_served
from tests.e2e.test_checks import another_account
from tests.nameserver import NameServer

APP, WWW, ROOT, SHOP = "looked", "www.looked.example.com", "looked.example.com", "shop.example.com"
ZONE = """
{target}. 60 IN A 127.0.0.1
www.looked.example.com. 300 IN CNAME {target}.
looked.example.com. 2520 IN A 93.184.216.34
example.com. 300 IN NS ada.ns.cloudflare.com.
example.com. 300 IN CAA 0 issue "letsencrypt.org"
"""


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    """Run a DNS server."""
    with nameserver.running() as server:
        yield server


@pytest.fixture(scope="module")
def named(names: NameServer, roots: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run a product that asks that DNS server."""
    host, port = names.address
    settings = {"SSL_ENDPOINT_RESOLVER": f"{host}:{port}", "EXTRA_ROOTS_PEM": roots}
    with running(tmp_path_factory.mktemp("named") / "state", **settings) as product:
        yield product


@pytest.fixture(scope="module")
def issued(named: Product, names: NameServer, authority: CA) -> LeafCert:
    """Give it an app whose names are in DNS in three ways, and all looked at once."""
    made = fresh(authority, WWW, ROOT)
    named.app(APP)
    target = named.call("GET", f"/apps/{APP}/addons")[0]["hostname"]
    names.add(ZONE.format(target=target))
    serve(named, APP, made)
    until_served(named, target, made.fingerprint)
    for host in (WWW, ROOT, SHOP):
        named.call("POST", f"/apps/{APP}/domains", {"hostname": host})
        until_served(named, host, made.fingerprint)
        named.call("POST", f"/apps/{APP}/domains/{host}/check")
    return made


def row(page: Page, host: str) -> Any:
    """Return the row of a domain."""
    return page.locator(".domains tbody tr", has_text=re.compile(f"^{re.escape(host)}")).first


def looked(page: Page, host: str) -> Any:
    """Press Check and return what opens below."""
    page.get_by_role("button", name=f"Check {host}", exact=True).press("Enter")
    return row(page, host).locator("xpath=following-sibling::tr[1]")


@pytest.mark.parametrize("path", [f"endpoint.html?app={APP}", "domains.html"])
def test_what_is_kept_is_shown_before_anything_is_asked(
    open_page: Visit, named: Product, issued: LeafCert, path: str
) -> None:
    """Each name has its stored state with its age at once, and what a look finds when it is there."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = open_page(path, at=named, before=lambda each: each.route("**/checks", hold))
    expect(row(page, WWW)).to_contain_text("Points here")
    expect(row(page, WWW)).to_contain_text("Serves")
    expect(row(page, WWW).locator(".why")).to_contain_text("Checked ")
    expect(row(page, ROOT)).to_contain_text("Does not point here")
    expect(row(page, SHOP)).to_contain_text("Name not covered")
    held[0].continue_()
    expect(row(page, ROOT)).to_contain_text("leads to 93.184.216.34")
    expect(row(page, WWW)).to_contain_text("Serves v1")


def test_check_shows_what_dig_and_curl_show(open_page: Visit, named: Product, issued: LeafCert) -> None:
    """Reasons with remedies, what was found and expected, the old record's time, zone, CAA and handshake."""
    page = open_page(f"endpoint.html?app={APP}", at=named)
    found = looked(page, ROOT)
    expect(found).to_contain_text(f"{ROOT} leads to 93.184.216.34 and not to")
    expect(found).to_contain_text("Set a CNAME record at Cloudflare, with the name looked in the zone example.com")
    expect(found).to_contain_text("For up to 42 minutes more.")
    expect(found).to_contain_text("Only letsencrypt.org may issue certificates for it")
    expect(found).to_contain_text("example.com at Cloudflare")
    expect(found).to_contain_text("Version 1")
    expect(found.locator("pre")).to_contain_text("SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256")
    expect(found.locator("pre")).to_contain_text(f'subjectAltName: host "{ROOT}" matched')
    expect(found.locator("pre")).to_contain_text("SSL certificate verify ok.")
    hide = page.get_by_role("button", name=f"Hide {ROOT}", exact=True)
    expect(hide).to_be_focused()
    expect(page.locator("#said")).to_have_text(f"{ROOT}: Still elsewhere")
    other = looked(page, SHOP)
    expect(other).to_contain_text("Not covered")
    expect(other.locator("pre")).to_contain_text(f"subjectAltName does not match {SHOP}")
    hide.press("Enter")
    expect(page.get_by_role("button", name=f"Check {ROOT}", exact=True)).to_be_focused()
    expect(page.locator(".found")).to_have_count(1)


def test_check_follows_what_changes_and_says_why_it_cannot(
    open_page: Visit, named: Product, issued: LeafCert, names: NameServer
) -> None:
    """Look again shows the new state, in the row, too; without an answer, the reason, and what was found stays."""
    page = open_page(f"endpoint.html?app={APP}", at=named, allowed=("Failed to load resource",))
    expect(row(page, SHOP)).to_contain_text("No record yet")
    page.route("**/checks", lambda route: route.abort())
    found = looked(page, SHOP)
    expect(found).to_contain_text(f"There is no record for {SHOP} yet.")
    target = named.call("GET", f"/apps/{APP}/addons")[0]["hostname"]
    names.add(f"{SHOP}. 60 IN CNAME {target}.")
    again = page.get_by_role("button", name=f"Look again at {SHOP}")
    again.press("Enter")
    expect(row(page, SHOP)).to_contain_text("Points here")
    expect(found).to_contain_text(f"CNAME {target}")
    expect(again).to_be_focused()
    page.route("**/check", lambda route: route.abort())
    again.press("Enter")
    expect(found.get_by_role("alert")).to_contain_text("The API does not answer.")
    expect(found).to_contain_text(f"CNAME {target}")


def test_taken_name_is_claimed_where_it_was_typed(
    open_page: Visit, named: Product, issued: LeafCert, names: NameServer
) -> None:
    """The sentence, the record to set with copy buttons, and Try again until it is there."""
    host, other = "taken.example.net", another_account(named)
    other.ask("POST", "/apps", {"name": "theirs"})
    other.call("POST", "/apps/theirs/domains", {"hostname": host})
    told = named.ask("POST", f"/apps/{APP}/domains", {"hostname": host}).body["record"]
    page = open_page(
        f"endpoint.html?app={APP}", at=named, allowed=("422",), permissions=["clipboard-read", "clipboard-write"]
    )
    page.get_by_role("button", name="Add a name").click()
    page.get_by_label("Name", exact=True).fill(host)
    page.get_by_role("button", name="Add", exact=True).click()
    taken = page.get_by_role("alert")
    expect(taken).to_contain_text(f"{host} is in use by another account, or overlaps with a name of one.")
    expect(taken).not_to_contain_text("repeat this call")
    expect(taken).to_contain_text("There is no such record yet.")
    expect(taken.locator(".record")).to_contain_text(f"TXT{told['name']}")
    taken.get_by_role("button", name=f"Copy value for {told['name']}.{told['zone']}").click()
    eventually(lambda: page.evaluate("navigator.clipboard.readText()") == told["value"])
    names.add(f'{told["name"]}.{told["zone"]}. 0 IN TXT "wrong"')
    taken.get_by_role("button", name="Try again").press("Enter")
    expect(taken).to_contain_text("What is there now has another value: 'wrong'.")
    names.add(f'{told["name"]}.{told["zone"]}. 0 IN TXT "{told["value"]}"')
    taken.get_by_role("button", name="Try again").press("Enter")
    expect(row(page, host)).to_be_visible()
    expect(taken).to_have_count(0)
    expect(page.get_by_role("main")).to_be_focused()
    expect(page.locator(".log")).to_contain_text("Domain taken over")


def test_taken_name_keeps_no_other_out(open_page: Visit, named: Product, authority: CA, names: NameServer) -> None:
    """Of the certificate's names those that are free are added; for the other one there is the record to set."""
    host, free = "shut.example.net", "free.example.net"
    other = another_account(named)
    other.ask("POST", "/apps", {"name": "shut"})
    other.call("POST", "/apps/shut/domains", {"hostname": host})
    named.app("opened")
    serve(named, "opened", fresh(authority, host, free))
    page = open_page("setup.html?app=opened", at=named, allowed=("422",))
    page.get_by_role("button", name="Add the 2 names of the certificate").click()
    expect(row(page, free)).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text(f"{host} is in use by another account")
    told = named.ask("POST", "/apps/opened/domains", {"hostname": host}).body["record"]
    names.add(f'{told["name"]}.{told["zone"]}. 0 IN TXT "{told["value"]}"')
    page.get_by_role("button", name="Try again").click()
    expect(row(page, host)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_axe_finds_nothing_in_a_check_and_a_claim(open_page: Visit, named: Product, issued: LeafCert) -> None:
    """Both open at once, in light and dark, on a desk and on a phone."""
    other = another_account(named)
    other.ask("POST", "/apps", {"name": "held"})
    other.ask("POST", "/apps/held/domains", {"hostname": "a-name-that-is-rather-long.held.example.org"})
    page = open_page(
        f"endpoint.html?app={APP}",
        at=named,
        allowed=("422",),
        reduced_motion="reduce",
    )
    for host in (WWW, ROOT):
        expect(looked(page, host).locator("pre")).to_be_visible()
    page.get_by_role("button", name="Add a name").click()
    page.get_by_label("Name", exact=True).fill("a-name-that-is-rather-long.held.example.org")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()

    assert [] == faults(page)
