"""Files in every shape, through the page: what they are, whether they fit, and what the edge serves in the end."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs7,
    pkcs12,
)
from playwright.sync_api import FilePayload, Page, Request, expect

from tests.authority import CA, DAY, NOW, LeafCert, key_pem, make_key
from tests.browser.conftest import Visit
from tests.e2e.product import Product, fresh, until_served

Files = dict[str, bytes]
PASSWORD = b"open, sesame"


def drop(page: Page, files: Files) -> None:
    """Choose files; the page treats dropped ones alike."""
    payloads = [
        FilePayload(name=name, mimeType="application/octet-stream", buffer=octets)
        for name, octets in files.items()
    ]
    page.set_input_files("input[type=file]", payloads)
    expect(page.locator(".files > li")).to_have_count(len(files))


def der_key(leaf: LeafCert, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    """Write a key as DER."""
    return leaf.key.private_bytes(Encoding.DER, form, NoEncryption())


def locked_key(leaf: LeafCert) -> bytes:
    """Write a key as encrypted PKCS#8."""
    return leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD))


def boxed(leaf: LeafCert) -> bytes:
    """Write everything as PKCS#12."""
    assert isinstance(leaf.key, rsa.RSAPrivateKey)
    return pkcs12.serialize_key_and_certificates(
        b"www", leaf.key, leaf.certificate, leaf.issuers, BestAvailableEncryption(PASSWORD)
    )


