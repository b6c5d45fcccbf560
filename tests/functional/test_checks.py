"""What is true now: real handshakes with a server, real questions to a DNS server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.record.contract import Record
from tests import records
from tests.authority import CA, LeafCert
from tests.functional.conftest import NOBODY, Api, customs, issue, on
from tests.functional.test_calls import calls, upload
from tests.nameserver import SILENT, NameServer, code
from tests.records import MOTO
from tests.tls_server import TlsServer, showing

WWW, SHOP, LATER, LOST = (f"{label}.example.com" for label in ("www", "shop", "later", "lost"))
WILD = "*.wild.example.com"
OURS = "45.0.0.1", "45.0.0.2"


@pytest.fixture
def ca() -> CA:
    """Return a private authority."""
    return CA("Private Root")


@pytest.fixture
def issued(ca: CA) -> LeafCert:
    """Return a certificate for some of the domains, with its intermediate."""
    return issue(ca.issue_ca("Intermediate"), WWW, WILD)


@pytest.fixture
def edge(
    record: Record, ca: CA, issued: LeafCert, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TlsServer]:
    """Run an edge that shows the certificate for every name, for an operator who trusts the private authority."""
    roots = tmp_path / "roots.pem"
    roots.write_text(ca.pem)
    with showing(issued) as server:
        monkeypatch.setenv("SSL_ENDPOINT_EDGE", f"127.0.0.1:{server.address[1]}")
        monkeypatch.setenv("EXTRA_ROOTS_PEM", str(roots))
        records.forget()
        yield server
    monkeypatch.undo()
    records.forget()


@pytest.fixture
def target(example: Api, names: NameServer) -> str:
    """Return the app's DNS target, which has two addresses."""
    hostname = str(example.call("GET", "/apps/example/addons").body[0]["hostname"])
    names.add("\n".join(f"{hostname}. 60 IN A {address}" for address in OURS))
    return hostname


def add(api: Api, *hostnames: str) -> None:
    """Add domains to the app."""
    for hostname in hostnames:
        assert 201 == api.call("POST", "/apps/example/domains", {"hostname": hostname}).status


def install(api: Api, issued: LeafCert) -> None:
    """Upload the app's first certificate."""
    assert 201 == api.call("POST", "/apps/example/ssl-endpoints", upload(issued)).status


def found(api: Api) -> dict[str, Any]:
    """Return the answer of the checks, the domains by name and the edge under `edge`."""
    body = api.call("GET", "/apps/example/checks").body
    return {"edge": body["edge"]} | {each["hostname"]: each for each in body["domains"]}


def checked(api: Api, hostname: str) -> Any:
    """Look at one domain and return what was found."""
    answer = api.call("POST", f"/apps/example/domains/{hostname.replace('*', '%2A')}/check")
    assert 200 == answer.status, answer
    return answer.body


def test_domains_are_judged(
    edge: TlsServer, example: Api, issued: LeafCert, names: NameServer, target: str
) -> None:
    """Each domain has where DNS leads it and what the edge shows for it, with a sentence when something is off."""
    install(example, issued)
    add(example, WWW, SHOP, LATER, LOST, WILD)
    names.add(f"{WWW}. 300 IN CNAME {target}.")
    names.add(f"{SHOP}. 300 IN A {OURS[1]}")
    names.add(f"{LATER}. 3600 IN A 46.0.0.1")
    names.odd[LOST] = code("SERVFAIL")
    checks = found(example)
    dns = {name: each["dns"]["state"] for name, each in checks.items() if name != "edge"}
    tls = {name: each["tls"]["state"] for name, each in checks.items() if name != "edge"}
    expected = {WWW: "served", SHOP: "mismatch", LATER: "mismatch", LOST: "mismatch", WILD: "served"}

    assert ("served", 1, issued.fingerprint) == tuple(
        checks["edge"][k] for k in ("state", "version", "fingerprint")
    )
    assert {WWW: "valid", SHOP: "valid", LATER: "invalid", LOST: "unknown", WILD: "invalid"} == dns
    assert expected == tls
    assert "for up to 60 minutes" in checks[LATER]["dns"]["sentence"]
    assert "SERVFAIL" in checks[LOST]["dns"]["sentence"]


