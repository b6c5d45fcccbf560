"""Heroku 7.38, the client of the article: what it prints, what the server has then, and what the edge serves."""

from __future__ import annotations

import re
import ssl
import subprocess

import pytest

from tests.authority import CA, LeafCert, pem
from tests.clients.commands import Heroku
from tests.e2e.product import Product, eventually, fresh, served_fingerprint, until_served

pytestmark = pytest.mark.clients


def endpoint(product: Product, app: str) -> dict[str, str]:
    """Return an app's endpoint as the server has it."""
    [found] = product.call("GET", f"/apps/{app}/ssl-endpoints")
    return dict(found)


def served_chain(product: Product, name: str) -> list[str]:
    """Return the certificates that the edge sends for a name, as PEM."""
    command = [
        "openssl",
        "s_client",
        "-connect",
        f"127.0.0.1:{product.edge_port}",
        "-servername",
        name,
        "-showcerts",
    ]
    shown = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False
    ).stdout
    found = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", shown, re.DOTALL)
    return [ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(each)) for each in found]


def blocks(*texts: str) -> list[str]:
    """Return the same form of certificates that are given as PEM."""
    return [ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(each)) for each in texts]


def test_upload_is_served_with_its_chain(article: Heroku, product: Product, app: str, ca: CA) -> None:
    """Certs:add with a bundle serves leaf and intermediate at the hostname, and at a domain once it is added."""
    www = f"www.{app}.example.com"
    issued = fresh(ca, www)
    article.put(issued)
    article.done(f"certs:add bundle.pem server.crt server.key --type endpoint --domains '' -a {app}")
    cname = endpoint(product, app)["cname"]
    until_served(product, cname, issued.fingerprint)
    article.done(f"domains:add {www} -a {app}")
    until_served(product, www, issued.fingerprint)

    assert blocks(issued.pem, pem(*issued.issuers)) == served_chain(product, www)


def test_bypass_serves_what_was_sent(article: Heroku, product: Product, app: str, ca: CA, root: CA) -> None:
    """With --bypass nothing is stripped or added, by certs:add and by certs:update; without it the root goes."""
    www = f"www.{app}.example.com"
    first, second = fresh(ca, www), fresh(ca, www)
    article.put(first)
    (article.folder / "all.crt").write_text(first.chain_pem + root.pem)
    article.done(f"certs:add all.crt server.key --bypass --type endpoint --domains '' -a {app}")
    cname = endpoint(product, app)["cname"]
    until_served(product, cname, first.fingerprint)
    added = endpoint(product, app)["certificate_chain"], served_chain(product, cname)
    article.put(second)
    article.done(f"certs:update server.crt server.key --bypass --confirm {app} -a {app}")
    until_served(product, cname, second.fingerprint)
    alone = served_chain(product, cname)
    (article.folder / "all.crt").write_text(second.chain_pem + root.pem)
    article.done(f"certs:update all.crt server.key --confirm {app} -a {app}")

    assert (first.chain_pem + root.pem, blocks(first.pem, ca.pem, root.pem)) == added
    assert blocks(second.pem) == alone
    assert second.chain_pem.split() == endpoint(product, app)["certificate_chain"].split()


def uploaded(article: Heroku, product: Product, app: str, ca: CA) -> tuple[str, LeafCert]:
    """Give the app a certificate over the API; return its hostname and the certificate."""
    issued = fresh(ca, f"www.{app}.example.com")
    cname = product.call("POST", f"/apps/{app}/ssl-endpoints", issued)["cname"]
    until_served(product, cname, issued.fingerprint)
    return cname, issued


def test_update_and_rollback_are_served(article: Heroku, product: Product, app: str, ca: CA) -> None:
    """Certs:update serves the new certificate, certs:rollback the one before, and a second one has none."""
    cname, first = uploaded(article, product, app, ca)
    second = fresh(ca, f"www.{app}.example.com")
    article.put(second)
    article.done(f"certs:update server.crt bundle.pem server.key --confirm {app} -a {app}")
    until_served(product, cname, second.fingerprint)
    article.done(f"certs:rollback --confirm {app} -a {app}")
    until_served(product, cname, first.fingerprint)
    refused = article.refused(f"certs:rollback --confirm {app} -a {app}")

    assert "No previous certificate to roll back to." in refused
    assert first.fingerprint == served_fingerprint(product, cname)


def test_removal_in_the_right_order(article: Heroku, product: Product, app: str, ca: CA) -> None:
    """The add-on is refused to go before the certificate; certs:remove ends the serving and says what goes on."""
    cname, _ = uploaded(article, product, app, ca)
    refused = article.refused(f"addons:remove ssl:endpoint --confirm {app} -a {app}")
    kept = endpoint(product, app)["cname"]
    removed = article.done(f"certs:remove --endpoint {cname} --confirm {app} -a {app}")
    eventually(lambda: served_fingerprint(product, cname) == served_fingerprint(product, None))
    article.done(f"addons:remove ssl:endpoint --confirm {app} -a {app}")

    assert "Cannot remove the add-on while a certificate is there." in refused
    assert cname == kept
    assert "NOTE: Billing is still active." in removed
    assert [] == product.call("GET", f"/apps/{app}/addons")


