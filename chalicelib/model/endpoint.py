"""An endpoint and its versions: install, update, roll back, remove."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.errors import NoPreviousCertificate
from chalicelib.model import times
from chalicelib.x509 import reasons
from chalicelib.x509.facts import ChainChange, Facts, Reason, Verdict

EXPIRED = {"expired", "chain_expired"}


@dataclass(frozen=True, slots=True)
class Version:
    """One installed certificate; all that ever changes is the verdict, with the roots that browsers trust."""

    endpoint_id: str
    number: int  # 1, 2, 3 … without a gap
    id: str  # also names what is sealed
    certificate_chain: str  # PEM as served, leaf first
    chain: tuple[Facts, ...]  # the same, described
    verdict: Verdict  # as of created_at, by the roots that are trusted today
    changes: tuple[ChainChange, ...]
    created_at: datetime
    created_by: str  # the token's name
    left_out: str = ""  # PEM of what was sent but not served, as far as the verdict's reasons may be about it
    judged_by: str = ""  # the digest of the roots by which the verdict was given anew; empty if it never was

    @property
    def leaf(self) -> Facts:
        """Return what the served leaf says."""
        return self.chain[0]

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Return the fingerprints of the served certificates, leaf first."""
        return tuple(facts.fingerprint for facts in self.chain)

    @property
    def expires_at(self) -> datetime:
        """Return when the first certificate of the chain expires."""
        return min(facts.expires_at for facts in self.chain)

    def verdict_at(self, now: datetime, domains: Iterable[str] = ()) -> Verdict:
        """Return the verdict as of now, for these domains.

        What was trusted once may have expired since, and domains come and go.
        """
        found = (*self.verdict.reasons, *self._expiry(now))
        mismatch = reasons.name_mismatch(self.leaf.names, domains)
        return Verdict(trusted=not found, reasons=(*found, mismatch) if mismatch else found)

    def _expiry(self, now: datetime) -> tuple[Reason, ...]:
        if now < self.expires_at or EXPIRED & {reason.code for reason in self.verdict.reasons}:
            return ()
        if now >= self.leaf.expires_at:
            return (reasons.expired(self.leaf),)
        first = min(self.chain, key=lambda facts: facts.expires_at)
        return (reasons.chain_expired(first, now),)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The head: which version an app is served with, and which it can go back to."""

    id: str
    app_id: str
    account_id: str
    name: str  # tokyo-2121
    hostname: str | None  # tokyo-2121.<zone>; None where the app's own domain is the DNS target
    active: int
    active_id: str
    previous: int | None
    previous_id: str | None
    last: int  # the highest number ever installed
    created_at: datetime
    updated_at: datetime
    ver: int = 1
    removed: bool = False
    muted: bool = False  # nobody is told when its certificate is about to expire

    def answers_to(self, identity: str) -> bool:
        """Tell whether a client means this endpoint: by id, name or hostname."""
        return identity in {self.id, self.name, self.hostname}

    def update(self, version_id: str, now: datetime) -> Endpoint:
        """Return the head with a new active version; the one before can be rolled back to."""
        number = self.last + 1
        return self._next(
            now,
            active=number,
            active_id=version_id,
            previous=self.active,
            previous_id=self.active_id,
            last=number,
        )

    def roll_back(self, now: datetime) -> Endpoint:
        """Return the head with the previous version active; raise NoPreviousCertificate if there is none."""
        if self.previous is None:
            raise NoPreviousCertificate("No previous certificate to roll back to.")
        return self._next(now, active=self.previous, active_id=self.previous_id, previous=None, previous_id=None)

    def mute(self, now: datetime, *, muted: bool) -> Endpoint:
        """Return the head of which notices of its expiry are told no more, or again."""
        return self._next(now, muted=muted)

    def remove(self, now: datetime) -> Endpoint:
        """Return the tombstone that tells edges to stop serving."""
        return self._next(now, removed=True)

    def _next(self, now: datetime, **changes: object) -> Endpoint:
        return replace(self, updated_at=times.later(self.updated_at, now), ver=self.ver + 1, **changes)  # type: ignore[arg-type]
