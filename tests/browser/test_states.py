"""Every state of things has its face."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.authority import CA, DAY, NOW, self_signed
from tests.browser.conftest import Visit, serve
from tests.e2e.product import Product, eventually, fresh, until_served

PAGES = ("index.html", "endpoint.html?app=any", "setup.html?app=any", "domains.html")


def down(page: Page) -> None:
    """Let no call reach the API."""
    page.route("**/api/**", lambda route: route.abort())


@pytest.mark.parametrize("path", PAGES)
def test_api_that_is_down_can_be_tried_again(open_page: Visit, path: str) -> None:
    """The page says so, says that traffic goes on, and tries again on request."""
    page = open_page(path, before=down, allowed=("Failed to load resource",))
    expect(page.get_by_role("heading", name="The API does not answer")).to_be_visible()
    page.unroute("**/api/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="The API does not answer")).to_have_count(0)


def test_loading_shows_a_skeleton_only_when_it_takes_long(open_page: Visit) -> None:
    """A slow answer has a skeleton; a quick one never shows it."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def prepare(page: Page) -> None:
        page.clock.install(time=0)
        page.clock.pause_at(1)
        page.route("**/api/endpoints", hold)

    page = open_page(before=prepare)
    expect(page.get_by_role("heading", name="Endpoints")).to_be_visible()
    page.clock.run_for(295)
    expect(page.locator(".skeleton")).to_have_count(0)
    page.clock.run_for(10)
    expect(page.locator(".skeleton")).to_be_visible()
    held[0].continue_()
    expect(page.locator(".skeleton")).to_have_count(0)