def test_doctor_answers_chain_and_key(article: Heroku, app: str, ca: CA) -> None:
    """Certs:chain prints the right order and certs:key the key that fits; without one it says so."""
    issued, other = fresh(ca, f"www.{app}.example.com"), fresh(ca, f"www.{app}.example.com")
    article.put(issued)
    article.put(other, "other")
    chain = article.done(f"certs:chain bundle.pem server.crt -a {app}")
    key = article.done(f"certs:key server.crt other.key server.key -a {app}")
    refused = article.refused(f"certs:key server.crt other.key -a {app}")
    nothing = article.refused(f"certs:chain server.key -a {app}")

    assert " ".join(issued.chain_pem.split()) in chain
    assert " ".join(issued.key_pem.split()) in key
    assert "No key found that signs the certificate." in refused
    assert "No certificate given." in nothing


def test_addons_and_what_they_cost(article: Heroku, product: Product, app: str) -> None:
    """The add-on's price is shown wherever it is listed, and the hostname that it reserves."""
    [addon] = product.call("GET", f"/apps/{app}/addons")

    for line in ("addons", f"addons -a {app}", f"addons:info ssl:endpoint -a {app}", "addons:plans ssl"):
        assert "$20/month" in article.done(line)
    assert addon["name"] in article.done(f"addons -a {app}")
    assert "already provisioned" in article.refused(f"addons:create ssl:endpoint -a {app}")
    assert "ssl SSL Endpoint ga" in article.done("addons:services")


def test_upload_without_the_addon_is_told(article: Heroku, product: Product, name: str, ca: CA) -> None:
    """Without the add-on the client chooses SNI by itself, and the server says what is missing."""
    product.call("POST", "/apps", {"name": name})
    article.put(fresh(ca, f"www.{name}.example.com"))

    assert "heroku addons:create ssl:endpoint" in article.refused(f"certs:add server.crt server.key -a {name}")


def test_certificate_of_sni_type(article: Heroku, product: Product, app: str, ca: CA) -> None:
    """An upload with --type sni makes the same endpoint, which then can do all that an endpoint can."""
    issued = fresh(ca, f"www.{app}.example.com")
    article.put(issued)
    added = article.done(f"certs:add server.full.crt server.key --type sni --domains '' -a {app}")
    cname = endpoint(product, app)["cname"]
    until_served(product, cname, issued.fingerprint)

    assert f"{app} now served by {cname}" in added
    assert f"{cname} www.{app}.example.com" in article.done(f"certs -a {app}")


def test_self_signed_certificate(article: Heroku, product: Product, app: str, openssl: None) -> None:
    """The staging certificate of certs:generate is taken, served, and not trusted."""
    www = f"www.{app}.example.com"
    article.done(f"certs:generate {www} -a {app} --now --selfsigned")
    added = article.done(f"certs:add {www}.crt {www}.key --type endpoint --domains {www} -a {app}")
    until_served(product, www, product.call("GET", f"/apps/{app}/ssl-endpoints")[0]["ssl_cert"]["id"])

    assert f"Common Name(s): {www}" in added
    assert "SSL certificate is self signed." in added
    assert f"{www} CNAME {endpoint(product, app)['cname']}" in added
    assert re.search(rf"{www} .* False Endpoint", article.done(f"certs -a {app}"))


def test_domains(article: Heroku, product: Product, app: str, ca: CA) -> None:
    """Domains are added, waited for, listed with their records, removed and cleared."""
    cname, _ = uploaded(article, product, app, ca)
    www, apex = f"www.{app}.example.com", f"{app}.com"
    added = article.done(f"domains:add {www} -a {app}")
    article.done(f"domains:add {apex} -a {app}")
    listed = article.done(f"domains -a {app}")
    article.done(f"domains:wait {www} -a {app}")
    name = cname.partition(".")[0]

    assert f"point to the DNS Target {cname}." in added
    assert f"{www} CNAME {cname} {name}" in listed
    assert f"{apex} ALIAS or ANAME {cname} {name}" in listed
    article.done(f"domains:update {www} --cert {name} -a {app}")
    article.done(f"domains:remove {www} -a {app}")
    assert 404 == product.ask("GET", f"/apps/{app}/domains/{www}").status
    article.done(f"domains:clear -a {app}")
    assert 404 == product.ask("GET", f"/apps/{app}/domains/{apex}").status


def test_apps(article: Heroku, product: Product, name: str) -> None:
    """Whoami, and an app's life: create, list, show, rename, destroy."""
    assert "owner@localhost" in article.done("whoami")
    assert f"Creating {name}... done https://{name}.app.localhost/" in article.done(f"apps:create {name}")
    assert name in article.done("apps")
    assert "Owner: owner@localhost" in article.done(f"apps:info -a {name}")
    assert "done" in article.done(f"apps:rename {name}-b -a {name}")
    assert "done" in article.done(f"apps:destroy {name}-b --confirm {name}-b")
    assert 404 == product.ask("GET", f"/apps/{name}-b").status


def test_automatic_certificates_are_not_offered(article: Heroku, app: str) -> None:
    """Certs:auto shows that they are off and not offered; enabling them is refused with what to do instead."""
    looked = article.done(f"certs:auto -a {app}")

    assert f"Automatic Certificate Management is disabled on {app}" in looked
    assert "Automatic certificates are not offered here: bring your own with `heroku certs:add`." in looked
    for line in (f"certs:auto:enable -a {app}", f"certs:auto:refresh -a {app}"):
        assert "Automatic certificates are not offered here" in article.refused(line)
