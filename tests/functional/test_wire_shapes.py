"""What each client really sends, as it was recorded on the wire, and what it reads of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from chalice.test import Client
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from chalicelib import wiring
from chalicelib.record.contract import Record
from tests.authority import CA, LeafCert, key_pem, pem
from tests.functional.conftest import issue
from tests.functional.wires import (
    ARTICLE,
    BINARY,
    CLIENTS,
    FORM,
    HEROKU3,
    MIDDLE,
    NEWEST,
    RUBY,
    V3,
    Sender,
    Wire,
)


@pytest.fixture
def token(record: Record) -> str:
    """Return a token of an account."""
    tokens = wiring.tokens()
    return tokens.issue(tokens.account("owner@example.com"), "test", "admin")


@pytest.fixture
def http(record: Record) -> Iterator[Client]:
    """Yield the application's HTTP."""
    import app  # noqa: PLC0415

    with Client(app.app) as client:
        yield client


@pytest.fixture(params=CLIENTS, ids=[client.name for client in CLIENTS])
def wire(request: pytest.FixtureRequest, http: Client, token: str) -> Wire:
    """Return the wire of each client in turn."""
    return Wire(http, request.param.dress(token))


@pytest.fixture(scope="module")
def issued() -> LeafCert:
    """Return a certificate of an intermediate."""
    return issue(CA("Wire Root").issue_ca("Wire Intermediate"), "www.example.com")


def by(client: Sender, http: Client, token: str) -> Wire:
    """Return the wire of one client, with an app that has the add-on."""
    wire = Wire(http, client.dress(token))
    wire.ask("POST", "/apps", {"name": "example"}, 201)
    wire.ask("POST", "/apps/example/addons", {"plan": {"name": "ssl:endpoint"}}, 201)
    return wire


def upload(issued: LeafCert) -> dict[str, str]:
    """Return the body of an upload."""
    return {"certificate_chain": issued.chain_pem, "private_key": issued.key_pem}


def test_every_client_is_let_in(wire: Wire) -> None:
    """Bearer and Basic, odd Ranges, Content-Types and Accepts, are all understood."""
    account = wire.ask("GET", "/account")
    made = wire.ask("POST", "/apps", {"name": "example"}, 201)

    assert "owner@example.com" == account["email"]
    assert [made["id"]] == [app["id"] for app in wire.ask("GET", "/users/~/apps")]
    assert wire.ask("GET", "/account/rate-limits")["remaining"] > 0
    for path in ("", "/addons", "/dynos", "/collaborators", "/features", "/sni-endpoints", "/domains"):
        wire.ask("GET", f"/apps/example{path}")


@pytest.mark.parametrize(
    "body",
    [
        b'{"attachment":{},"config":{},"plan":{"name":"ssl:endpoint"}}',
        b'{"attachment":{"name":null},"config":{},"confirm":null,"plan":{"name":"ssl:endpoint"}}',
        b'{"plan": "ssl:endpoint", "config": {}}',
    ],
    ids=["npm", "ruby, without a Content-Type", "heroku3"],
)
def test_addon_is_provisioned(http: Client, token: str, body: bytes) -> None:
    """Each way of asking for the add-on is a 201 with what the clients print."""
    wire = Wire(http, {"Authorization": f"Bearer {token}", "Accept": "*/*"})
    wire.ask("POST", "/apps", {"name": "example"}, 201)
    answer = wire.send("POST", "/apps/example/addons", body, accept_expansion="plan")
    addon = json.loads(answer.body)

    assert (201, "provisioned", "ssl") == (answer.status_code, addon["state"], addon["addon_service"]["name"])
    assert {"cents": 2000, "unit": "month", "contract": False}.items() <= addon["plan"]["price"].items()
    assert ([], "example") == (addon["config_vars"], addon["app"]["name"])
    for path in ("ssl%3Aendpoint", "ssl:endpoint", "ssl", addon["name"], addon["id"]):
        assert addon["id"] == wire.ask("GET", f"/apps/example/addons/{path}")["id"]


