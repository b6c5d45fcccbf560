"""Apps, add-ons and domains in the newest heroku command line: what it prints, and what the server has then."""

from __future__ import annotations

import pytest

from tests.authority import CA
from tests.clients.commands import Heroku
from tests.e2e.product import Product, fresh, until_served

pytestmark = pytest.mark.clients


def hostnames(product: Product, app: str) -> list[str]:
    """Return an app's custom domains as the server has them."""
    found = product.call("GET", f"/apps/{app}/domains")
    return [each["hostname"] for each in found if each["kind"] == "custom"]


def test_apps(newest: Heroku, product: Product, name: str) -> None:
    """Whoami, and an app's life: create, list, show, rename, destroy."""
    who = newest.done("whoami")
    made = newest.done(f"apps:create {name}")
    listed = newest.done("apps")
    shown = newest.done(f"apps:info -a {name}")
    taken = newest.refused(f"apps:create {name}")
    renamed = newest.done(f"apps:rename {name}-b -a {name}")
    there = product.ask("GET", f"/apps/{name}-b").status, product.ask("GET", f"/apps/{name}").status
    newest.done(f"apps:destroy {name}-b --confirm {name}-b")

    assert "owner@localhost" in who
    assert f"Creating {name}... done" in made
    assert f"https://{name}.app.localhost/" in made
    assert name in listed
    assert "Owner: owner@localhost Region: us" in shown
    assert "already taken" in taken
    assert f"Renaming {name} to {name}-b... done" in renamed
    assert (200, 404) == there
    assert 404 == product.ask("GET", f"/apps/{name}-b").status


def test_addon_is_provisioned_with_its_price(newest: Heroku, product: Product, name: str) -> None:
    """The add-on's price is shown wherever it is listed, and its hostname when it is made."""
    product.call("POST", "/apps", {"name": name})
    made = newest.done(f"addons:create ssl:endpoint -a {name}")
    [addon] = product.call("GET", f"/apps/{name}/addons")
    again = newest.refused(f"addons:create ssl:endpoint -a {name}")

    assert f"Creating ssl:endpoint on {name}... ~$0.028/hour (max $20/month)" in made
    assert f"Its DNS target will be {addon['hostname']}." in made
    assert f"Created {addon['name']}" in made
    assert "already provisioned" in again
    for line in ("addons", f"addons -a {name}", f"addons:info ssl -a {name}", "addons:plans ssl"):
        assert "$20/month" in newest.done(line)
    assert "ssl SSL Endpoint ga" in newest.done("addons:services")
    assert f"Destroying {addon['name']} on {name}... done" in newest.done(
        f"addons:destroy ssl:endpoint --confirm {name} -a {name}"
    )
    assert [] == product.call("GET", f"/apps/{name}/addons")


def test_addon_stays_while_there_is_a_certificate(newest: Heroku, product: Product, app: str, ca: CA) -> None:
    """The add-on is not destroyed under a certificate, and the message says what to do first."""
    product.call("POST", f"/apps/{app}/ssl-endpoints", fresh(ca, f"www.{app}.example.com"))
    refused = newest.refused(f"addons:destroy ssl:endpoint --confirm {app} -a {app}")
    kept = product.call("GET", f"/apps/{app}/addons")
    newest.done(f"certs:remove --confirm {app} -a {app}")
    newest.done(f"addons:destroy ssl:endpoint --confirm {app} -a {app}")

    assert "Cannot remove the add-on while a certificate is there" in refused
    assert "heroku certs:remove" in refused
    assert 1 == len(kept)
    assert [] == product.call("GET", f"/apps/{app}/addons")


def test_domains(newest: Heroku, product: Product, app: str, ca: CA) -> None:
    """Domains are added, each with its record, looked at, given the certificate, removed and cleared."""
    www, apex, star = f"www.{app}.example.com", f"{app}.com", f"*.{app}.com"
    cname = product.call("POST", f"/apps/{app}/ssl-endpoints", fresh(ca, www))["cname"]
    name = cname.partition(".")[0]
    added = newest.done(f"domains:add {www} -a {app}")
    newest.done(f"domains:add {apex} -a {app} --wait")
    told = newest.done(f"domains:add {star} -a {app} --json")
    listed = newest.done(f"domains -a {app}")
    taken = newest.refused(f"domains:add {www} -a {app}")

    assert f"Configure your app's DNS provider to point to the DNS Target {cname}." in added
    assert f'"cname": "{cname}"' in told
    assert f"{app}.app.localhost" in listed
    for row in (f"{star} CNAME {cname} {name}", f"{apex} ALIAS or ANAME {cname}", f"{www} CNAME {cname} {name}"):
        assert row in listed
    assert "already added" in taken
    assert f"Waiting for {www}... done" in newest.done(f"domains:wait {www} -a {app}")
    assert f"cname: {cname}" in newest.done(f"domains:info {www} -a {app}")
    assert "certificate... done" in newest.done(f"domains:update {www} --cert {name} -a {app}")
    newest.done(f"domains:remove {www} -a {app}")
    assert [star, apex] == hostnames(product, app)
    newest.done(f"domains:clear -a {app}")
    assert [] == hostnames(product, app)


def test_region_without_own_hostnames(newest: Heroku, product: Product, name: str, ca: CA) -> None:
    """Outside the default region the app's own domain is the DNS target, and has the certificate."""
    newest.done(f"apps:create {name} --region eu")
    newest.done(f"addons:create ssl:endpoint -a {name}")
    issued = fresh(ca, f"www.{name}.example.com")
    newest.put(issued)
    newest.done(f"certs:add server.full.crt server.key -a {name}")
    cname = product.call("GET", f"/apps/{name}/sni-endpoints")[0]["cname"]
    until_served(product, cname, issued.fingerprint)

    assert f"{name}.app.localhost" == cname
    assert f"the DNS Target {cname}." in newest.done(f"domains:add www.{name}.example.com -a {name}")


def test_wrong_token_and_wrong_app_are_told(newest: Heroku, product: Product) -> None:
    """A token that is not known and an app that does not exist are each told as such."""
    assert "HEROKU_API_KEY is invalid" in newest.refused("apps", HEROKU_API_KEY="wrong")
    assert "Couldn't find that app." in newest.refused("certs -a no-such-app")


def test_token_may_be_in_netrc(newest: Heroku, product: Product) -> None:
    """Instead of HEROKU_API_KEY, ~/.netrc may have the token, under host and port."""
    home = newest.folder / "home"
    home.mkdir()
    host = product.told["api"].removeprefix("http://")
    (home / ".netrc").write_text(f"machine {host}\n  login owner@localhost\n  password {product.told['token']}\n")
    (home / ".netrc").chmod(0o600)

    assert "owner@localhost" in newest.done("whoami", HOME=str(home), HEROKU_API_KEY="")
