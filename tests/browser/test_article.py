"""The whole article in the browser: from nothing to curl showing the uploaded certificate."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from playwright.sync_api import FilePayload, expect

from tests.authority import CA, DAY, NOW
from tests.browser.conftest import Visit
from tests.e2e.product import Product, until_served
from tests.e2e.test_checks import another_account


@pytest.fixture
def empty(product: Product) -> Product:
    """Return the product as an account sees it that has nothing yet."""
    return another_account(product)


def test_article_from_nothing_to_curl(
    open_page: Visit, empty: Product, root: CA, authority: CA, tmp_path: Path
) -> None:
    """Request, provision, upload, add names: then curl verifies the certificate at the edge."""
    page = open_page(at=empty)
    expect(page.get_by_text("None yet.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="New endpoint").click()
    page.get_by_label("Name").fill("docs")
    page.get_by_label("Server behind it").fill(empty.told["demo"])
    page.get_by_role("button", name="Continue").click()

    page.get_by_label("Names, one a line").fill("www.article.example\narticle.example")
    page.get_by_role("button", name="Make key and request").click()
    expect(page.get_by_text("lost when you close it")).to_be_visible()
    with page.expect_download() as key_file:
        page.get_by_role("button", name="Save key").click()
    with page.expect_download() as request_file:
        page.get_by_role("button", name="Save request").click()
    key = load_pem_private_key(key_file.value.path().read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    assert "server.csr" == request_file.value.suggested_filename

    issued = authority.issue_cert(
        "www.article.example",
        "article.example",
        key=key,
        not_before=NOW - DAY,
        not_after=NOW + 90 * DAY,
    )
    page.get_by_role("button", name="Provision").click()
    expect(page.locator(".big")).to_contain_text(".ssl.localhost")
    expect(page.get_by_text("$20 a month, until the add-on is removed.")).to_be_visible()
    files = [("bundle.pem", root.pem + authority.pem), ("cert.txt", issued.pem)]
    page.set_input_files(
        "input[type=file]",
        [FilePayload(name=name, mimeType="text/plain", buffer=text.encode()) for name, text in files],
    )
    expect(page.get_by_text("It fits the key that was made here")).to_be_visible()
    expect(page.get_by_text("The chain is whole")).to_be_visible()
    page.get_by_role("button", name="Upload and serve").click()
    expect(
        page.get_by_label("Progress").locator("li", has_text="Served by the edge").locator("time")
    ).to_be_visible()
    page.get_by_role("button", name="Add the 2 names of the certificate").click()
    expect(page.locator(".record")).to_have_count(2)
    expect(page.locator(".record").first).to_contain_text("www")
    until_served(empty, "www.article.example", issued.fingerprint)
    page.get_by_role("link", name="Go to the endpoint").click()
    expect(page.locator(".lead")).to_contain_text("Trusted, and good for 89 more days")

    (tmp_path / "root.pem").write_text(root.pem)
    connect = f"::127.0.0.1:{empty.edge_port}"
    command = ["curl", "-svS", "--max-time", "20", "--cacert", str(tmp_path / "root.pem"), "--connect-to", connect]
    answer = subprocess.run(
        [*command, "https://www.article.example/"], capture_output=True, text=True, timeout=30, check=False
    )
    assert "SSL certificate verify ok" in answer.stderr, answer.stderr
    assert "subject: C=US; O=Example; CN=www.article.example" in answer.stderr