def test_what_is_not_there_is_told_as_clients_need_it(http: Client, token: str) -> None:
    """7.38 gives up on any other answer than these to its questions for the add-on."""
    wire = Wire(http, ARTICLE.dress(token))
    wire.ask("POST", "/apps", {"name": "example"}, 201)
    addon = wire.ask("GET", "/apps/example/addons/ssl%3Aendpoint", status=404)
    resolved = [
        wire.ask("POST", "/actions/addons/resolve", {"addon": "ssl:endpoint", "app": name}, 404)
        for name in ("example", None)
    ]

    assert ("not_found", "addon") == (addon["id"], addon["resource"])
    assert [("not_found", "add_on")] * 2 == [(each["id"], each["resource"]) for each in resolved]


@pytest.mark.parametrize("cents", [0, 700])
def test_price_is_a_setting(http: Client, token: str, monkeypatch: pytest.MonkeyPatch, cents: int) -> None:
    """What the operator asks for a month is told wherever a price is."""
    chosen = replace(wiring.settings(), price_cents=cents)
    monkeypatch.setattr(wiring, "settings", lambda: chosen)
    wire = by(NEWEST, http, token)
    [addon], [plan] = wire.ask("GET", "/apps/example/addons"), wire.ask("GET", "/addon-services/ssl/plans")

    assert {cents} == {price["cents"] for price in (addon["billed_price"], addon["plan"]["price"], plan["price"])}


@pytest.mark.parametrize("variant", ["3.sdk", "3.actions"])
def test_addon_is_resolved_and_destroyed(http: Client, token: str, variant: str) -> None:
    """The clients find the add-on by its plan, then delete it by ids, with a body, and read its state."""
    wire = by(NEWEST, http, token)
    accept = f"application/vnd.heroku+json; version={variant}"
    [found] = wire.ask(
        "POST", "/actions/addons/resolve", {"addon": "ssl:endpoint", "app": "example"}, accept=accept
    )
    attached = wire.ask("GET", f"/addons/{found['id']}/addon-attachments")
    gone = wire.ask("DELETE", f"/apps/{found['app']['id']}/addons/{found['id']}", {"force": False})

    assert ["SSL"] == [each["name"] for each in attached]
    assert "deprovisioned" == gone["state"]


@pytest.mark.parametrize(
    ("client", "accept"),
    [(NEWEST, V3), (MIDDLE, f"{V3}.undefined"), (HEROKU3, f"{V3}.cedar-acm")],
    ids=lambda value: getattr(value, "name", ""),
)
def test_sni_endpoint(http: Client, token: str, issued: LeafCert, client: Sender, accept: str) -> None:
    """The newer clients know only sni-endpoints: made, listed, changed and removed by name or id."""
    wire = by(client, http, token)
    made = wire.ask("POST", "/apps/example/sni-endpoints", upload(issued), 201)
    listed = wire.ask("GET", "/apps/example/sni-endpoints")
    domain = wire.ask("POST", "/apps/example/domains", {"hostname": "www.example.com", "sni_endpoint": None}, 201)
    path = f"/apps/example/sni-endpoints/{made['name']}"
    same = wire.ask("PATCH", path, upload(issued), accept=accept)
    chosen = wire.ask("PATCH", "/apps/example/domains/www.example.com", {"sni_endpoint": made["name"]})

    assert [made] == listed
    assert {"expires_at", "starts_at", "issuer", "subject", "ca_signed?", "acm"} <= made["ssl_cert"].keys()
    assert (["www.example.com"], False) == (made["ssl_cert"]["cert_domains"], made["ssl_cert"]["acm"])
    assert (1, [domain["id"]]) == (same["version"], same["domains"])
    assert (made["cname"], "none", made["name"]) == (
        chosen["cname"],
        chosen["status"],
        chosen["sni_endpoint"]["name"],
    )
    assert domain["id"] == wire.ask("GET", f"/apps/example/domains/{domain['id']}")["id"]
    assert made["id"] == wire.ask("DELETE", path, accept=accept)["id"]


