"""A custom domain of an app."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.errors import Invalid
from chalicelib.model import dns, times
from chalicelib.x509 import hostname as names


@dataclass(frozen=True, slots=True)
class Domain:
    """A name whose requests belong to an app; `*.example.com` stands for its sub-domains."""

    id: str
    app_id: str
    account_id: str
    hostname: str  # lower-case A-labels
    created_at: datetime
    updated_at: datetime
    ver: int = 1
    removed: bool = False

    def answers_to(self, identity: str) -> bool:
        """Tell whether a client means this domain: by id or hostname."""
        return identity in {self.id, self.hostname}

    def remove(self, now: datetime) -> Domain:
        """Return the tombstone that tells edges to stop serving the name."""
        return replace(self, removed=True, ver=self.ver + 1, updated_at=times.later(self.updated_at, now))


def check_hostname(hostname: str, our_zones: tuple[str, ...]) -> str:
    """Return a custom domain's name in its canonical form.

    Raises Invalid for what is no DNS name, for a single label, for a wildcard over a public suffix, which nobody
    gets a certificate for, and for names in our own zones, which belong to endpoints and apps.
    """
    name = names.normalize(hostname)
    bare = name.removeprefix("*.")
    if "." not in bare:
        raise Invalid(f"{name!r} is not a full domain: give one such as www.example.com.")
    if bare != name and dns.is_public_suffix(bare):
        raise Invalid(f"{bare} is nobody's own domain; a wildcard stands below one, as in *.example.{bare}.")
    if any(bare == zone or bare.endswith(f".{zone}") for zone in our_zones):
        raise Invalid(f"{name} belongs to this service; add a domain of your own.")
    return name