SHAPES: dict[str, Callable[[LeafCert], Files]] = {
    "apart": lambda c: {"a.txt": c.key_pem.encode(), "b": c.chain_pem.encode()},
    "one-file": lambda c: {"all.pem": (c.key_pem + "Subject: junk\r\n" + c.chain_pem).encode()},
    "der": lambda c: {
        "leaf.cer": c.certificate.public_bytes(Encoding.DER),
        "ca.cer": c.issuers[0].public_bytes(Encoding.DER),
        "key.der": der_key(c),
    },
    "pkcs7": lambda c: {
        "chain.p7b": pkcs7.serialize_certificates([*c.issuers, c.certificate], Encoding.DER),
        "server.key": c.key_pem.encode(),
    },
    "pkcs7-pem": lambda c: {
        "chain.p7c": pkcs7.serialize_certificates([c.certificate, *c.issuers], Encoding.PEM),
        "server.key": c.key_pem.encode(),
    },
    "pkcs1": lambda c: {
        "old.key": key_pem(c.key, PrivateFormat.TraditionalOpenSSL).encode(),
        "c": c.chain_pem.encode(),
    },
    "pkcs1-der": lambda c: {"k": der_key(c, PrivateFormat.TraditionalOpenSSL), "c": c.chain_pem.encode()},
    "utf-16": lambda c: {"a": c.key_pem.encode("utf-16"), "b": c.chain_pem.encode("utf-16-be")},
    "crlf": lambda c: {"a": (c.chain_pem + c.key_pem).replace("\n", "\r\n").encode()},
    "base64": lambda c: {
        "a": base64.b64encode(c.certificate.public_bytes(Encoding.DER)),
        "b": base64.encodebytes(der_key(c)),
        "c": c.issuers[0].public_bytes(Encoding.PEM),
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_sorted_and_served(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA, shape: str
) -> None:
    """Whatever the files are called and hold, the page says that they fit, and the edge serves the certificate."""
    host = f"{shape}.shapes.example.com"
    issued = authority.issue_cert(host, kind="RSA 2048", not_before=NOW - DAY, not_after=NOW + 80 * DAY)
    app = new_app()
    product.call("POST", f"/apps/{app}/domains", {"hostname": host})
    page = open_page(f"setup.html?app={app}")
    drop(page, SHAPES[shape](issued))
    expect(page.get_by_text("The key fits the certificate")).to_be_visible()
    expect(page.get_by_text("The chain is whole")).to_be_visible()
    expect(page.get_by_text(f"It covers {host}")).to_be_visible()
    expect(page.get_by_text("Its key is RSA 2048")).to_be_visible()
    page.get_by_role("button", name="Upload and serve").click()
    expect(page.get_by_text("Version 1 is uploaded.")).to_be_visible()

    until_served(product, host, issued.fingerprint)


@pytest.mark.parametrize("kind", ["P-256", "P-384", "P-521"])
def test_curve_key_without_its_public_half_is_matched(
    open_page: Visit, new_app: Callable[[], str], authority: CA, tmp_path: Path, kind: str
) -> None:
    """A SEC 1 key need not hold its public point: the browser computes it."""
    issued = authority.issue_cert("ec.example.com", kind=kind, not_before=NOW - DAY, not_after=NOW + 80 * DAY)
    (tmp_path / "full.key").write_text(issued.key_pem)
    command = ["openssl", "ec", "-in", str(tmp_path / "full.key"), "-no_public"]
    bare = subprocess.run(command, capture_output=True, timeout=20, check=True).stdout
    page = open_page(f"setup.html?app={new_app()}")
    drop(page, {"ec.key": bare, "ec.crt": issued.chain_pem.encode()})

    expect(page.get_by_text("The key fits the certificate")).to_be_visible()


def test_locked_key_is_unlocked_in_the_page(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """An encrypted PKCS#8 key opens with its password; a wrong one is told; nothing of it is sent."""
    issued = fresh(authority, "locked.example.com")
    page = open_page(f"setup.html?app={new_app()}")
    drop(page, {"server.crt": issued.chain_pem.encode(), "server.pass.key": locked_key(issued)})
    expect(page.get_by_text("The key is protected by a password")).to_be_visible()
    expect(page.get_by_text("openssl pkey -in server.pass.key -out server.key")).to_be_visible()
    expect(page.get_by_role("button", name="Upload and serve")).to_be_disabled()
    page.get_by_label("Password of server.pass.key").fill("wrong")
    page.get_by_role("button", name="Unlock here").click()
    expect(page.get_by_text("That is not its password.")).to_be_visible()
    page.get_by_label("Password of server.pass.key").fill(PASSWORD.decode())
    page.get_by_role("button", name="Unlock here").click()
    expect(page.get_by_text("The key fits the certificate")).to_be_visible()
    page.get_by_role("button", name="Upload and serve").click()
    expect(page.get_by_text("Version 1 is uploaded.")).to_be_visible()


def test_key_that_a_browser_cannot_unlock_has_its_command(
    open_page: Visit, new_app: Callable[[], str], authority: CA, tmp_path: Path
) -> None:
    """The old PEM encryption has no form to type into, but the line that takes it off."""
    issued = authority.issue_cert(
        "old.example.com", kind="RSA 2048", not_before=NOW - DAY, not_after=NOW + DAY * 9
    )
    (tmp_path / "k").write_text(issued.key_pem)
    command = ["openssl", "rsa", "-traditional", "-aes128", "-passout", "pass:abcd", "-in", str(tmp_path / "k")]
    old = subprocess.run(command, capture_output=True, timeout=20, check=True).stdout
    page = open_page(f"setup.html?app={new_app()}")
    drop(page, {"server.crt": issued.chain_pem.encode(), "my key.pem": old})

    expect(page.get_by_text("openssl pkey -in 'my key.pem' -out server.key")).to_be_visible()
    expect(page.get_by_role("button", name="Unlock here")).to_have_count(0)


def test_pkcs12_is_opened_by_the_server(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """The page takes its password along; a wrong one is told in a sentence."""
    issued = authority.issue_cert(
        "box.example.com", kind="RSA 2048", not_before=NOW - DAY, not_after=NOW + 80 * DAY
    )
    page = open_page(f"setup.html?app={new_app()}", allowed=("422",))
    drop(page, {"store.pfx": boxed(issued)})
    page.get_by_label("Password of the PKCS#12 file").fill("wrong")
    page.get_by_role("button", name="Upload and serve").click()
    expect(page.get_by_role("alert")).to_contain_text("pass")
    page.get_by_label("Password of the PKCS#12 file").fill(PASSWORD.decode())
    page.get_by_role("button", name="Upload and serve").click()
    expect(page.get_by_text("Version 1 is uploaded.")).to_be_visible()


def wrong_files(authority: CA) -> dict[str, tuple[bytes, str]]:
    """Return files that people mistake for others, each with what the page has to say."""
    key = make_key("P-256")
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    whole = fresh(authority, "cut.example.com").pem
    return {
        "public.pem": (public, "It is a public key."),
        "id_ecdsa": (
            key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
            "ssh-keygen -p -m PKCS8 -f id_ecdsa",
        ),
        "cut.pem": (whole[:300].encode(), "It is cut off or damaged."),
        "store.jks": (bytes.fromhex("feedfeed00000002"), "keytool -importkeystore -srckeystore store.jks"),
        "files.zip": (b"PK\x03\x04rest", "It is an archive."),
        "empty.txt": (b"", "There is nothing in it."),
        "notes.txt": (b"Dear customer, your order is complete!", "It is neither a certificate nor a key."),
        "big.bin": (b"x" * 300_000, "It has more than 256 KB."),
    }


def test_wrong_file_says_what_it_is(open_page: Visit, new_app: Callable[[], str], authority: CA) -> None:
    """Each file that is not wanted is named for what it is, with what to do."""
    page = open_page(f"setup.html?app={new_app()}")
    wrong = wrong_files(authority)
    drop(page, {name: octets for name, (octets, _) in wrong.items()})
    for name, (_, sentence) in wrong.items():
        row = page.locator(".files > li", has=page.get_by_text(name, exact=True))
        expect(row).to_contain_text(sentence)
    expect(page.get_by_role("button", name="Upload and serve")).to_be_disabled()
    page.get_by_role("button", name="Take notes.txt away").click()
    expect(page.locator(".files > li")).to_have_count(len(wrong) - 1)


def test_key_of_another_request_is_told(open_page: Visit, new_app: Callable[[], str], authority: CA) -> None:
    """The upload waits until the key fits; a file of the same name takes the other's place."""
    issued = fresh(authority, "fits.example.com")
    page = open_page(f"setup.html?app={new_app()}")
    drop(page, {"server.key": issued.key_pem.encode()})
    expect(page.get_by_text("The certificate is missing")).to_be_visible()
    expect(page.get_by_role("button", name="Upload and serve")).to_be_disabled()
    page.get_by_role("button", name="Take server.key away").click()
    drop(page, {"server.crt": issued.chain_pem.encode()})
    expect(page.get_by_text("The private key is missing")).to_be_visible()
    drop_more = {"server.key": key_pem(make_key()).encode()}
    page.set_input_files("input[type=file]", [_payload(*drop_more.popitem())])
    expect(page.get_by_text("The key does not fit the certificate")).to_be_visible()
    expect(page.get_by_role("button", name="Upload and serve")).to_be_disabled()
    page.set_input_files("input[type=file]", [_payload("server.key", issued.key_pem.encode())])
    expect(page.get_by_text("The key fits the certificate")).to_be_visible()
    expect(page.locator(".files > li")).to_have_count(2)


def test_renewed_certificate_keeps_the_key_in_use(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """A new certificate for the key that is served needs no upload of that key, and none is sent."""
    app, key = new_app(), make_key("P-256")
    dates = [(NOW - 9 * DAY, NOW + 9 * DAY), (NOW - DAY, NOW + 80 * DAY)]
    first, second = (
        authority.issue_cert("renewed.example.com", key=key, not_before=begin, not_after=end)
        for begin, end in dates
    )
    product.call("POST", f"/apps/{app}/ssl-endpoints", first)
    product.call("POST", f"/apps/{app}/domains", {"hostname": "renewed.example.com"})
    page = open_page(f"endpoint.html?app={app}")
    page.get_by_role("button", name="Update certificate").click()
    drop(page, {"renewed.crt": second.chain_pem.encode()})
    expect(page.get_by_text("It fits the key in use")).to_be_visible()
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        page.get_by_role("button", name="Upload and serve").click()
    expect(page.locator(".gantt")).to_contain_text("v2 Serving")

    assert {"certificate_chain"} == set(json.loads(sent.value.post_data or ""))
    until_served(product, "renewed.example.com", second.fingerprint)


def test_kept_chain_is_served_as_it_was_dropped(
    open_page: Visit, product: Product, new_app: Callable[[], str], root: CA, authority: CA
) -> None:
    """The switch shows before and after, and with it the root is served too."""
    issued = fresh(authority, "kept.example.com")
    app = new_app()
    page = open_page(f"setup.html?app={app}")
    drop(page, {"ca.pem": (authority.pem + root.pem).encode(), "all.pem": (issued.pem + issued.key_pem).encode()})
    served = page.locator(".keep dd").last
    expect(served).to_have_text("kept.example.com → Browser R3")
    page.get_by_role("switch", name="Keep the chain as it is").check()
    expect(served).to_have_text("kept.example.com → Browser R3 → Browser Root X1")
    page.get_by_role("button", name="Upload and serve").click()
    expect(page.get_by_text("Version 1 is uploaded.")).to_be_visible()
    [endpoint] = product.call("GET", f"/apps/{app}/ssl-endpoints")

    assert 3 == endpoint["certificate_chain"].count("BEGIN CERTIFICATE")


def test_dropped_files_are_taken(open_page: Visit, new_app: Callable[[], str], authority: CA) -> None:
    """Files that are dragged onto the zone are read like chosen ones; the browser does not open them."""
    issued = fresh(authority, "dropped.example.com")
    page = open_page(f"setup.html?app={new_app()}")
    expect(page.locator(".drop")).to_be_visible()
    carried = page.evaluate_handle(
        """(text) => {
            const carried = new DataTransfer();
            carried.items.add(new File([text], 'all.pem'));
            return carried;
        }""",
        issued.chain_pem + issued.key_pem,
    )
    page.dispatch_event(".drop", "drop", {"dataTransfer": carried})
    expect(page.get_by_text("The key fits the certificate")).to_be_visible()


def test_pasted_text_is_taken_like_a_file(open_page: Visit, new_app: Callable[[], str], authority: CA) -> None:
    """Text is taken from the clipboard without ever being shown."""
    issued = fresh(authority, "pasted.example.com")
    page = open_page(f"setup.html?app={new_app()}", permissions=["clipboard-read", "clipboard-write"])
    expect(page.locator(".drop")).to_be_visible()
    page.evaluate("(text) => navigator.clipboard.writeText(text)", issued.chain_pem + issued.key_pem)
    page.locator("h1").click()
    page.keyboard.press("Control+V")
    expect(page.get_by_text("The key fits the certificate")).to_be_visible()


def test_files_wait_for_a_new_token(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """A token that is revoked in the meantime is asked for in place, for each call; what was dropped stays."""
    issued = fresh(authority, "waits.example.com")
    page = open_page(f"setup.html?app={new_app()}", allowed=("401",))
    expect(page.locator(".drop")).to_be_visible()
    page.evaluate("sessionStorage.setItem('token', 'revoked')")
    page.set_input_files("input[type=file]", [_payload("all.pem", (issued.chain_pem + issued.key_pem).encode())])
    sign_in(page, product)
    expect(page.get_by_text("The chain is whole")).to_be_visible()
    page.evaluate("sessionStorage.setItem('token', 'revoked')")
    page.get_by_role("button", name="Upload and serve").click()
    sign_in(page, product)
    page.get_by_role("button", name="Upload and serve").click()
    expect(page.get_by_text("Version 1 is uploaded.")).to_be_visible()


def sign_in(page: Page, product: Product) -> None:
    """Give the token to the form that asks for it."""
    page.get_by_label("Token").fill(product.told["token"])
    page.get_by_role("button", name="Sign in").click()


def test_server_that_cannot_judge_is_quoted(open_page: Visit, new_app: Callable[[], str], authority: CA) -> None:
    """What keeps the verdict away is told in the API's words; the upload can be tried all the same."""
    issued = fresh(authority, "unjudged.example.com")
    refusal = '{"id": "rate_limit", "message": "Too many requests; wait a minute."}'
    page = open_page(
        f"setup.html?app={new_app()}",
        allowed=("429",),
        before=lambda each: each.route("**/inspect", lambda route: route.fulfill(status=429, body=refusal)),
    )
    drop(page, {"all.pem": (issued.chain_pem + issued.key_pem).encode()})
    expect(page.get_by_text("Too many requests; wait a minute. As dropped:")).to_be_visible()
    expect(page.get_by_role("button", name="Upload and serve")).to_be_enabled()


def private_pieces(issued: LeafCert, secret: str) -> list[str]:
    """Return pieces of a key's PEM text that hold nothing but the private number: its public half is no secret."""
    assert isinstance(issued.key, EllipticCurvePrivateKey)
    number = issued.key.private_numbers().private_value.to_bytes(issued.key.key_size // 8, "big")
    begin = base64.b64decode(secret).index(number)
    private = secret[-(-begin // 3) * 4 : (begin + len(number)) // 3 * 4]
    assert len(private) >= 32
    return [private[at : at + 16] for at in range(0, len(private) - 15, 8)]


def test_key_goes_nowhere_but_into_the_upload(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """No part of the key is in the page, its storage, its address, or any request but the one POST."""
    issued = fresh(authority, "secret.example.com")
    secret = "".join(issued.key_pem.splitlines()[1:-1])
    pieces = private_pieces(issued, secret)
    sent: list[Request] = []
    app = new_app()

    def note(request: Request) -> None:
        sent.append(request)

    page = open_page(f"setup.html?app={app}", before=lambda each: each.on("request", note))
    drop(page, {"server.crt": issued.chain_pem.encode(), "server.key": issued.key_pem.encode()})
    expect(page.get_by_text("The chain is whole")).to_be_visible()
    seen = [page.content(), _everything(page)]
    page.get_by_role("button", name="Upload and serve").click()
    expect(page.get_by_text("Version 1 is uploaded.")).to_be_visible()
    seen += [page.content(), _everything(page), page.url, *(request.url for request in sent)]
    carriers = [request for request in sent if "PRIVATE KEY" in (request.post_data or "")]

    assert not [piece for piece in pieces for text in seen if piece in text]
    assert [("POST", f"/api/apps/{app}/ssl-endpoints")] == [
        (request.method, request.url.partition(str(product.api_port))[2]) for request in carriers
    ]
    assert all(
        piece not in (request.post_data or "") for request in sent if request not in carriers for piece in pieces
    )
    assert secret in json.loads(carriers[0].post_data or "")["private_key"].replace("\n", "")


def test_key_made_here_goes_nowhere_but_into_the_upload(
    open_page: Visit, product: Product, new_app: Callable[[], str], authority: CA
) -> None:
    """The same of a key that the page made: only its file, which the user saves, and the one POST have it."""
    sent: list[Request] = []

    def note(request: Request) -> None:
        sent.append(request)

    app = new_app()
    page = open_page(f"setup.html?app={app}", before=lambda each: each.on("request", note))
    page.get_by_role("button", name="Make a request").click()
    page.get_by_label("Names, one a line").fill("made.example.com")
    page.get_by_role("button", name="Make key and request").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save key").click()
    pem = saved.value.path().read_bytes()
    key = load_pem_private_key(pem, None)
    assert isinstance(key, EllipticCurvePrivateKey)
    issued = authority.issue_cert("made.example.com", key=key, not_before=NOW - DAY, not_after=NOW + 80 * DAY)
    drop(page, {"server.crt": issued.chain_pem.encode()})
    expect(page.get_by_text("It fits the key that was made here")).to_be_visible()
    seen = [page.content(), _everything(page)]
    page.get_by_role("button", name="Upload and serve").click()
    expect(page.get_by_text("Version 1 is uploaded.")).to_be_visible()
    seen += [page.content(), _everything(page), *(request.url for request in sent)]
    # The scalar comes first in PKCS#8, and the public half, which the request shows too, after it.
    secret = pem.decode().splitlines()[1]
    carriers = [request for request in sent if secret[44:] in (request.post_data or "")]

    assert not [text for text in seen if secret[44:] in text or "PRIVATE KEY" in text]
    assert [("POST", f"/api/apps/{app}/ssl-endpoints")] == [
        (request.method, request.url.partition(str(product.api_port))[2]) for request in carriers
    ]


def _payload(name: str, octets: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=octets)


def _everything(page: Page) -> str:
    told: str = page.evaluate(
        "() => JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie, history.state,"
        " document.title,"
        " [...document.querySelectorAll('input, textarea')].map((each) => each.value)])"
    )
    return told