def test_check_finds_what_dig_does(edge: TlsServer, example: Api, names: NameServer, target: str) -> None:
    """Aliases, addresses, what is expected, the zone's provider and who may issue."""
    add(example, WWW)
    names.add(f"""
        {WWW}. 300 IN CNAME cdn.example.com.
        cdn.example.com. 120 IN CNAME {target}.
        example.com. 3600 IN NS ada.ns.cloudflare.com.
        example.com. 3600 IN NS bob.ns.cloudflare.com.
        example.com. 3600 IN CAA 0 issue "letsencrypt.org; validationmethods=dns-01"
        example.com. 3600 IN CAA 0 iodef "mailto:me@example.com"
    """)
    dns = checked(example, WWW)["dns"]

    assert ("valid", "", []) == (dns["state"], dns["sentence"], dns["reasons"])
    assert {"aliases": ["cdn.example.com", target], "addresses": [*OURS], "private": []} == dns["found"]
    assert {"target": target, "addresses": [*OURS]} == dns["expected"]
    assert 300 == dns["ttl"]
    servers = ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"]
    assert {"name": "example.com", "nameservers": servers, "provider": "Cloudflare"} == dns["zone"]
    assert "Only letsencrypt.org may issue certificates for it (CAA at example.com)." == dns["caa"]["sentence"]


def test_check_tells_what_curl_does(edge: TlsServer, example: Api, issued: LeafCert, target: str) -> None:
    """The handshake in the words of `curl -kvI`, and as values."""
    install(example, issued)
    add(example, WWW)
    tls = checked(example, WWW)["tls"]

    assert ("served", True, True, True) == tuple(tls[k] for k in ("state", "covered", "verified", "complete"))
    assert f"SSL connection using {tls['protocol']} / {tls['cipher']}" == tls["words"][0]
    assert " subject: C=US; O=Example; CN=www.example.com" in tls["words"]
    assert f' subjectAltName: host "{WWW}" matched cert\'s "{WWW}"' in tls["words"]
    assert " issuer: C=US; O=Example; CN=Intermediate" in tls["words"]
    assert " SSL certificate verify ok." == tls["words"][-1]


def test_chain_that_is_not_complete_is_told(edge: TlsServer, example: Api, issued: LeafCert, target: str) -> None:
    """An edge that lost the intermediate serves the right leaf, which no client accepts."""
    install(example, issued)
    add(example, WWW)
    edge.show(issued, issued.pem)
    tls = checked(example, WWW)["tls"]

    assert ("served", False, False) == tuple(tls[k] for k in ("state", "verified", "complete"))
    assert tls["words"][-1].startswith(" SSL certificate verify result: unable to ")
    assert "a client does not accept it" in tls["sentence"]


def test_another_certificate_is_waited_for(edge: TlsServer, example: Api, ca: CA, target: str) -> None:
    """While the edge shows another certificate than the active one, it has not followed yet."""
    other = issue(ca, WWW)
    add(example, WWW)
    before = found(example)
    install(example, other)
    after = found(example)

    assert ("none", "waiting") == (before["edge"]["state"], after["edge"]["state"])
    assert "waiting" == after[WWW]["tls"]["state"]
    assert "a certificate of our own" in after[WWW]["tls"]["sentence"]


def test_version_before_is_known_again(
    edge: TlsServer, example: Api, issued: LeafCert, ca: CA, target: str
) -> None:
    """An edge that still shows the version before the active one is told by that version's number."""
    install(example, issued)
    add(example, WWW)
    [endpoint] = example.call("GET", "/apps/example/ssl-endpoints").body
    example.call("PATCH", f"/apps/example/ssl-endpoints/{endpoint['name']}", upload(issue(ca, WWW)))
    tls = checked(example, WWW)["tls"]

    assert ("waiting", 1) == (tls["state"], tls["version"])
    assert "version 1" in tls["sentence"]


