"""What the clients ask at a terminal, answered as a person does; judged by the server's state afterwards."""

from __future__ import annotations

import pytest

from tests.authority import CA, LeafCert
from tests.clients.commands import Heroku
from tests.e2e.product import Product, fresh, until_served

pytestmark = pytest.mark.clients

CHOOSE = " \r"  # tick the first of a list, and go on
PROCEED = "proceed, type"


@pytest.fixture
def issued(app: str, ca: CA) -> LeafCert:
    """Return a certificate for www of the app."""
    return fresh(ca, f"www.{app}.example.com")


def version(product: Product, app: str) -> int | None:
    """Return the version that the app is served with; None without an endpoint."""
    found = product.call("GET", f"/apps/{app}/ssl-endpoints")
    return int(found[0]["version"]) if found else None


def test_newest_asks_for_domains_to_serve(newest: Heroku, product: Product, app: str, issued: LeafCert) -> None:
    """Where a domain fits the certificate, certs:add asks whether it is for that; choosing it succeeds."""
    www = f"www.{app}.example.com"
    product.call("POST", f"/apps/{app}/domains", {"hostname": www})
    newest.put(issued)
    added = newest.typed(f"certs:add server.full.crt server.key -a {app}", ("Select domains", CHOOSE))
    until_served(product, www, issued.fingerprint)

    assert (0, 1) == (added.status, version(product, app))
    assert "Which of these domains on this application would you like" in added.text
    assert product.call("GET", f"/apps/{app}/domains/{www}")["sni_endpoint"] is not None


def test_newest_asks_before_it_changes(
    newest: Heroku, product: Product, app: str, issued: LeafCert, ca: CA
) -> None:
    """Update, removal and destruction want the app's name typed; another name changes nothing."""
    product.call("POST", f"/apps/{app}/ssl-endpoints", issued)
    newest.put(fresh(ca, f"www.{app}.example.com"))
    update = f"certs:update server.full.crt server.key -a {app}"
    wrong = newest.typed(update, (PROCEED, "another\r"))
    unchanged = version(product, app)
    right = newest.typed(update, (PROCEED, f"{app}\r"))
    changed = version(product, app)
    removed = newest.typed(f"certs:remove -a {app}", (PROCEED, f"{app}\r"))
    destroyed = newest.typed(f"addons:destroy ssl:endpoint -a {app}", (PROCEED, f"{app}\r"))

    assert wrong.status != 0
    assert (1, 2) == (unchanged, changed)
    assert (0, 0, 0) == (right.status, removed.status, destroyed.status)
    assert version(product, app) is None
    assert [] == product.call("GET", f"/apps/{app}/addons")


def test_newest_asks_for_the_subject(newest: Heroku, app: str, openssl: None) -> None:
    """Certs:generate asks for what the request is to say of its owner."""
    answers = ("Owner", "Acme\r"), ("Country", "US\r"), ("State", "CA\r"), ("City", "SF\r")
    asked = newest.typed(f"certs:generate www.{app}.example.com -a {app}", *answers)

    assert 0 == asked.status
    assert f"heroku certs:add CERTFILE www.{app}.example.com.key" in asked.text


def test_article_asks_for_domains_to_add(article: Heroku, product: Product, app: str, issued: LeafCert) -> None:
    """Certs:add offers the certificate's names as domains; the chosen one is added and served."""
    www = f"www.{app}.example.com"
    article.put(issued)
    added = article.typed(
        f"certs:add server.crt bundle.pem server.key --type endpoint -a {app}",
        ("Select domains you would like to add", CHOOSE),
    )
    until_served(product, www, issued.fingerprint)

    assert 0 == added.status
    assert f"Adding domain {www} to {app}... done" in added.text
    assert f"{www} CNAME {product.call('GET', f'/apps/{app}/ssl-endpoints')[0]['cname']}" in added.text


def test_article_asks_before_it_changes(
    article: Heroku, product: Product, app: str, issued: LeafCert, ca: CA
) -> None:
    """Update, roll-back and removal want the app's name typed; another name changes nothing."""
    product.call("POST", f"/apps/{app}/ssl-endpoints", issued)
    article.put(fresh(ca, f"www.{app}.example.com"))
    updated = article.typed(f"certs:update server.crt bundle.pem server.key -a {app}", (PROCEED, f"{app}\r"))
    wrong = article.typed(f"certs:rollback -a {app}", (PROCEED, "another\r"))
    kept = version(product, app)
    rolled_back = article.typed(f"certs:rollback -a {app}", (PROCEED, f"{app}\r"))
    back = version(product, app)
    removed = article.typed(f"certs:remove -a {app}", (PROCEED, f"{app}\r"))

    assert 1 == wrong.status
    assert "Confirmation did not match" in wrong.text
    assert (0, 0, 0) == (updated.status, rolled_back.status, removed.status)
    assert (2, 1) == (kept, back)
    assert version(product, app) is None
