"""From feed entries to what an edge serves."""

from __future__ import annotations

from itertools import permutations

from chalicelib.edge.names import DEFAULT
from chalicelib.edge.plan import VersionRef
from chalicelib.edge.planner import plan
from chalicelib.model.feed import Entry
from tests.unit.edge.entries import app, domain, endpoint


def test_an_app_with_everything() -> None:
    """Hostname and domains show the certificate; the domains and the app's own one lead to the app."""
    wildcard = domain("a", "*.example.com")
    served = plan([app("a"), endpoint("a", "v1"), domain("a", "www.example.com"), wildcard])

    assert {"e-a": VersionRef("a", "e-a", "v1")} == served.versions
    assert {"a-1.ssl.localhost": "e-a", "www.example.com": "e-a", "*.example.com": "e-a"} == served.certs
    assert {
        "a.app.localhost": "127.0.0.1:5000",
        "www.example.com": "127.0.0.1:5000",
        "*.example.com": "127.0.0.1:5000",
    } == served.routes


def test_without_a_hostname_the_own_domain_is_the_target() -> None:
    """An app in another region shows its certificate under its own domain."""
    served = plan([app("a"), endpoint("a", "v1", hostname=None), domain("a", "www.example.com")])

    assert {"a.app.localhost": "e-a", "www.example.com": "e-a"} == served.certs


def test_an_app_without_a_certificate_keeps_its_routes() -> None:
    """Its domains are answered with the edge's own certificate."""
    served = plan([app("a"), domain("a", "www.example.com"), endpoint("a", "v1", 1, removed=True)])

    assert ({}, {}) == (served.versions, served.certs)
    assert {"a.app.localhost", "www.example.com"} == served.routes.keys()


def test_an_app_without_an_origin_keeps_its_certificate() -> None:
    """There is nothing to route to."""
    served = plan([app("a", ""), endpoint("a", "v1"), domain("a", "www.example.com")])

    assert {"a-1.ssl.localhost", "www.example.com"} == served.certs.keys()
    assert {} == served.routes


def test_a_removed_app_takes_all_with_it() -> None:
    """Nothing of it is served, even if its other entries have not gone yet."""
    served = plan([app("a", removed=True), endpoint("a", "v1"), domain("a", "www.example.com")])

    assert ({}, {}, {}) == (served.versions, served.certs, served.routes)


def test_the_newest_entry_counts_in_any_order() -> None:
    """An update, a removal and a return may come in any order."""
    changes: list[Entry] = [
        endpoint("a", "v1", 1),
        endpoint("a", "v2", 2),
        domain("a", "www.example.com", 1),
        domain("a", "www.example.com", 2, removed=True),
        domain("a", "old.example.com", 1, removed=True),
        domain("a", "old.example.com", 2),
    ]
    for entries in permutations(changes):
        served = plan([app("a"), *entries])

        assert {"e-a": VersionRef("a", "e-a", "v2")} == served.versions
        assert {"a-1.ssl.localhost", "old.example.com"} == served.certs.keys()


def test_an_endpoint_made_anew_replaces_the_old_one() -> None:
    """An app has one endpoint at a time: the later one."""
    served = plan([app("a"), endpoint("a", "v9", 2, endpoint_id="e-new"), endpoint("a", "v1", 1, removed=True)])

    assert {"e-new"} == served.versions.keys()
    assert {"a-1.ssl.localhost": "e-new"} == served.certs


def test_a_moving_domain_belongs_to_one_app() -> None:
    """Live beats removed, whatever came last; of two live claims the later one wins."""
    two: list[Entry] = [app("a", "127.0.0.1:1"), app("b", "127.0.0.1:2"), endpoint("a", "v1"), endpoint("b", "v2")]
    moved = plan([*two, domain("a", "www.example.com", 5, removed=True), domain("b", "www.example.com", 4)])
    both = plan([*two, domain("a", "www.example.com", 4), domain("b", "www.example.com", 3)])

    assert ("e-b", "127.0.0.1:2") == (moved.certs["www.example.com"], moved.routes["www.example.com"])
    assert ("e-a", "127.0.0.1:1") == (both.certs["www.example.com"], both.routes["www.example.com"])


def test_nobody_can_claim_what_the_service_gave() -> None:
    """The own names of an app and its endpoint win over anybody's custom domain, however late."""
    served = plan(
        [
            *(app("a", "127.0.0.1:1"), endpoint("a", "v1")),
            *(app("b", "127.0.0.1:2"), endpoint("b", "v2")),
            *(domain("b", "a.app.localhost", 9), domain("b", "a-1.ssl.localhost", 9)),
        ]
    )

    assert "127.0.0.1:1" == served.routes["a.app.localhost"]
    assert "e-a" == served.certs["a-1.ssl.localhost"]
    assert "a-1.ssl.localhost" not in served.routes


def test_a_name_without_certificate_is_not_shown_anothers_wildcard() -> None:
    """Where a wildcard of another app would answer, the name is pinned to the edge's own certificate."""
    served = plan(
        [app("a"), endpoint("a", "v1"), domain("a", "*.example.com"), app("b"), domain("b", "b.example.com")]
    )

    assert DEFAULT == served.certs["b.example.com"]
    assert "e-a" == served.certs["*.example.com"]


def test_what_may_not_reach_the_disk_hurts_only_its_own_app() -> None:
    """Strange values are left out and told; the others are served."""
    strange: list[Entry] = [
        domain("a", "../../etc/passwd"),
        domain("a", "WWW.example.com"),
        app("b", "127.0.0.1:5000/x"),
        endpoint("c", "../v1"),
        app("../d"),
    ]
    served = plan([app("a"), endpoint("a", "v1"), app("c"), *strange])

    assert {"e-a"} == served.versions.keys()
    assert {"a-1.ssl.localhost"} == served.certs.keys()
    assert {"a.app.localhost", "c.app.localhost"} == served.routes.keys()
    assert len(strange) == len(served.refused)