def test_ssl_endpoint(http: Client, token: str, issued: LeafCert) -> None:
    """7.38 joins both lists, so that each endpoint is in one; it rolls back by hostname."""
    wire = by(ARTICLE, http, token)
    ours, theirs = f"{V3}.ssl_cert", f"{V3}.sni_ssl_cert"
    made = wire.ask("POST", "/apps/example/ssl-endpoints", upload(issued), 201, accept=ours)
    path = f"/apps/example/ssl-endpoints/{made['cname']}"
    refused = wire.ask("PATCH", path, {"rollback": True}, 422, accept=ours)

    assert [made] == wire.ask("GET", "/apps/example/ssl-endpoints", accept=ours)
    assert [] == wire.ask("GET", "/apps/example/sni-endpoints", accept=theirs)
    assert [made] == wire.ask("GET", "/apps/example/sni-endpoints")
    assert "No previous certificate to roll back to." == refused["message"]


def test_form_of_the_toolbelt(http: Client, token: str, issued: LeafCert) -> None:
    """The Ruby toolbelt sends forms, hostnames with %2E, and verbs of its own."""
    wire = by(RUBY, http, token)
    form = urlencode({"accept": "json", "pem": issued.chain_pem, "key": issued.key_pem}).encode()
    made = wire.send("POST", "/apps/example/ssl-endpoints", form, content_type=FORM)
    cname = json.loads(made.body)["cname"].replace(".", "%2E")
    path = f"/apps/example/ssl-endpoints/{cname}"
    answers = [
        wire.send("GET", path),
        wire.send("PUT", path, form, content_type=FORM),
        wire.send("POST", f"{path}/rollback", b"accept=json", content_type=FORM),
        wire.send("POST", "/apps/example/domains", b'{"hostname":"www.example.com"}'),
        wire.send("DELETE", "/apps/example/domains/www%2Eexample%2Ecom", accept="application/json"),
        wire.send("DELETE", path),
    ]

    assert 201 == made.status_code
    assert [200, 200, 422, 201, 200, 200] == [answer.status_code for answer in answers]
    assert "No previous certificate to roll back to." == json.loads(answers[2].body)["message"]
    assert cname.replace("%2E", ".") == json.loads(answers[0].body)["cname"]


@pytest.mark.parametrize(
    ("accept", "body", "bypass"),
    [
        (V3, "json", False),
        (f"{V3}.undefined", "json", False),
        (f"{V3}.ssl_cert", "json", True),
        (f"{V3}.sni_ssl_cert", "json", True),
        ("application/json", "form", True),
    ],
)
def test_bypass(http: Client, token: str, issued: LeafCert, accept: str, body: str, bypass: bool) -> None:
    """Clients with a doctor mean what they upload, so that --bypass, which they do not send, has its effect."""
    wire = by(ARTICLE, http, token)
    sent = issued.chain_pem + issued.chain_pem  # what a server that mends chains would not serve
    fields = {"json": ("certificate_chain", "private_key"), "form": ("pem", "key")}[body]
    pairs = dict(zip(fields, (sent, issued.key_pem), strict=True))
    raw = json.dumps(pairs).encode() if body == "json" else urlencode(pairs).encode()
    kind = "application/json" if body == "json" else FORM
    made = wire.send("POST", "/apps/example/ssl-endpoints", raw, accept=accept, content_type=kind)

    assert (201, sent if bypass else issued.chain_pem) == (
        made.status_code,
        json.loads(made.body)["certificate_chain"],
    )


def test_doctor(http: Client, issued: LeafCert) -> None:
    """The doctor is asked without a token, in PEM, and answers in PEM, or in JSON where there is a key."""
    wire = Wire(http, {})
    mixed = f"{pem(*issued.issuers)}\n{issued.pem}\n{issued.key_pem}".encode()
    chain = wire.send("POST", "/resolve-chain", mixed, content_type=BINARY)
    nothing = wire.send("POST", "/resolve-chain-and-key", content_type=BINARY)
    answer = wire.send("POST", "/resolve-chain-and-key", mixed, content_type=BINARY)

    assert (200, issued.chain_pem.encode()) == (chain.status_code, chain.body)
    assert {"pem": issued.chain_pem, "key": issued.key_pem} == json.loads(answer.body)
    assert (400, b"No certificate given.") == (nothing.status_code, nothing.body)


