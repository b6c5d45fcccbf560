"""What an edge must know: one entry per app, endpoint and domain, each with its latest change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class AppEntry:
    """Where an app's requests go."""

    app_id: str
    changed: str  # when, as sortable ISO 8601 text in UTC with microseconds
    removed: bool
    domain: str  # the app's own domain: example.<app zone>
    origin: str  # host:port of the server behind it, empty when it has none

    @property
    def key(self) -> str:
        """Return what the entry is about; of two entries with one key the later one is true."""
        return f"app {self.app_id}"


@dataclass(frozen=True, slots=True)
class EndpointEntry:
    """Which certificate an app is served with."""

    app_id: str
    changed: str
    removed: bool
    endpoint_id: str
    hostname: str | None  # tokyo-2121.<zone>, or None where the app's own domain is the DNS target
    version_id: str

    @property
    def key(self) -> str:
        """Return what the entry is about; of two entries with one key the later one is true."""
        return f"endpoint {self.app_id}"


@dataclass(frozen=True, slots=True)
class DomainEntry:
    """A custom domain of an app; `*.example.com` stands for its sub-domains."""

    app_id: str
    changed: str
    removed: bool
    hostname: str

    @property
    def key(self) -> str:
        """Return what the entry is about; of two entries with one key the later one is true."""
        return f"domain {self.app_id} {self.hostname}"


@dataclass(frozen=True, slots=True)
class OtherEntry:
    """Something of a kind that only a newer release knows: it was followed so far, and nothing is served of it."""

    app_id: str
    changed: str
    removed: bool
    key: str


Entry: TypeAlias = AppEntry | EndpointEntry | DomainEntry
