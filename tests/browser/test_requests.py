"""Requests made in the browser, judged by openssl; and the command lines that the page shows instead."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_csr
from playwright.sync_api import Dialog, Page, expect

from tests.authority import CA
from tests.browser.conftest import Visit
from tests.e2e.product import Product, fresh

NAMES = "www.example.com\n*.example.com bücher.example\n192.0.2.1, 2001:db8::1"
SAN = (
    "DNS:www.example.com, DNS:*.example.com, DNS:xn--bcher-kva.example, IP Address:192.0.2.1, IP Address:2001:DB8"
)


def judged(request: Path) -> str:
    """Return what openssl says of a request; it has to verify."""
    command = [
        "openssl",
        "req",
        "-verify",
        "-noout",
        "-text",
        "-nameopt",
        "utf8,sep_comma_plus",
        "-in",
        str(request),
    ]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)

    assert "verify OK" in answer.stdout + answer.stderr
    return answer.stdout


def fill(page: Page, key_type: str) -> None:
    """Fill in the form for a key type."""
    page.get_by_label("Names, one a line").fill(NAMES)
    page.get_by_label(key_type).check()
    page.get_by_text("Organisation, if your authority asks for it").click()
    page.get_by_label("Country").fill("de")
    page.get_by_label("State").fill("Baden-Württemberg")
    page.get_by_label("City").fill("Ulm")
    page.get_by_label("Organisation (O)").fill('#1 "Bücher" + Söhne, \\ & Co')


@pytest.mark.parametrize(
    ("key_type", "told"),
    [
        ("ECDSA P-256", ("ASN1 OID: prime256v1", "ecdsa-with-SHA256")),
        ("ECDSA P-384", ("ASN1 OID: secp384r1", "ecdsa-with-SHA384")),
        ("RSA 2048", ("Public-Key: (2048 bit)", "sha256WithRSAEncryption")),
        ("RSA 4096", ("Public-Key: (4096 bit)", "sha256WithRSAEncryption")),
    ],
)
def test_openssl_takes_the_request(
    open_page: Visit, new_app: Callable[[], str], tmp_path: Path, key_type: str, told: tuple[str, str]
) -> None:
    """Subject, names of each kind and key are as filled in, and the saved key is the request's."""
    page = open_page(f"setup.html?app={new_app()}")
    page.get_by_role("button", name="Make a request").click()
    fill(page, key_type)
    page.get_by_role("button", name="Make key and request").click()
    with page.expect_download() as key_file:
        page.get_by_role("button", name="Save key").click()
    with page.expect_download() as request_file:
        page.get_by_role("button", name="Save request").click()
    request_file.value.save_as(tmp_path / "server.csr")
    text = judged(tmp_path / "server.csr")
    request = load_pem_x509_csr((tmp_path / "server.csr").read_bytes())
    key = load_pem_private_key(key_file.value.path().read_bytes(), None)

    assert SAN in text
    assert all(part in text for part in told)
    assert 'C=DE,ST=Baden-Württemberg,L=Ulm,O=#1 "Bücher" + Söhne, \\ & Co,CN=www.example.com' == ",".join(
        f"{part.rfc4514_attribute_name}={part.value!s}" for part in request.subject
    )
    assert request.public_key() == key.public_key()
    assert (
        page.get_by_label("Certificate request").inner_text().strip()
        == (tmp_path / "server.csr").read_text().strip()
    )


@pytest.mark.parametrize("key_type", ["ECDSA P-256", "RSA 2048"])
def test_command_line_makes_the_same(
    open_page: Visit, new_app: Callable[[], str], tmp_path: Path, key_type: str
) -> None:
    """The openssl line for a terminal, run as it is, makes a request with the same subject and names."""
    page = open_page(f"setup.html?app={new_app()}")
    page.get_by_role("button", name="Make a request").click()
    fill(page, key_type)
    page.get_by_label("In a terminal").check()
    page.get_by_label("Debian, Ubuntu").check()
    line = page.locator(".command code", has_text="openssl req").inner_text()
    subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, timeout=30, check=True)

    text = judged(tmp_path / "server.csr")
    assert SAN in text
    assert "BEGIN PRIVATE KEY" in (tmp_path / "server.key").read_text()


