"""Who is told when a certificate is about to expire, on the endpoint's page."""

from __future__ import annotations

import ipaddress
import json
import ssl
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from cryptography import x509
from playwright.sync_api import Page, expect

from tests.authority import CA, DAY
from tests.browser.axe import faults
from tests.browser.conftest import Visit, serve
from tests.e2e.product import Product, fresh
from tests.unit.net import receiver
from tests.unit.net.receiver import Serve, answer, receiving

OWNER = "owner@localhost"  # who is told of all apps from the first start on
HERE = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])


def here() -> Any:
    """Return a certificate of the receiver's root for 127.0.0.1, valid by the real clock."""
    now = datetime.now(timezone.utc)
    return receiver.ROOT.issue_cert(extensions=(HERE,), not_before=now - DAY, not_after=now + 80 * DAY)


def notices_of(page: Page) -> Any:
    """Return the section about notices."""
    return page.get_by_role("region", name="Notices")


def row_of(page: Page, target: str) -> Any:
    """Return the row of a channel."""
    return page.locator(".channels tbody tr", has_text=target)


def add(page: Page, kind: str, target: str, scope: str = "app") -> None:
    """Add a channel with the form on the page."""
    page.get_by_role("button", name="Add a channel").click()
    form = page.get_by_role("form", name="Add a channel")
    form.get_by_role("combobox", name="Channel").select_option(kind)
    form.get_by_role("textbox").fill(target)
    form.get_by_role("combobox", name="Told of").select_option(scope)
    form.get_by_role("button", name="Add", exact=True).click()


@pytest.fixture
def app(product: Product, new_app: Callable[[], str], authority: CA) -> str:
    """Return an app with a certificate for 80 more days."""
    name = new_app()
    serve(product, name, fresh(authority, f"www.{name}.example.com"))
    return name


def test_mail_is_sent_as_a_test(open_page: Visit, product: Product, app: str) -> None:
    """An address is added, gets a test, and the row says what came of it; the log and the activity have it."""
    page = open_page(f"endpoint.html?app={app}")
    expect(row_of(page, OWNER)).to_contain_text("for all apps")
    add(page, "email", "ops@example.com")
    row = row_of(page, "ops@example.com")
    expect(row).to_contain_text("Nothing sent yet")
    expect(row.get_by_role("button", name="Send a test")).to_be_focused()
    row.get_by_role("button", name="Send a test").press("Enter")
    expect(row).to_contain_text("Delivered")
    expect(row.get_by_role("button", name="Send a test")).to_be_focused()
    page.get_by_text("What was sent").click()
    expect(page.locator(".sent li").first).to_contain_text("Test E-mail to ops@example.com")
    expect(page.get_by_role("region", name="Activity")).to_contain_text("Channel added")
    mails = [path.read_text() for path in (product.state / "mail").iterdir()]

    assert 1 == len([mail for mail in mails if "ops@example.com" in mail and app in mail])


def test_webhook_has_a_secret_that_is_shown_once(open_page: Visit, app: str) -> None:
    """What the page says of how to verify a notice is true of a notice; the secret is nowhere afterwards."""
    with receiving(answer("204 No Content"), here()) as hook:
        page = open_page(f"endpoint.html?app={app}")
        add(page, "webhook", f"https://127.0.0.1:{hook.port}/a/path")
        expect(page.get_by_role("heading", name="shown only now")).to_be_focused()
        secret = page.locator(".secret [data-copy]").inner_text()
        page.get_by_text("How to verify a notice").click()
        program = page.locator(".secret pre").inner_text()
        row = row_of(page, f"https://127.0.0.1:{hook.port}/…")
        row.get_by_role("button", name="Send a test").click()
        expect(row).to_contain_text("It answered 204.")
        page.get_by_role("button", name="I have kept it").click()
        expect(page.get_by_role("button", name="Add a channel")).to_be_focused()
        without = page.content()
    head, _, body = hook.received[0].partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    known: dict[str, Any] = {}
    exec(program, known)

    assert known["is_genuine"](secret, headers, body)
    assert not known["is_genuine"](secret, headers, body + b" ")
    assert app == json.loads(body)["data"]["app"]
    assert secret not in without


def test_channel_that_cannot_be_reached(open_page: Visit, app: str) -> None:
    """It is told at the top of the page until a notice gets through."""
    status = "500 No"

    def reply(connection: ssl.SSLSocket) -> None:
        sent: Serve = answer(status)
        sent(connection)

    with receiving(reply, here()) as hook:
        page = open_page(f"endpoint.html?app={app}")
        add(page, "slack", f"https://127.0.0.1:{hook.port}/services/T/B/x")
        row = row_of(page, f"127.0.0.1:{hook.port}")
        row.get_by_role("button", name="Send a test").click()
        expect(row).to_contain_text("Cannot be reached")
        expect(row).to_contain_text("127.0.0.1 answered 500.")
        expect(page.get_by_role("alert")).to_contain_text("Notices do not arrive. Slack to https://127.0.0.1")
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("127.0.0.1 answered 500.")
        page.get_by_role("link", name="See notices").click()
        expect(page.get_by_role("heading", name="Notices")).to_be_focused()
        status = "200 OK"
        row.get_by_role("button", name="Send a test").click()
        expect(row).to_contain_text("It answered 200.")
        expect(page.get_by_role("alert")).to_have_count(0)