def test_edge_that_is_down_is_told(example: Api, target: str) -> None:
    """Without a handshake the state is down, with a sentence that says why."""
    checks = found(example)

    assert "down" == checks["edge"]["state"]
    assert "refused" in checks["edge"]["sentence"]


def test_edge_that_hangs_is_not_waited_for(
    record: Record, example: Api, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edge that takes the connection and says nothing is down after some seconds."""
    add(example, WWW)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hanging = replace(wiring.checks(), edge=listener.getsockname())
        watch = replace(wiring.domain_checks(), checks=hanging)
        monkeypatch.setattr(wiring, "domain_checks", lambda: watch)
        tls = checked(example, WWW)["tls"]

    assert "down" == tls["state"]
    assert "it took too long" in tls["sentence"]


def test_what_is_found_is_kept(
    edge: TlsServer, example: Api, issued: LeafCert, names: NameServer, target: str
) -> None:
    """What a check finds is in the JSON of the domain from then on, and of all domains."""
    install(example, issued)
    add(example, WWW, SHOP)
    [before, _] = customs(example)
    names.add(f"{WWW}. 300 IN CNAME {target}.")
    names.add(f"{SHOP}. 300 IN A 46.0.0.1")
    checked(example, WWW)
    away = checked(example, SHOP)["dns"]["sentence"]
    kept = {each["hostname"]: each["check"] for each in example.call("GET", "/domains").body}

    assert {"state": "unknown", "checked_at": None, "sentence": ""} == {
        name: before["check"][name] for name in ("state", "checked_at", "sentence")
    }
    assert ("valid", {"state": "served", "sentence": ""}) == (kept[WWW]["state"], kept[WWW]["tls"])
    assert ("invalid", away) == (kept[SHOP]["state"], kept[SHOP]["sentence"])
    assert kept == {each["hostname"]: each["check"] for each in customs(example)}


def test_other_certificate_than_then_was_not_looked_at(
    edge: TlsServer, example: Api, issued: LeafCert, target: str
) -> None:
    """What was found of one certificate is not told of the next."""
    add(example, WWW)
    checked(example, WWW)
    [none] = customs(example)
    install(example, issued)
    [after] = customs(example)

    assert ("none", "unknown") == (none["check"]["tls"]["state"], after["check"]["tls"]["state"])


def test_domain_that_leads_away_is_a_warning(
    edge: TlsServer, example: Api, issued: LeafCert, names: NameServer, target: str
) -> None:
    """Whoever looks at the endpoint is told which domains are known not to lead here."""
    install(example, issued)
    add(example, WWW, WILD)
    names.add(f"{WWW}. 300 IN CNAME {target}.")
    before = example.call("GET", "/apps/example/ssl-endpoints").headers
    for hostname in (WWW, WILD):
        checked(example, hostname)
    after = example.call("GET", "/apps/example/ssl-endpoints").headers

    assert "lead here" not in before.get("X-Heroku-Warning", "")
    assert f"{WILD} does not lead here" in after["X-Heroku-Warning"]
    assert WWW not in after["X-Heroku-Warning"]


@on(MOTO)
def test_check_costs_two_calls(
    edge: TlsServer, example: Api, issued: LeafCert, names: NameServer, target: str
) -> None:
    """A look at the app and the write of what was found; a change costs a look at the account's channels too."""
    install(example, issued)
    add(example, WWW)
    path = f"/apps/example/domains/{WWW}/check"
    names.add(f"{WWW}. 300 IN CNAME {target}.")

    assert ["Query", "Query", "TransactWriteItems"] == calls(example, "POST", path)
    assert ["Query", "PutItem"] == calls(example, "POST", path)
    assert ["Query"] == calls(example, "GET", "/apps/example/checks")


def test_nothing_but_edge_and_dns_is_contacted(
    edge: TlsServer, example: Api, names: NameServer, target: str
) -> None:
    """A name that leads to loopback is reported and not contacted: the handshake goes to the edge."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        add(example, WWW)
        names.add(f"{WWW}. 300 IN A 127.0.0.1")
        found = checked(example, WWW)
        with pytest.raises(TimeoutError):
            listener.accept()

    assert ["127.0.0.1"] == found["dns"]["found"]["private"]
    assert ["elsewhere", "private"] == [reason["code"] for reason in found["dns"]["reasons"]]
    assert [WWW] == edge.asked


def test_odd_answers_are_never_our_fault(edge: TlsServer, example: Api, names: NameServer, target: str) -> None:
    """Whatever a DNS server says, the answer is a 200 with a sentence, in time."""
    long = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 49, "com"])
    odd = {f"odd{number}.example.com": each for number, each in enumerate(ODD)}
    names.odd.update(odd)
    names.add("""
        loop.example.com. 60 IN CNAME pool.example.com.
        pool.example.com. 60 IN CNAME loop.example.com.
        self.example.com. 60 IN CNAME self.example.com.
        root.example.com. 60 IN CNAME .
    """)
    every = [*odd, *(f"{label}.example.com" for label in ("loop", "self", "root")), long, f"*.{long}"]
    add(example, *every)
    looked = {name: each["dns"] for name, each in found(example).items() if name != "edge"}

    assert {"invalid", "unknown"} == {dns["state"] for dns in looked.values()}
    assert all(dns["sentence"] for dns in looked.values())
    assert ["circular", "circular"] == [looked[f"{n}.example.com"]["reasons"][0]["code"] for n in ("loop", "self")]


def test_many_addresses_are_told_in_short(edge: TlsServer, example: Api, names: NameServer, target: str) -> None:
    """Thousands of addresses are compared, and some are shown."""
    names.add("\n".join(f"{WWW}. 60 IN A 46.1.{number >> 8}.{number & 255}" for number in range(3500)))
    add(example, WWW)
    dns = checked(example, WWW)["dns"]

    assert ("invalid", 20) == (dns["state"], len(dns["found"]["addresses"]))
    assert "and 3495 more" in dns["sentence"]


def _packed(change: Any) -> Any:
    """Return what answers with the bytes that `change` makes of a plain answer."""

    def answer(query: Any) -> bytes:
        return bytes(change(query.reply().pack()))

    return answer


def _alias(target: bytes) -> Any:
    """Return what answers with an alias of a name in wire form, whatever is asked."""

    def answer(query: Any) -> bytes:
        reply = bytearray(query.reply().pack())
        reply[7] = 1  # one answer
        record = b"\xc0\x0c" + b"\x00\x05\x00\x01" + b"\x00\x00\x00\x3c" + len(target).to_bytes(2, "big") + target
        return bytes(reply) + record

    return answer


ODD: list[Any] = [
    SILENT,
    code("REFUSED"),
    code("FORMERR"),
    code("YXDOMAIN"),
    _packed(lambda packed: packed[:7]),  # half a header
    _packed(lambda packed: packed + b"\0" * 100),  # more behind the end
    _packed(lambda packed: packed[:2] + b"\0" + packed[3:]),  # a question, no answer
    _packed(lambda packed: b"\0\0" + packed[2:]),  # another question's answer
    _packed(lambda packed: b""),
    _alias(b"\xc0\x0c"),  # of itself, by a pointer
    _alias(b"\xc0\xff"),  # a pointer beyond the end
    _alias(b"\x03\xe2\x98\x83\x07example\x03com\x00"),  # a snowman in UTF-8
    _alias(b"\x05a b\n\x00\x00"),  # a space, a line feed and a NUL
    _alias(b"\x3f" + b"a" * 10),  # a label that is not all there
    _alias(b"\x05\x1b[31m\x00"),  # an escape sequence
]


def test_nobody_is_where_the_edge_is_in_other_tests() -> None:
    """The address at which other tests look for an edge refuses connections."""
    host, _, port = NOBODY.partition(":")

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)