@pytest.mark.parametrize("path", PAGES)
def test_token_is_asked_for_in_place(open_page: Visit, product: Product, path: str) -> None:
    """Without a token, or with one that is refused, the page has a form for it, and then itself."""
    page = open_page(path, token="wrong", allowed=("401", "404"))
    expect(page.get_by_text("The token was not accepted.")).to_be_visible()
    page.get_by_label("Token").fill(product.told["token"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Token")).to_have_count(0)
    assert "token" not in page.url


def test_start_without_a_token_says_what_is_needed(open_page: Visit) -> None:
    """A page without any token asks for one, and does not say that it was refused."""
    page = open_page(token=None, allowed=("401",))
    expect(page.get_by_text("This page needs a token of the API.")).to_be_visible()


def test_token_in_the_address_is_taken_out(open_page: Visit, product: Product) -> None:
    """The link's token is kept in the tab only, not in its history."""
    page = open_page()
    expect(page.get_by_role("heading", name="Endpoints")).to_be_visible()

    assert "#" not in page.url
    assert product.told["token"] == page.evaluate("sessionStorage.getItem('token')")


def test_link_with_a_token_works_where_the_page_is_open(open_page: Visit, product: Product) -> None:
    """A link pasted into the tab that shows its page already only changes what is after the #."""
    page = open_page(token="revoked", allowed=("401",))
    expect(page.get_by_text("The token was not accepted.")).to_be_visible()
    page.evaluate("(token) => { location.hash = `token=${token}`; }", product.told["token"])
    expect(page.get_by_label("Token")).to_have_count(0)

    assert "#" not in page.url
    assert product.told["token"] == page.evaluate("sessionStorage.getItem('token')")


def test_what_one_may_not_see_or_does_not_exist(open_page: Visit) -> None:
    """404 and 403 have the API's own sentence and a way back."""
    page = open_page("endpoint.html?app=nobody", allowed=("404",))
    expect(page.get_by_role("heading", name="There is no such thing")).to_be_visible()
    expect(page.get_by_role("link", name="All endpoints")).to_be_visible()
    refusal = '{"id": "forbidden", "message": "You may only read docs; ask its owner for more."}'
    page = open_page(
        allowed=("403",),
        before=lambda each: each.route("**/api/endpoints", lambda route: route.fulfill(status=403, body=refusal)),
    )
    expect(page.get_by_text("ask its owner for more")).to_be_visible()


def test_expired_certificate(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """It is first in the list, hatched, and its page says what to do."""
    app, host = new_app(), "over.states.example.com"
    serve(product, app, authority.issue_cert(host, not_before=NOW - 90 * DAY, not_after=NOW - 4 * DAY), host)
    page = open_page()
    first = page.locator(".endpoints tbody tr").first
    expect(first).to_contain_text("Expired")
    expect(first).to_contain_text("expired 4 days ago")
    first.get_by_role("link").click()
    expect(page.locator(".lead")).to_contain_text("Expired 4 days ago. Browsers refuse it; update it now.")
    expect(page.locator(".domains tbody tr")).to_contain_text("Browsers refuse it.")


def test_untrusted_certificates(open_page: Visit, product: Product, new_app: Callable[[], str]) -> None:
    """A self-signed one is fine for staging; one of a private root says so."""
    own, private = new_app(), new_app()
    serve(product, own, self_signed("own.states.example.com"))
    nobody = CA("Nobody's Root")
    issued = fresh(nobody, "private.states.example.com")
    whole = {"certificate_chain": issued.pem + nobody.pem, "private_key": issued.key_pem}
    product.call("POST", f"/apps/{private}/ssl-endpoints", whole)
    page = open_page(f"endpoint.html?app={own}")
    expect(page.locator(".lead")).to_contain_text("Self-signed: fine for staging")
    expect(page.locator(".cert")).to_have_count(1)
    page = open_page(f"endpoint.html?app={private}")
    expect(page.locator(".lead")).to_contain_text("Not trusted.")
    expect(page.locator(".cert").last).to_contain_text("Nobody's Root")


def test_gap_in_the_chain_is_closed_with_one_click(
    open_page: Visit, product: Product, new_app: Callable[[], str], root: CA
) -> None:
    """A missing intermediate has its place in the picture; once it is known, one click adds and serves it."""
    app, host = new_app(), "gap.states.example.com"
    between = root.issue_ca("Browser Gap R9")
    issued = fresh(between, host)
    alone = {"certificate_chain": issued.pem, "private_key": issued.key_pem, "preprocess": False}
    product.call("POST", f"/apps/{app}/ssl-endpoints", alone)
    page = open_page(f"endpoint.html?app={app}", allowed=("403",))
    expect(page.locator(".lead")).to_contain_text("The chain has a gap after your certificate.")
    expect(page.locator(".cert.gone")).to_contain_text("Browser Gap R9")
    # Only intermediates under Mozilla's roots are learnt; this answer stands for one that is known.
    answer = product.call("POST", "/certificates/inspect", {"certificate_chain": issued.chain_pem})
    for change in answer["chain_changes"][1:]:
        change["action"] = "added"
    page.route("**/api/certificates/inspect", lambda route: route.fulfill(json=answer))
    page.reload()
    expect(page.get_by_text("The missing certificate, Browser Gap R9, is known here.")).to_be_visible()
    expect(page.locator(".cert.gone + .cert")).to_contain_text("Browser Root X1")
    expect(page.locator(".cert.gone + .cert")).not_to_contain_text("browsers")  # only this product trusts it
    refusal = '{"id": "forbidden", "message": "You may only read this app; ask its owner for more."}'
    page.route("**/ssl-endpoints/*", lambda route: route.fulfill(status=403, body=refusal))
    page.get_by_role("button", name="Add it and serve").click()
    expect(page.get_by_role("alert").first).to_contain_text("You may only read this app")
    expect(page.get_by_role("alert").first).to_be_in_viewport()
    page.unroute("**/ssl-endpoints/*")
    page.get_by_role("button", name="Add it and serve").click()
    expect(page.locator(".lead")).to_contain_text("Trusted, and good for")
    expect(page.locator(".cert")).to_have_count(3)
    [endpoint] = product.call("GET", f"/apps/{app}/ssl-endpoints")

    assert 2 == endpoint["certificate_chain"].count("BEGIN CERTIFICATE")


def test_domain_that_is_not_covered(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """It is told in the list, on the endpoint's page and among the domains; each has its record to copy."""
    app, host = new_app(), "covered.states.example.com"
    serve(product, app, fresh(authority, host), host, "bare.states.example.com")
    page = open_page(f"endpoint.html?app={app}", permissions=["clipboard-read", "clipboard-write"])
    row = page.locator(".domains tbody tr", has_text="bare.states.example.com")
    expect(row).to_contain_text("Name not covered")
    expect(page.get_by_text("The certificate is not for bare.states.example.com.")).to_be_visible()
    row.get_by_role("button", name="Copy target for bare.states.example.com").click()
    [endpoint] = product.call("GET", f"/apps/{app}/ssl-endpoints")
    eventually(lambda: page.evaluate("navigator.clipboard.readText()") == f"{endpoint['cname']}.")
    page.goto(page.url.replace(f"endpoint.html?app={app}", "domains.html"))
    page.get_by_label("Filter domains").fill("bare.states")
    expect(page.locator(".domains tbody tr")).to_have_count(1)
    expect(page.locator(".domains tbody tr")).to_contain_text("Name not covered")


def test_update_roll_back_and_no_previous_version(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """An update is served, a roll-back shows what changes before it is done."""
    app, host = new_app(), "moves.states.example.com"
    first, second = fresh(authority, host), fresh(authority, host, f"www.{host}")
    serve(product, app, first, host)
    page = open_page(f"endpoint.html?app={app}")
    expect(page.get_by_text("There is no previous one to roll back to.")).to_be_visible()
    expect(page.get_by_role("button", name="Roll back")).to_have_count(0)
    page.get_by_role("button", name="Update certificate").click()
    both = second.chain_pem + second.key_pem
    page.set_input_files(
        "input[type=file]", {"name": "new.pem", "mimeType": "text/plain", "buffer": both.encode()}
    )
    page.get_by_role("button", name="Upload and serve").click()
    expect(page.locator(".gantt")).to_contain_text("v2 Serving")
    until_served(product, host, second.fingerprint)
    expect(
        page.get_by_label("Progress").locator("li", has_text="Served by the edge").locator("time")
    ).to_be_visible()
    page.get_by_role("button", name="Update certificate").click()
    page.set_input_files(
        "input[type=file]", {"name": "new.pem", "mimeType": "text/plain", "buffer": both.encode()}
    )
    page.get_by_role("button", name="Upload and serve").click()
    said = page.get_by_role("main").get_by_text("That certificate is served already: nothing had to change.")
    expect(said).to_be_visible()  # it is read out, too, by an element outside of main
    page.get_by_role("button", name="Roll back to version 1").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"without www.{host}")
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.locator(".gantt")).to_contain_text("v1 Serving")
    expect(page.get_by_label("Progress")).to_contain_text("Rolled back")
    expect(page.locator(".log")).to_contain_text("Rolled back")
    until_served(product, host, first.fingerprint)


def test_domains_of_many_apps_are_all_looked_at(open_page: Visit) -> None:
    """However many apps there are, each has its turn; and the page says when it gets no answer."""
    names = [f"app-{number:02}" for number in range(45)]
    record = {"type": "CNAME", "name": "www", "zone": "many.example.com", "target": "tokyo-1.ssl.localhost."}
    domains = [
        {"id": name, "hostname": f"www.{name}.example.com", "app": {"name": name}, "records": [record]}
        for name in names
    ]
    dns: dict[str, object] = {"state": "invalid", "reasons": [{"code": "missing", "sentence": "", "remedy": ""}]}

    def answer(route: Route) -> None:
        name = route.request.url.split("/")[-2]
        check = {"hostname": f"www.{name}.example.com", "dns": dns, "tls": {"state": "none", "sentence": ""}}
        route.fulfill(json={"edge": {"state": "served"}, "domains": [check]})

    def prepare(page: Page) -> None:
        page.clock.install()
        page.route("**/api/domains", lambda route: route.fulfill(json=domains))
        page.route("**/api/endpoints", lambda route: route.fulfill(json=[]))
        page.route("**/checks", answer)

    page = open_page("domains.html", before=prepare, allowed=("Failed to load resource",))
    expect(page.get_by_text("45 names.")).to_be_visible()
    expect(page.get_by_text("No record yet")).to_have_count(40)
    page.clock.run_for(16_000)
    expect(page.get_by_text("No record yet")).to_have_count(45)
    page.unroute("**/checks")
    page.route("**/checks", lambda route: route.abort())
    page.clock.run_for(60_000)
    expect(page.get_by_text("The API does not answer. This page tries again by itself.")).to_be_visible()


def test_removal_needs_the_typed_name_and_leads_to_the_add_on(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """The button is dead until the app's name is typed; then the add-on can go, too."""
    app, host = new_app(), "goes.states.example.com"
    serve(product, app, fresh(authority, host), host)
    page = open_page(f"endpoint.html?app={app}")
    page.get_by_role("button", name="Remove", exact=True).click()
    button = page.get_by_role("dialog").get_by_role("button", name="Remove")
    expect(button).to_be_disabled()
    page.get_by_label(f"Write {app} to confirm").fill(app)
    button.click()
    expect(page.get_by_text("No certificate.")).to_be_visible()
    page.get_by_role("button", name="Remove the add-on").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the add-on").click()
    expect(page.get_by_text("Nothing is provisioned yet.")).to_be_visible()

    assert [] == product.call("GET", f"/apps/{app}/addons")


def test_domains_are_added_and_removed(open_page: Visit, product: Product, new_app: Callable[[], str]) -> None:
    """A name that cannot be used is refused in the API's words; a good one has its record at once."""
    app = new_app()
    serve(product, app, self_signed("added.states.example.com"))
    page = open_page(f"endpoint.html?app={app}", allowed=("422",))
    page.get_by_role("button", name="Add a name").click()
    page.get_by_label("Name", exact=True).fill("https://added.states.example.com")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("leave out the scheme")
    page.get_by_label("Name", exact=True).fill("added.states.example.com")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".record")).to_contain_text("added.states")
    page.get_by_role("button", name="Remove added.states.example.com").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No name leads here yet.")).to_be_visible()


def test_list_is_filtered_and_says_when_nothing_is_found(
    open_page: Visit, product: Product, new_app: Callable[[], str]
) -> None:
    """The filter looks at hostnames, apps and domains."""
    app = new_app()
    product.call("POST", f"/apps/{app}/domains", {"hostname": "findme.states.example.com"})
    page = open_page()
    page.get_by_label("Filter endpoints").fill("FINDME.states")
    expect(page.locator(".endpoints tbody tr")).to_have_count(1)
    expect(page.locator(".endpoints tbody tr")).to_contain_text("No certificate yet")
    page.get_by_label("Filter endpoints").fill("no such thing")
    expect(page.get_by_text("No endpoint has that in its name.")).to_be_visible()