def test_muted_endpoint_says_so(open_page: Visit, product: Product, app: str) -> None:
    """At its head and among the notices; there are no reminders then."""
    page = open_page(f"endpoint.html?app={app}")
    rings = page.locator(".gantt u")
    expect(rings).to_have_count(4)
    switch = page.get_by_role("switch", name="Mute")
    switch.press("Space")
    expect(page.locator(".lead")).to_contain_text("Muted: nobody is told before it expires.")
    expect(notices_of(page)).to_contain_text("Nobody is told when this certificate, or a later one here, is about")
    expect(switch).to_be_checked()
    expect(switch).to_be_focused()
    expect(rings).to_have_count(0)
    page.reload()
    expect(switch).to_be_checked()
    switch.press("Space")
    expect(rings).to_have_count(4)
    expect(switch).not_to_be_checked()
    expect(page.locator(".lead")).not_to_contain_text("Muted")

    assert not product.call("GET", f"/apps/{app}/ssl-endpoints")[0]["muted"]


def test_nobody_is_told(open_page: Visit, app: str) -> None:
    """Without any channel the page says so and offers to add one; removal is asked for first."""
    page = open_page(f"endpoint.html?app={app}")
    gone = row_of(page, OWNER).get_by_role("button", name="Remove")
    gone.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("all apps of the account")
    page.keyboard.press("Escape")
    expect(gone).to_be_focused()
    gone.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Remove").press("Enter")
    expect(notices_of(page)).to_contain_text("Nobody is told when this certificate is about to expire.")
    expect(page.get_by_role("button", name="Add a channel")).to_be_focused()
    expect(page.locator(".gantt u")).to_have_count(0)
    add(page, "email", OWNER, "account")
    expect(row_of(page, OWNER)).to_contain_text("for all apps")
    expect(page.locator(".gantt u")).to_have_count(4)


def test_refusals_are_sentences(open_page: Visit, product: Product, app: str) -> None:
    """A target that cannot be used, and a token that may not speak for the account."""
    token = product.call("POST", "/tokens", {"name": "page", "scope": "write"})["token"]
    page = open_page(f"endpoint.html?app={app}", token=token, allowed=("422", "403"))
    add(page, "email", "nobody")
    expect(page.get_by_role("alert")).to_contain_text("nobody")
    form = page.get_by_role("form", name="Add a channel")
    expect(form.get_by_role("textbox")).to_have_value("nobody")
    form.get_by_role("textbox").fill("all@example.com")
    form.get_by_role("combobox", name="Told of").select_option("account")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("needs one with scope admin")
    form.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Add a channel")).to_be_focused()
    row_of(page, OWNER).get_by_role("button", name="Send a test").click()
    expect(row_of(page, OWNER)).to_contain_text("Test not sent")
    expect(row_of(page, OWNER)).to_contain_text("needs one with scope admin")


def test_reminders_have_words_and_soon_follows_them(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """A ring says on hover, and to who listens, what it is; a third of the life before the end it is amber."""
    app, host, now = new_app(), "soon.notices.example.com", datetime.now(timezone.utc)
    end = now + 60 * DAY
    issued = authority.issue_cert(host, not_before=end - 200 * DAY, not_after=end)
    second = f"{written(end - 200 * DAY / 6)}: second reminder"
    serve(product, app, issued)
    page = open_page(f"endpoint.html?app={app}")
    expect(page.locator(".lead .state.soon")).to_have_text("Trusted,")
    expect(page.locator(".gantt .track b.soon")).to_be_visible()
    expect(page.locator(".gantt u").first).to_have_attribute("title", second)
    expect(page.get_by_role("img", name=f"Reminders: {second};")).to_have_count(1)
    expect(notices_of(page)).to_contain_text(f"The next one goes out on {second}.")
    page = open_page()
    expect(page.locator(".endpoints tbody tr", has_text=app).locator(".life b")).to_have_class("soon arrive")


def written(at: datetime) -> str:
    """Return a day as the page writes it."""
    return f"{at.day} {at:%b %Y}"


def test_axe_finds_nothing_in_notices(open_page: Visit, product: Product, app: str) -> None:
    """With a secret, a failing channel, the log, the form and the question before a removal all open."""
    unreachable = product.call(
        "POST", f"/apps/{app}/channels", {"kind": "slack", "target": "https://127.0.0.1:1/"}
    )
    product.call("POST", f"/apps/{app}/channels/{unreachable['id']}/test")
    [endpoint] = product.call("GET", f"/apps/{app}/ssl-endpoints")
    product.call("PATCH", f"/apps/{app}/ssl-endpoints/{endpoint['name']}", {"muted": True})
    page = open_page(
        f"endpoint.html?app={app}",
        reduced_motion="reduce",
    )
    add(page, "webhook", f"https://a-rather-long-name-of-a-host.{app}.example.com/")
    expect(page.locator(".secret")).to_be_visible()
    page.get_by_text("How to verify a notice").click()
    page.get_by_text("What was sent").click()
    page.get_by_role("button", name="Add a channel").click()
    topic = "arn:aws:sns:us-east-1:123456789012:a-topic-with-a-name-that-does-not-end-before-the-screen-does"
    product.call("POST", f"/apps/{app}/channels", {"kind": "sns", "target": topic})
    assert [] == faults(page)
    page.reload()
    expect(row_of(page, topic)).to_be_visible()
    row_of(page, topic).get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert [] == faults(page)


def test_notices_on_paper(open_page: Visit, app: str) -> None:
    """Who is told is printed; what one would press is not."""
    page = open_page(f"endpoint.html?app={app}")
    expect(row_of(page, OWNER)).to_be_visible()
    page.emulate_media(media="print")

    expect(row_of(page, OWNER)).to_be_visible()
    expect(page.get_by_role("button", name="Send a test")).to_be_hidden()
    expect(page.get_by_role("switch", name="Mute")).to_be_hidden()
