"""The feed between an API and an edge that are a release apart."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from chalicelib.errors import Unavailable
from chalicelib.model import times
from chalicelib.model.app import App
from chalicelib.model.domain import Domain
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.feed import AppEntry, DomainEntry, EndpointEntry
from chalicelib.record import domains, endpoints
from chalicelib.record.apps import AppItems
from chalicelib.record.conditions import Item
from chalicelib.record.indexes import FORMAT, Feed
from chalicelib.record.writes import Put
from chalicelib.sqlite.record import SqliteRecord
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.facts import Verdict
from tests.authority import CA

NOW = datetime(2026, 11, 1, tzinfo=timezone.utc)
CHANGED = times.text(NOW)
# What the release before wrote, as far as edges read it ...
BEFORE: list[Item] = [
    {"PK": "APP#a", "SK": "APP", "app_id": "a", "domain": "a.app.example.net", "origin": "10.0.0.1:80"},
    {
        "PK": "APP#a",
        "SK": "ENDPOINT",
        "app_id": "a",
        "endpoint_id": "e",
        "hostname": "tokyo-1",
        "active_id": "v",
    },
    {"PK": "APP#a", "SK": "DOMAIN#www.example.com", "app_id": "a", "hostname": "www.example.com", "removed": True},
]
# ... and what its edges read of an entry, by the SK without its name.
READ_BEFORE: dict[str, dict[str, type]] = {
    "APP": {"app_id": str, "changed": str, "removed": bool, "domain": str, "origin": str},
    "ENDPOINT": {"app_id": str, "changed": str, "removed": bool, "endpoint_id": str, "active_id": str},
    "DOMAIN": {"app_id": str, "changed": str, "removed": bool, "hostname": str},
}


def feed(*items: Item) -> Feed:
    """Return the feed of a record with these items, changed now."""
    record = SqliteRecord(":memory:")
    record.commit([Put({"feed": "feed", "changed": CHANGED, **item}) for item in items])
    return Feed(record)


def written() -> list[Item]:
    """Return an app, an endpoint and a domain as this release writes them."""
    leaf = Certificate(CA().issue_cert("www.example.com", not_before=NOW, not_after=NOW + (NOW - NOW)).certificate)
    app = App("a", "example", "account", "us", "10.0.0.1:80", NOW, NOW)
    head = Endpoint("e", "a", "account", "tokyo-2121", None, 1, "v", None, None, 1, NOW, NOW)
    version = Version("e", 1, "v", "", (leaf.facts,), Verdict(trusted=True, reasons=()), (), NOW, "test")
    domain = Domain("d", "a", "account", "www.example.com", NOW, NOW)
    return [
        AppItems(SqliteRecord(":memory:"), "app")._item(app),
        endpoints._item(head, version),
        domains._item(domain),
    ]


def test_entries_of_the_release_before_are_read() -> None:
    """They have no format, and mean what they meant."""
    assert [
        AppEntry("a", CHANGED, False, "a.app.example.net", "10.0.0.1:80"),
        DomainEntry("a", CHANGED, True, "www.example.com"),
        EndpointEntry("a", CHANGED, False, "e", "tokyo-1", "v"),
    ] == sorted(feed(*BEFORE).changes(""), key=lambda entry: entry.key)


def test_edges_of_the_release_before_can_read_what_is_written() -> None:
    """Everything that they read is there, of the type that it was."""
    items = written()

    assert READ_BEFORE.keys() == {item["SK"].partition("#")[0] for item in items}
    for item in items:
        read = READ_BEFORE[item["SK"].partition("#")[0]]
        assert {name: kind for name, kind in read.items() if type(item.get(name)) is not kind} == {}
        assert item["feed"] == "feed"


@pytest.mark.parametrize("more", [{"format": FORMAT + 1}, {"format": FORMAT + 1, "weight": 7}])
def test_entries_of_the_release_after_are_read(more: dict[str, Any]) -> None:
    """Attributes and kinds that this release does not know are left out."""
    strange = {"PK": "APP#a", "SK": "SPLIT#half", "app_id": "a", **more}

    assert 3 == len(feed(*({**item, **more} for item in BEFORE), strange).changes(""))


def test_entry_from_further_ahead_is_refused() -> None:
    """Two releases ahead may mean anything: the whole read fails, and what is served stays."""
    with pytest.raises(Unavailable, match=f"format {FORMAT + 2}"):
        feed({**BEFORE[0], "format": FORMAT + 2}).changes("")
