"""Short ways to write feed entries."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from chalicelib.model import times
from chalicelib.model.feed import AppEntry, DomainEntry, EndpointEntry

START = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


def at(seconds: float) -> str:
    """Return a moment after START as the feed writes it."""
    return times.text(START + timedelta(seconds=seconds))


def app(name: str, origin: str = "127.0.0.1:5000", changed: float = 0, *, removed: bool = False) -> AppEntry:
    """An app whose own domain is <name>.app.localhost."""
    return AppEntry(name, at(changed), removed, f"{name}.app.localhost", origin)


def endpoint(
    app_id: str,
    version: str,
    changed: float = 0,
    *,
    hostname: str | None = "",
    endpoint_id: str = "",
    removed: bool = False,
) -> EndpointEntry:
    """An endpoint with the id e-<app> and the hostname <app>-1.ssl.localhost."""
    name = f"{app_id}-1.ssl.localhost" if hostname == "" else hostname
    return EndpointEntry(app_id, at(changed), removed, endpoint_id or f"e-{app_id}", name, version)


def domain(app_id: str, hostname: str, changed: float = 0, *, removed: bool = False) -> DomainEntry:
    """A custom domain."""
    return DomainEntry(app_id, at(changed), removed, hostname)