NO_CERTIFICATE = (400, "No certificate given.")
NO_LEAF = (422, "No certificate given is a domain name certificate.")
MANY_LEAVES = (422, "More than one domain name certificate given.")
NO_KEY = (400, "No valid, non-passphrase-protected keys given.")
MALFORMED_KEY = (422, "Key appears to be malformed, or is passphrase-protected.")
NO_FITTING_KEY = (422, "No key found that signs the certificate.")
FOR_CHAINS = ("/resolve-chain", "/order-chain", "/find-domain-certificate-from-set")
WITH_KEYS = ("/resolve-chain-and-key", "/find-key-for-certificate")


@pytest.mark.parametrize(
    ("paths", "sent", "told"),
    [
        ((*FOR_CHAINS, *WITH_KEYS), "", NO_CERTIFICATE),
        ((*FOR_CHAINS, *WITH_KEYS), "key", NO_CERTIFICATE),
        ((*FOR_CHAINS, *WITH_KEYS), "issuer", NO_LEAF),
        ((*FOR_CHAINS, *WITH_KEYS), "issuer key", NO_LEAF),
        ((*FOR_CHAINS, *WITH_KEYS), "leaf other", MANY_LEAVES),
        ((*FOR_CHAINS, *WITH_KEYS), "leaf other key", MANY_LEAVES),
        (WITH_KEYS, "leaf issuer", NO_KEY),
        (WITH_KEYS, "leaf damaged", MALFORMED_KEY),
        (WITH_KEYS, "leaf locked", MALFORMED_KEY),
        (WITH_KEYS, "leaf another_key", NO_FITTING_KEY),
    ],
)
def test_doctor_refuses_in_its_own_words(
    http: Client, issued: LeafCert, paths: tuple[str, ...], sent: str, told: tuple[int, str]
) -> None:
    """Clients show the doctor's sentences as they are: plain text, the certificates judged before the keys."""
    other = issue(CA(), "other.example.com")
    locked = BestAvailableEncryption(b"secret")
    parts = {
        "leaf": issued.pem,
        "issuer": pem(*issued.issuers),
        "other": other.pem,
        "key": issued.key_pem,
        "another_key": other.key_pem,
        "damaged": issued.key_pem.replace("M", "?"),
        "locked": issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode(),
    }
    body = "\n".join(parts[part] for part in sent.split()).encode()
    for path in paths:
        answer = Wire(http, {}).send("POST", path, body, content_type=BINARY)

        assert told == (answer.status_code, answer.body.decode()), path
        assert "text/plain; charset=utf-8" == answer.headers["Content-Type"]


def test_doctor_wants_the_key_of_the_leaf(http: Client) -> None:
    """A key that fits a certificate above the leaf is not the one, whichever comes first."""
    intermediate = CA("Doctor Root").issue_ca("Doctor Intermediate")
    leaf = issue(intermediate, "www.example.com")
    wire, text = Wire(http, {}), f"{key_pem(intermediate.key)}{leaf.key_pem}{leaf.chain_pem}".encode()
    both = json.loads(wire.send("POST", "/resolve-chain-and-key", text, content_type=BINARY).body)

    assert {"pem": leaf.chain_pem, "key": leaf.key_pem} == both
    assert leaf.key_pem.encode() == wire.send("POST", "/find-key-for-certificate", text, content_type=BINARY).body


def test_warnings_come_with_lists_too(http: Client, token: str, issued: LeafCert) -> None:
    """What a user should know is in the header that clients print, also where they only list."""
    wire = by(NEWEST, http, token)
    wire.ask("POST", "/apps/example/sni-endpoints", upload(issued), 201)
    wire.ask("POST", "/apps/example/domains", {"hostname": "other.example.org"}, 201)
    listed = wire.send("GET", "/apps/example/sni-endpoints")

    assert "The certificate is not for other.example.org." == listed.headers["X-Heroku-Warning"]


