"""The whole way through: upload over the API, and look at what the edge serves."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.authority import CA, LeafCert
from tests.e2e.product import PATIENCE, Product, eventually, fresh, running, served_fingerprint, until_served

WWW = "www.walk.example.com"


@pytest.fixture(scope="module", params=["local", "tests.moto.run"])
def product(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run the product on each of its records: SQLite, and the adapters of AWS over moto."""
    with running(tmp_path_factory.mktemp("product") / "state", request.param) as product:
        yield product


@pytest.fixture(scope="module")
def ca() -> CA:
    """Return a private certificate authority."""
    return CA("Walk Root")


@pytest.fixture(scope="module")
def walk(product: Product, ca: CA) -> LeafCert:
    """Give the product an app `walk` with a certificate and two domains; return the certificate."""
    issued = fresh(ca, WWW, "*.shop.walk.example.com")
    product.app("walk")
    product.call("POST", "/apps/walk/ssl-endpoints", issued)
    for hostname in (WWW, "*.shop.walk.example.com"):
        product.call("POST", "/apps/walk/domains", {"hostname": hostname})
    for name in (WWW, "any.shop.walk.example.com"):
        until_served(product, name, issued.fingerprint)
    return issued


def curl(product: Product, url: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run curl against the edge, whatever name the URL has."""
    connect = f"::127.0.0.1:{product.edge_port}"
    command = ["curl", "-sS", "--max-time", "20", "--connect-to", connect, *options, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_uploaded_certificate_is_served_and_verifies(
    product: Product, walk: LeafCert, ca: CA, tmp_path: Path
) -> None:
    """Curl verifies the chain with the authority's certificate and gets the app's answer."""
    (tmp_path / "ca.pem").write_text(ca.pem)
    answer = curl(product, f"https://{WWW}/", "-v", "--cacert", str(tmp_path / "ca.pem"))

    assert 0 == answer.returncode, answer.stderr
    assert "SSL certificate verify ok" in answer.stderr
    assert "subject: C=US; O=Example; CN=www.walk.example.com" in answer.stderr


def test_client_address_is_passed_and_claims_are_not(product: Product, walk: LeafCert) -> None:
    """X-Forwarded-For holds the client's address; a forged one never gets through."""
    forged = ["-H", "X-Forwarded-For: 6.6.6.6", "-H", "X-Real-IP: 6.6.6.6", "-H", "Forwarded: for=6.6.6.6"]
    answer = curl(product, f"https://{WWW}/", "-k", *forged)

    assert "X-Forwarded-For: 127.0.0.1" in answer.stdout
    assert "X-Forwarded-Proto: https" in answer.stdout
    assert "6.6.6.6" not in answer.stdout


def test_endpoint_hostname_serves_the_certificate_and_no_app(product: Product, walk: LeafCert) -> None:
    """The DNS target has the app's certificate and answers 404 "no such app"."""
    [endpoint] = product.call("GET", "/apps/walk/ssl-endpoints")
    until_served(product, endpoint["cname"], walk.fingerprint)
    answer = curl(product, f"https://{endpoint['cname']}/", "-k", "-i")

    assert "404" in answer.stdout.splitlines()[0]
    assert "no such app" in answer.stdout


@pytest.mark.parametrize(
    "name", ["unknown.example.org", "a.b.shop.walk.example.com", "shop.walk.example.com", None]
)
def test_unknown_name_gets_our_own_certificate(product: Product, walk: LeafCert, name: str | None) -> None:
    """A name that is nobody's, or no name at all, never gets a customer's certificate."""
    assert served_fingerprint(product, name) == served_fingerprint(product, "nobody.invalid")
    assert walk.fingerprint != served_fingerprint(product, name)


def test_wildcard_serves_its_sub_domains(product: Product, walk: LeafCert) -> None:
    """A wildcard domain serves each sub-domain with the certificate and the app."""
    assert walk.fingerprint == served_fingerprint(product, "any.shop.walk.example.com")
    assert 0 == curl(product, "https://any.shop.walk.example.com/", "-k", "-f").returncode


def test_plain_http_redirects(product: Product, walk: LeafCert) -> None:
    """HTTP answers with a redirect to https on the edge's port."""
    connect = f"::127.0.0.1:{product.edge_http_port}"
    command = ["curl", "-sSI", "--max-time", "20", "--connect-to", connect, f"http://{WWW}/a?b=c"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)

    assert answer.stdout.split()[1] in {"301", "308"}
    assert f"https://{WWW}:{product.edge_port}/a?b=c" in answer.stdout


def test_update_roll_back_and_removal_are_served(product: Product, ca: CA) -> None:
    """Each change is served within a second; after a removal the name has our own certificate."""
    first, second = fresh(ca, "moves.example.com"), fresh(ca, "moves.example.com")
    product.app("moves")
    path = "/apps/moves/ssl-endpoints"
    product.call("POST", "/apps/moves/domains", {"hostname": "moves.example.com"})
    name = product.call("POST", path, first)["name"]
    until_served(product, "moves.example.com", first.fingerprint)
    product.call("PATCH", f"{path}/{name}", second)
    took = [until_served(product, "moves.example.com", second.fingerprint)]
    product.call("PATCH", f"{path}/{name}", {"rollback": True})
    took.append(until_served(product, "moves.example.com", first.fingerprint))
    product.call("DELETE", f"{path}/{name}")
    eventually(lambda: served_fingerprint(product, "moves.example.com") == served_fingerprint(product, None))

    assert max(took) < 1.0 * PATIENCE, took


def test_app_of_another_region_is_served_at_its_own_domain(product: Product, ca: CA) -> None:
    """Outside the default region the app's own domain is the DNS target and has its certificate and app."""
    issued = fresh(ca, "eu.example.com")
    product.app("europe", region="eu")
    product.call("POST", "/apps/europe/ssl-endpoints", issued)
    product.call("POST", "/apps/europe/domains", {"hostname": "eu.example.com"})
    [endpoint] = product.call("GET", "/apps/europe/ssl-endpoints")

    assert "europe.app.localhost" == endpoint["cname"]
    for name in ("europe.app.localhost", "eu.example.com"):  # each change of the record is followed by itself
        until_served(product, name, issued.fingerprint)
    assert 0 == curl(product, "https://europe.app.localhost/", "-k", "-f").returncode
    assert 0 == curl(product, "https://eu.example.com/", "-k", "-f").returncode
