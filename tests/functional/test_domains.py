"""Custom domains over the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib import stores
from tests.functional.conftest import Api, customs


@pytest.mark.parametrize(
    ("hostname", "kind", "name", "zone"),
    [
        ("www.example.com", "CNAME", "www", "example.com"),
        ("WWW.Example.COM", "CNAME", "www", "example.com"),
        ("a.b.example.com", "CNAME", "a.b", "example.com"),
        ("*.example.com", "CNAME", "*", "example.com"),
        ("*.shop.example.co.uk", "CNAME", "*.shop", "example.co.uk"),
        ("example.com", "ALIAS or ANAME", "@", "example.com"),
        ("example.co.uk", "ALIAS or ANAME", "@", "example.co.uk"),
        ("bücher.example", "ALIAS or ANAME", "@", "xn--bcher-kva.example"),
    ],
)
def test_domain_shows_its_record(example: Api, hostname: str, kind: str, name: str, zone: str) -> None:
    """A sub-domain and a wildcard need a CNAME, a root domain an ALIAS or ANAME, all to the app's hostname."""
    [addon] = example.call("GET", "/apps/example/addons").body
    made = example.call("POST", "/apps/example/domains", {"hostname": hostname})
    expected = {"type": kind, "name": name, "zone": zone, "target": f"{addon['hostname']}."}

    assert 201 == made.status
    assert [expected] == made.body["records"]
    assert [made.body] == customs(example)


@pytest.mark.parametrize(
    "hostname",
    [
        "",
        " ",
        "localhost",
        "*",
        "*.com.",
        "www.*.example.com",
        "w*.example.com",
        "a..b",
        "-a.example.com",
        "a" * 64 + ".example.com",
        "a." * 130 + "com",
        "ex ample.com",
        "example.com/path",
        "http://example.com",
        "a\r\nb.com",
        "tokyo-2121.ssl.localhost",
        "other.app.localhost",
        "*.ssl.localhost",
        "ssl.localhost",
        "127.0.0.1",
        "2001:db8::1",
        "*.co.uk",
        "אa.example",
        7,
        None,
    ],
)
def test_unusable_domain_is_refused(example: Api, hostname: object) -> None:
    """What is no DNS name, or one of ours, is a 422 and is not stored."""
    refused = example.call("POST", "/apps/example/domains", {"hostname": hostname})

    assert (422, "invalid_params") == (refused.status, refused.body["id"])
    assert [] == customs(example)


def test_domain_belongs_to_one_app(example: Api, login: Callable[..., Api]) -> None:
    """A name is refused to every other app until it is removed; the same app may add it again."""
    other = login("other@example.com")
    other.call("POST", "/apps", {"name": "other"})
    taken = {"hostname": "www.example.com"}
    example.call("POST", "/apps/example/domains", taken)

    assert 422 == other.call("POST", "/apps/other/domains", taken).status
    assert 422 == example.call("POST", "/apps/example/domains", taken).status
    assert 200 == example.call("DELETE", "/apps/example/domains/www%2Eexample.com").status
    assert 404 == example.call("DELETE", "/apps/example/domains/www.example.com").status
    assert 201 == other.call("POST", "/apps/other/domains", taken).status
    assert 422 == example.call("POST", "/apps/example/domains", taken).status
    assert 200 == other.call("DELETE", "/apps/other/domains/www.example.com").status
    assert 201 == example.call("POST", "/apps/example/domains", taken).status


@pytest.mark.parametrize(
    ("first", "second"), [("*.example.com", "www.example.com"), ("www.example.com", "*.example.com")]
)
def test_wildcards_of_accounts_do_not_overlap(
    example: Api, login: Callable[..., Api], first: str, second: str
) -> None:
    """A wildcard and a name under it can belong to one account, and never to two."""
    other = login("other@example.com")
    other.call("POST", "/apps", {"name": "other"})
    example.call("POST", "/apps/example/domains", {"hostname": first})

    assert 422 == other.call("POST", "/apps/other/domains", {"hostname": second}).status
    assert 201 == example.call("POST", "/apps/example/domains", {"hostname": second}).status


def test_feed_tells_of_every_change(example: Api) -> None:
    """The feed has one entry per app and domain, each with its latest state, in the order of change."""
    hostname = {"hostname": "www.example.com"}
    example.call("POST", "/apps/example/domains", hostname)
    example.call("DELETE", "/apps/example/domains/www.example.com")
    before = stores.feed().changes("")
    example.call("POST", "/apps/example/domains", hostname)
    [changed] = stores.feed().changes(before[-1].changed + "0")

    assert ["AppEntry", "DomainEntry"] == [type(entry).__name__ for entry in before]
    assert [False, True] == [entry.removed for entry in before]
    assert (before[-1].key, False) == (changed.key, changed.removed)