def test_steps_are_done_only_when_they_are(open_page: Visit, new_app: Callable[[], str]) -> None:
    """Without a certificate or a request the first step has no tick, also where the second one is done."""
    page = open_page(f"setup.html?app={new_app()}")
    steps = page.locator(".steps > li")
    expect(steps.nth(1)).to_have_class("done")
    expect(steps.nth(2)).to_have_attribute("aria-current", "step")
    expect(steps.nth(0)).not_to_have_class("done")
    page.get_by_role("button", name="Make a request").click()
    expect(steps.nth(0)).to_have_attribute("aria-current", "step")
    page.get_by_label("Names, one a line").fill("www.example.com")
    page.get_by_role("button", name="Make key and request").click()
    page.get_by_role("button", name="Save key").click()
    page.get_by_role("button", name="Go on with what the authority sent").click()
    expect(steps.nth(0)).to_have_class("done")
    expect(steps.nth(0)).to_contain_text("Request for www.example.com made here. Key saved as server.key.")


def test_mistakes_are_told_before_anything_is_made(open_page: Visit, new_app: Callable[[], str]) -> None:
    """A URL, a country that is none, and the article's advice on roots and wildcards stand beside the field."""
    page = open_page(f"setup.html?app={new_app()}")
    page.get_by_role("button", name="Make a request").click()
    names = page.get_by_label("Names, one a line")
    names.fill("https://example.com/")
    expect(page.get_by_text("leave out the scheme, port and path")).to_be_visible()
    expect(page.get_by_role("button", name="Make key and request")).to_be_disabled()
    names.fill("*.example.com")
    expect(page.get_by_text("and not example.com itself: add it if you serve it")).to_be_visible()
    page.get_by_text("Organisation, if your authority asks for it").click()
    page.get_by_label("Country").fill("UK")
    expect(page.get_by_text("UK is not a country code of ISO 3166-1")).to_be_visible()
    expect(page.get_by_role("button", name="Make key and request")).to_be_disabled()


def test_browser_warns_before_an_unsaved_key_is_lost(open_page: Visit, new_app: Callable[[], str]) -> None:
    """Leaving asks first, until the key is saved."""
    page = open_page(f"setup.html?app={new_app()}")
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", note)
    page.get_by_role("button", name="Make a request").click()
    page.get_by_label("Names, one a line").fill("www.example.com")
    page.get_by_role("button", name="Make key and request").click()
    expect(page.get_by_role("button", name="Save key")).to_be_visible()
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert ["beforeunload"] == asked
    with page.expect_download():
        page.get_by_role("button", name="Save key").click()
    expect(page.get_by_text("Keep server.key where only you can read it.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Make a request")).to_be_visible()
    assert ["beforeunload"] == asked


def test_plain_http_address_has_commands_instead(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """Without WebCrypto and a clipboard the page shows openssl, selects text, and still takes an upload."""
    bare = """
    Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });
    Object.defineProperty(Crypto.prototype, 'randomUUID', { get: () => undefined });
    Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined });
    """
    page = open_page(f"setup.html?app={new_app()}", before=lambda each: each.add_init_script(bare))
    page.get_by_role("button", name="Make a request").click()
    expect(page.get_by_text("This address is not secure, so the browser makes no keys here.")).to_be_visible()
    page.get_by_role("button", name="Copy hostname").click()
    assert page.locator(".big [data-copy]").inner_text() == page.evaluate("getSelection().toString()")
    issued = fresh(authority, "plain.example.com")
    both = (issued.key_pem + issued.chain_pem).encode()
    page.set_input_files("input[type=file]", {"name": "all.pem", "mimeType": "text/plain", "buffer": both})
    page.get_by_role("button", name="Upload and serve").click()
    expect(page.get_by_text("Version 1 is uploaded.")).to_be_visible()


def test_self_signed_certificate_is_made_and_served(open_page: Visit, new_app: Callable[[], str]) -> None:
    """For staging one click makes a certificate, a second one serves it."""
    page = open_page(f"setup.html?app={new_app()}")
    page.get_by_role("button", name="Make a request").click()
    page.get_by_label("Names, one a line").fill("staging.selfmade.example.com")
    page.get_by_label("Self-signed, for staging").check()
    page.get_by_role("button", name="Make a self-signed certificate").click()
    expect(page.get_by_text("It is self-signed")).to_be_visible()
    page.get_by_role("button", name="Upload and serve").click()
    page.get_by_role("link", name="See or update it").click()
    expect(page.locator(".lead")).to_contain_text("Self-signed: fine for staging")
