"""Certificates in the newest heroku command line: what it prints, what the server has, what the edge serves."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.authority import CA, DAY, NOW, LeafCert
from tests.clients.commands import DIED, Heroku
from tests.e2e.product import Product, eventually, fresh, served_fingerprint, until_served

pytestmark = pytest.mark.clients


def endpoints(product: Product, app: str) -> list[dict[str, Any]]:
    """Return an app's endpoints as the server has them."""
    return list(product.call("GET", f"/apps/{app}/sni-endpoints"))


def add(heroku: Heroku, product: Product, app: str, issued: LeafCert) -> str:
    """Give the app a certificate with certs:add, and return the endpoint's hostname."""
    heroku.put(issued)
    heroku.done(f"certs:add server.full.crt server.key -a {app}")
    return str(endpoints(product, app)[0]["cname"])


def test_certificate_needs_the_addon(newest: Heroku, product: Product, name: str, ca: CA) -> None:
    """Without the add-on the upload is refused, with the command that provisions it."""
    product.call("POST", "/apps", {"name": name})
    newest.put(fresh(ca, f"www.{name}.example.com"))

    assert "heroku addons:create ssl:endpoint" in newest.refused(f"certs:add server.full.crt server.key -a {name}")


def test_request_and_self_signed_certificate(newest: Heroku, product: Product, app: str, openssl: None) -> None:
    """Certs:generate makes a request, or a certificate that certs:add takes and the edge serves."""
    www = f"www.{app}.example.com"
    request = newest.done(f"certs:generate {www} -a {app} --now")
    signed = newest.done(f"certs:generate {www} -a {app} --now --selfsigned --owner Acme --country US")
    added = newest.done(f"certs:add {www}.crt {www}.key -a {app}")
    [endpoint] = endpoints(product, app)

    assert "certificate signing request have been generated" in request
    assert "BEGIN CERTIFICATE REQUEST" in (newest.folder / f"{www}.csr").read_text()
    assert "self-signed certificate have been generated" in signed
    assert f"Common Name(s): {www}" in added
    assert "SSL certificate is self signed." in added
    until_served(
        product, endpoint["cname"], product.call("GET", f"/apps/{app}/sni-endpoints")[0]["ssl_cert"]["id"]
    )
    assert f"heroku certs:update CERTFILE {www}.key" in newest.done(f"certs:generate {www} -a {app} --now")


def test_certificate_is_added_shown_and_served(newest: Heroku, product: Product, app: str, ca: CA) -> None:
    """What was uploaded is served at once, and described as it is, trusted or not."""
    www = f"www.{app}.example.com"
    none = newest.done(f"certs -a {app}")
    issued = fresh(ca, www)
    newest.put(issued)
    added = newest.done(f"certs:add server.full.crt server.key -a {app}")
    [endpoint] = endpoints(product, app)
    newest.done(f"domains:add {www} -a {app}")
    until_served(product, endpoint["cname"], issued.fingerprint)
    until_served(product, www, issued.fingerprint)
    expires = issued.certificate.not_valid_after_utc.strftime("%Y-%m-%d %H:%M UTC")

    assert f"{app} has no SSL certificates." in none
    assert f"Adding SSL certificate to {app}... done Certificate details: Common Name(s): {www}" in added
    assert f"Expires At: {expires} Issuer: C=US; O=Example; CN=Clients Intermediate" in added
    assert f"Subject: C=US; O=Example; CN={www} SSL certificate is verified by a root authority." in added
    assert f"{endpoint['name']} {www} {expires} True SNI 1" in newest.done(f"certs -a {app}")
    for options, told in (
        ("", "CN=Clients Intermediate"),
        (f"--name {endpoint['name']}", "CN=Clients Intermediate"),
        (f"--endpoint {www}", "CN=Clients Intermediate"),
        ("--show-domains", f"Domain(s): {www}"),
    ):
        assert told in newest.done(f"certs:info {options} -a {app}")


