"""PyPI's heroku3 against the API: apps, add-ons, SNI endpoints and domains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import heroku3  # type: ignore[import-untyped]
import pytest
import requests

from tests.authority import CA
from tests.e2e.product import Product, fresh, until_served

pytestmark = pytest.mark.clients


@pytest.fixture
def heroku(product: Product, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield the library, pointed at the product; it has no setting for that."""
    monkeypatch.setattr("heroku3.api.HEROKU_URL", product.told["api"])
    with requests.Session() as session:
        session.trust_env = False
        yield heroku3.from_key(product.told["token"], session=session)


def test_account_and_apps(heroku: Any, product: Product, name: str) -> None:
    """Apps are made, found, renamed and deleted."""
    made = heroku.create_app(name=name, region_id_or_name="us")
    found = heroku.app(name)
    found.rename(f"{name}-b")

    assert heroku.is_authenticated
    assert "owner@localhost" == heroku.account().email
    assert (name, made.id, "us") == (made.name, found.id, found.region.name)
    assert f"{name}-b" in [app.name for app in heroku.apps()]
    heroku.app(f"{name}-b").delete()
    assert 404 == product.ask("GET", f"/apps/{name}-b").status


def test_certificate_and_domain(heroku: Any, product: Product, name: str, ca: CA) -> None:
    """With the add-on a certificate is uploaded, updated, served for a domain, and removed."""
    www = f"www.{name}.example.com"
    first, second = fresh(ca, www), fresh(ca, www)
    app = heroku.create_app(name=name)
    addon = app.install_addon("ssl:endpoint")
    endpoint = app.add_sni_endpoint(first.chain_pem, first.key_pem)
    domain = app.add_domain(www, endpoint.name)
    until_served(product, www, first.fingerprint)
    app.update_sni_endpoint(endpoint.id, second.chain_pem, second.key_pem)
    until_served(product, www, second.fingerprint)

    assert "ssl:endpoint" == addon.plan.name
    assert endpoint.cname == domain.cname
    assert [endpoint.name] == [each.name for each in app.sni_endpoints()]
    assert [f"{name}.app.localhost", www] == [each.hostname for each in app.domains()]
    with pytest.raises(requests.HTTPError, match="while a certificate is there"):
        app.remove_addon(addon.id)
    app.remove_domain(www)
    app.remove_sni_endpoint(endpoint.name)
    app.remove_addon(addon.id)
    assert ([], []) == ([*app.sni_endpoints()], [*app.addons()])
    assert [f"{name}.app.localhost"] == [each.hostname for each in app.domains()]
