"""All of a caller's apps and domains, and what happened, over the API."""

from __future__ import annotations

from collections.abc import Callable

from tests.authority import CA
from tests.functional.conftest import Api, issue


def rows(api: Api) -> dict[str, dict[str, object]]:
    """Return the rows of the overview by app."""
    return {row["app"]["name"]: row for row in api.call("GET", "/endpoints").body}


def test_overview_has_every_app(example: Api) -> None:
    """Each app is a row, with what it is served with if there is something."""
    ca = CA()
    issued = issue(ca, "www.example.com")
    example.call("POST", "/apps", {"name": "bare"})
    body = {"certificate_chain": issued.chain_pem, "private_key": issued.key_pem}
    made = example.call("POST", "/apps/example/ssl-endpoints", body).body
    for hostname in ("www.example.com", "shop.example.com"):
        example.call("POST", "/apps/example/domains", {"hostname": hostname})
    found = rows(example)

    assert ["bare", "example"] == list(found)
    assert (None, None, []) == tuple(found["bare"][part] for part in ("endpoint", "addon", "domains"))
    assert "bare.app.localhost" == found["bare"]["target"]
    shown = found["example"]["endpoint"]
    assert isinstance(shown, dict)
    assert made["cname"] == found["example"]["target"] == shown["cname"]
    assert issued.fingerprint == shown["ssl_cert"]["id"]
    assert ["missing_intermediate", "name_mismatch"] == [r["code"] for r in shown["ssl_cert"]["reasons"]]
    assert ["shop.example.com", "www.example.com"] == found["example"]["domains"]


def test_overview_forgets_what_was_removed(example: Api) -> None:
    """A removed certificate, domain or app leaves the overview; a certificate with many names is in it."""
    issued = issue(CA(), *(f"n{number}.example.com" for number in range(150)))
    body = {"certificate_chain": issued.chain_pem, "private_key": issued.key_pem}
    name = example.call("POST", "/apps/example/ssl-endpoints", body).body["name"]
    example.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
    shown = rows(example)["example"]["endpoint"]
    example.call("DELETE", f"/apps/example/ssl-endpoints/{name}")
    example.call("DELETE", "/apps/example/domains/www.example.com")
    left = rows(example)["example"]
    example.call("DELETE", "/apps/example")

    assert isinstance(shown, dict)
    assert 150 == len(shown["ssl_cert"]["cert_domains"])
    assert (None, []) == (left["endpoint"], left["domains"])
    assert {} == rows(example)


def test_overview_has_shared_apps(example: Api, login: Callable[..., Api]) -> None:
    """A collaborator sees the app and its domains; somebody else sees nothing."""
    friend, stranger = login("friend@example.com"), login("stranger@example.com")
    example.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
    example.call("POST", "/apps/example/collaborators", {"user": "friend@example.com", "permission": "read"})

    assert ["example"] == list(rows(friend))
    assert ["www.example.com"] == [domain["hostname"] for domain in friend.call("GET", "/domains").body]
    assert ({}, []) == (rows(stranger), stranger.call("GET", "/domains").body)


def test_activity_is_told_newest_first(example: Api) -> None:
    """Each change has who, when and what."""
    example.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
    told = example.call("GET", "/apps/example/activity").body

    assert ["domain.add", "addon.provision", "app.create"] == [each["action"] for each in told]
    assert {("test", "www.example.com")} == {(told[0]["actor"], told[0]["detail"])}
    assert 3 == len({each["id"] for each in told})