def test_update_is_served(newest: Heroku, product: Product, app: str, ca: CA) -> None:
    """An update is served; one that cannot be used is refused with the server's sentence, and changes nothing."""
    www = f"www.{app}.example.com"
    cname = add(newest, product, app, fresh(ca, www))
    second = fresh(ca, www)
    newest.put(second)
    newest.put(fresh(ca, www), "other")
    unsaid = newest.run(f"certs:update server.full.crt server.key -a {app}")
    before = endpoints(product, app)[0]["version"]
    updated = newest.done(f"certs:update server.full.crt server.key --confirm {app} -a {app}")
    until_served(product, cname, second.fingerprint)
    refused = newest.refused(f"certs:update server.full.crt other.key --confirm {app} -a {app}")

    assert "To proceed, type" in unsaid.text  # and it ends with status 0, having done nothing
    assert 1 == before
    assert "Updated certificate details:" in updated
    assert "No key found that signs the certificate" in refused
    assert 2 == endpoints(product, app)[0]["version"]
    assert second.fingerprint == served_fingerprint(product, cname)


def test_removal_ends_the_serving(newest: Heroku, product: Product, app: str, ca: CA) -> None:
    """After certs:remove the edge has its own certificate for the name, and the list is empty; billing goes on."""
    cname = add(newest, product, app, fresh(ca, f"www.{app}.example.com"))
    removed = newest.done(f"certs:remove --confirm {app} -a {app}")
    eventually(lambda: served_fingerprint(product, cname) == served_fingerprint(product, None))

    assert f"from {app}... done" in removed
    assert "To stop billing, remove the add-on, too: `heroku addons:remove ssl:endpoint`." in removed
    assert [] == endpoints(product, app)


def test_client_that_died_finds_the_endpoint(newest: Heroku, product: Product, app: str, ca: CA) -> None:
    """Without a terminal certs:add dies of its question after the upload; the same again, and certs, find it."""
    www = f"www.{app}.example.com"
    product.call("POST", f"/apps/{app}/domains", {"hostname": www})
    newest.put(fresh(ca, www))
    died = newest.run(f"certs:add server.full.crt server.key -a {app}")
    again = newest.run(f"certs:add server.full.crt server.key -a {app}")
    [endpoint] = endpoints(product, app)
    newest.put(fresh(ca, www), "other")
    other = newest.refused(f"certs:add other.full.crt other.key -a {app}")

    assert died.status in DIED
    assert "Certificate details:" in again.text
    assert 1 == endpoint["version"]
    assert endpoint["name"] in newest.done(f"certs -a {app}")
    assert f"{app} has a certificate already" in other


def test_warnings_are_printed(newest: Heroku, product: Product, app: str, ca: CA) -> None:
    """Every look at a certificate says that it expires soon, and which domains it does not cover."""
    www = f"www.{app}.example.com"
    add(newest, product, app, ca.issue_cert(www, not_before=NOW - 86 * DAY, not_after=NOW + 4 * DAY))
    product.call("POST", f"/apps/{app}/domains", {"hostname": f"shop.{app}.example.com"})

    for line in (f"certs -a {app}", f"certs:info -a {app}"):
        said = newest.done(line)
        assert f"Warning: The certificate is not for shop.{app}.example.com." in said
        assert re.search(r"The certificate expires on [0-9-]{10}, in [34] days: renew it", said)


def test_automatic_certificates_are_not_offered(newest: Heroku, app: str) -> None:
    """Certs:auto shows that they are off; enabling and refreshing them is refused with what to do instead."""
    offered = "Automatic certificates are not offered here: bring your own with `heroku certs:add`."

    assert f"Automatic Certificate Management is disabled on {app}" in newest.done(f"certs:auto -a {app}")
    assert offered in newest.refused(f"certs:auto:enable -a {app}")
    assert offered in newest.refused(f"certs:auto:refresh -a {app}")
    assert "done" in newest.done(f"certs:auto:disable --confirm {app} -a {app}")