def test_domain_that_is_not_covered_is_told(http: Client, token: str, issued: LeafCert) -> None:
    """Whoever adds or looks at a domain hears there that the certificate is not for it, and of no other domain."""
    wire = by(NEWEST, http, token)
    early = wire.send("POST", "/apps/example/domains", b'{"hostname": "shop.example.org"}')
    made = wire.ask("POST", "/apps/example/sni-endpoints", upload(issued), 201)
    choice = json.dumps({"sni_endpoint": made["name"]}).encode()
    told = [
        wire.send(method, f"/apps/example/domains{path}", body).headers.get("X-Heroku-Warning")
        for method, path, body in [
            ("POST", "", b'{"hostname": "www.example.com"}'),
            ("POST", "", b'{"hostname": "a.example.org"}'),
            ("GET", "/a.example.org", b""),
            ("PATCH", "/a.example.org", choice),
            ("GET", "", b""),
            ("DELETE", "/a.example.org", b""),
        ]
    ]
    one, both = (
        "The certificate is not for a.example.org.",
        "The certificate is not for a.example.org, shop.example.org.",
    )

    assert "X-Heroku-Warning" not in early.headers  # there is no certificate yet
    assert [None, one, one, one, both, None] == told


@pytest.mark.parametrize(
    ("accept", "cents", "told"), [(V3, 2000, True), (f"{V3}.ssl_cert", 2000, False), (V3, 0, False)]
)
def test_removal_does_not_stop_billing(
    http: Client,
    token: str,
    issued: LeafCert,
    monkeypatch: pytest.MonkeyPatch,
    accept: str,
    cents: int,
    *,
    told: bool,
) -> None:
    """Who removes the certificate hears that the add-on still costs, but for 7.38, which says so by itself."""
    chosen = replace(wiring.settings(), price_cents=cents)
    monkeypatch.setattr(wiring, "settings", lambda: chosen)
    wire = by(NEWEST, http, token)
    made = wire.ask("POST", "/apps/example/sni-endpoints", upload(issued), 201)
    removed = wire.send("DELETE", f"/apps/example/sni-endpoints/{made['name']}", accept=accept)
    warning = removed.headers.get("X-Heroku-Warning", "")

    assert (200, told) == (removed.status_code, "To stop billing, remove the add-on" in warning)


def test_look_for_automatic_certificates_is_told(http: Client, token: str) -> None:
    """7.38's certs:auto, which only looks, hears that they are not offered; its apps:info and domains do not."""
    wire = by(ARTICLE, http, token)
    acm = f"{V3}.cedar-acm"
    asked = wire.send("GET", "/apps/example/domains", accept=acm)
    others = [wire.send("GET", "/apps/example", accept=acm), wire.send("GET", "/apps/example/domains")]

    assert "Automatic certificates are not offered here" in asked.headers["X-Heroku-Warning"]
    assert not any("X-Heroku-Warning" in other.headers for other in others)


def test_common_name_is_shown_where_there_is_nothing_else(http: Client, token: str) -> None:
    """What `heroku certs:generate --selfsigned` makes has a common name only, which clients show."""
    wire = by(NEWEST, http, token)
    bare = issue(CA("Wire Root"), common_name="www.example.com")
    made = wire.ask("POST", "/apps/example/sni-endpoints", upload(bare), 201)

    assert ["www.example.com"] == made["ssl_cert"]["cert_domains"]


def test_same_upload_again_is_a_success(http: Client, token: str, issued: LeafCert) -> None:
    """A client that died after the upload may repeat it; another certificate is still refused."""
    wire = by(NEWEST, http, token)
    first = wire.ask("POST", "/apps/example/sni-endpoints", upload(issued), 201)
    again = wire.ask("POST", "/apps/example/sni-endpoints", upload(issued), 201)
    other = wire.ask("POST", "/apps/example/sni-endpoints", upload(issue(CA(), "www.example.com")), 422)

    assert (first, 1) == (again, again["version"])
    assert "has a certificate already" in other["message"]
