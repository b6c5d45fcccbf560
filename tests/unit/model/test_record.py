"""An app with all that belongs to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from chalicelib.errors import Forbidden, NotFound
from chalicelib.model.addon import Addon
from chalicelib.model.app import App
from chalicelib.model.caller import Caller
from chalicelib.model.domain import Domain
from chalicelib.model.endpoint import Endpoint
from chalicelib.model.record import AppRecord, Collaborator

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
APP = App("a1", "example", "owner", "us", "", NOW, NOW)
ADDON = Addon("d1", "a1", "owner", "ssl-round-1234", "tokyo-2121", "tokyo-2121.ssl.localhost", NOW)
ENDPOINT = Endpoint(
    "e1", "a1", "owner", "tokyo-2121", "tokyo-2121.ssl.localhost", 1, "v1", None, None, 1, NOW, NOW
)
WWW = Domain("w1", "a1", "owner", "www.example.com", NOW, NOW)
GONE = replace(WWW, id="g1", hostname="gone.example.com", removed=True)
RECORD = AppRecord(APP, ADDON, ENDPOINT, {each.hostname: each for each in (WWW, GONE)}, ())


def caller(account_id: str) -> Caller:
    """Return a caller with an admin token of an account."""
    return Caller(account_id, "test", "admin", "request")


def test_parts_answer_to_every_identity() -> None:
    """Add-on, endpoint and domain are found by each of their names, in any case."""
    assert {ADDON} == {RECORD.need_addon(name) for name in ("d1", "ssl-round-1234", "ssl", "ssl:endpoint")}
    assert {ENDPOINT} == {RECORD.need_endpoint(name) for name in ("e1", "tokyo-2121", "Tokyo-2121.ssl.localhost")}
    assert {WWW} == {RECORD.need_domain(name) for name in ("w1", "www.example.com", "WWW.example.com")}


def test_removed_parts_are_not_found() -> None:
    """Tombstones are there for followers only."""
    removed = replace(RECORD, latest_endpoint=replace(ENDPOINT, removed=True), addon=None)

    assert [WWW] == removed.domains
    assert removed.endpoint is None
    for need, name in (
        (removed.need_endpoint, "e1"),
        (removed.need_domain, "gone.example.com"),
        (removed.need_domain, "g1"),
        (removed.need_addon, "ssl"),
    ):
        with pytest.raises(NotFound):
            need(name)


def test_target_is_the_hostname_or_the_own_domain() -> None:
    """Domains point at the add-on's hostname; without one, at the app's own domain."""
    elsewhere = replace(RECORD, addon=replace(ADDON, hostname=None))

    assert "tokyo-2121.ssl.localhost" == RECORD.target("app.localhost")
    assert "example.app.localhost" == elsewhere.target("app.localhost")
    assert "example.app.localhost" == replace(RECORD, addon=None).target("app.localhost")


def test_collaborators_may_do_what_they_were_given() -> None:
    """The owner may do everything, a reader only read, and to strangers there is no such app."""
    shared = replace(RECORD, collaborators=(Collaborator("reader", "r@example.com", "read"),))

    shared.admit(caller("owner"), "write")
    shared.admit(caller("reader"), "read")
    with pytest.raises(Forbidden, match="only read"):
        shared.admit(caller("reader"), "write")
    with pytest.raises(NotFound):
        shared.admit(caller("stranger"), "read")
    with pytest.raises(Forbidden, match="owner"):
        shared.need_owner(caller("reader"))
