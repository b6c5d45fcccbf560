"""Domains are looked at by the clock, with real DNS and the real edge; names move to whoever proves them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests import nameserver
from tests.authority import CA, LeafCert
from tests.e2e.product import ROOT, Product, eventually, fresh, running, until_served
from tests.nameserver import NameServer

ISSUE = """
import sys
from pathlib import Path
from chalicelib import wiring
from local.folder import Folder
from local.running import join
join(Folder(Path(sys.argv[1])))
tokens = wiring.tokens()
print(tokens.issue(tokens.account("other@example.com"), "test", "admin"))
"""
WWW, WILD = "www.checks.example.com", "*.shop.checks.example.com"


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    """Run a DNS server."""
    with nameserver.running() as server:
        yield server


@pytest.fixture(scope="module")
def ca() -> CA:
    """Return a private authority that the operator trusts."""
    return CA("Checks Root")


@pytest.fixture(scope="module")
def watched(names: NameServer, ca: CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run a product that asks that DNS server and trusts that authority."""
    place = tmp_path_factory.mktemp("checks")
    (place / "roots.pem").write_text(ca.pem)
    host, port = names.address
    settings = {"SSL_ENDPOINT_RESOLVER": f"{host}:{port}", "EXTRA_ROOTS_PEM": str(place / "roots.pem")}
    with running(place / "state", **settings) as product:
        yield product


@pytest.fixture(scope="module")
def issued(watched: Product, ca: CA) -> LeafCert:
    """Give the product an app `checks` with a certificate and two domains; return the certificate."""
    made = fresh(ca.issue_ca("Checks Intermediate"), WWW, WILD)
    watched.app("checks")
    watched.call("POST", "/apps/checks/ssl-endpoints", made)
    for hostname in (WWW, WILD):
        watched.call("POST", "/apps/checks/domains", {"hostname": hostname})
    until_served(watched, WWW, made.fingerprint)
    return made


def another_account(product: Product) -> Product:
    """Return the product as another account sees it."""
    command = [sys.executable, "-c", ISSUE, str(product.state)]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return replace(product, told={**product.told, "token": made.stdout.strip()})


def kept(product: Product, hostname: str) -> Any:
    """Return the stored check of a domain."""
    return product.call("GET", f"/apps/checks/domains/{hostname.replace('*', '%2A')}")["check"]


def test_domain_becomes_valid_by_itself(watched: Product, issued: LeafCert, names: NameServer) -> None:
    """Once its record is set the clock finds out within seconds; the activity and the mail say so."""
    eventually(lambda: kept(watched, WWW)["state"] == "invalid", 30)
    before = kept(watched, WWW)["sentence"]
    target = watched.call("GET", "/apps/checks/domains")[1]["cname"]
    names.add(f"{target}. 60 IN A 127.0.0.1\n{WWW}. 300 IN CNAME {target}.")
    eventually(lambda: kept(watched, WWW)["state"] == "valid", 60)
    happened = [each for each in watched.call("GET", "/apps/checks/activity") if each["action"] == "domain.check"]

    assert f"with the name www.checks in the zone example.com, that points at {target}" in before
    assert "served" == kept(watched, WWW)["tls"]["state"]
    assert {"domain check"} == {each["actor"] for each in happened}
    assert any(each["detail"].startswith(f"{WWW}: ") and "valid" in each["detail"] for each in happened)


def test_check_says_what_curl_says(watched: Product, issued: LeafCert) -> None:
    """A handshake with the real edge, verified as curl would with the operator's roots."""
    found = watched.call("POST", f"/apps/checks/domains/{WWW}/check")["tls"]

    assert ("served", 1, issued.fingerprint) == (found["state"], found["version"], found["fingerprint"])
    assert (True, True, True) == (found["covered"], found["verified"], found["complete"])
    assert "SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256" == found["words"][0]
    assert f' subjectAltName: host "{WWW}" matched cert\'s "{WWW}"' in found["words"]
    assert " issuer: C=US; O=Example; CN=Checks Intermediate" in found["words"]
    assert " SSL certificate verify ok." == found["words"][-1]


def test_wildcard_is_looked_at_below_it(watched: Product, issued: LeafCert, names: NameServer) -> None:
    """A wildcard is probed by a name below it, in DNS and at the edge."""
    target = watched.call("GET", "/apps/checks/domains")[1]["cname"]
    names.add(f"{WILD}. 60 IN CNAME {target}.")
    found = watched.call("POST", "/apps/checks/domains/%2A.shop.checks.example.com/check")

    assert ("valid", "served") == (found["dns"]["state"], found["tls"]["state"])


def test_name_moves_between_accounts(watched: Product, issued: LeafCert, names: NameServer, ca: CA) -> None:
    """With the record that the refusal tells, the same call takes the name, and the edge serves the new app."""
    other = another_account(watched)
    other.app("taker")
    theirs = fresh(ca, WWW)
    other.call("POST", "/apps/taker/ssl-endpoints", theirs)
    refused = other.ask("POST", "/apps/taker/domains", {"hostname": WWW})
    record = refused.body["record"]
    names.add(f'{record["name"]}.{record["zone"]}. 60 IN {record["type"]} "{record["value"]}"')
    moved = other.ask("POST", "/apps/taker/domains", {"hostname": WWW})
    until_served(watched, WWW, theirs.fingerprint)

    assert (422, 201) == (refused.status, moved.status)
    assert 404 == watched.ask("GET", f"/apps/checks/domains/{WWW}").status
    assert "domain.lost" in actions(watched, "checks")
    assert "domain.claim" in actions(other, "taker")


def actions(product: Product, app: str) -> list[str]:
    """Return what happened to an app; the clock's looks at its domains are among it."""
    return [each["action"] for each in product.call("GET", f"/apps/{app}/activity")]
