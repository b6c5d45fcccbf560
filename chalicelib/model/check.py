"""The stored check of a domain: what was found last, what changed, and when to look again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.model import served
from chalicelib.model.domain import Domain
from chalicelib.model.pointing import INVALID, UNKNOWN, VALID, DnsState
from chalicelib.model.served import MISMATCH, NONE, SERVED, TlsState

FIRST_PAUSE = timedelta(seconds=5)  # doubled with each look
LONGEST_PAUSE = timedelta(hours=1)
MOST_DOUBLINGS = 16  # which is beyond the longest pause
EAGER = timedelta(days=7)  # since the domain was added, or stopped being all right
STEADY_PAUSE = timedelta(days=1)  # after that, and while all is right
LEASE = timedelta(minutes=1)  # whoever is about to look has it alone for so long
NOT_SERVED = "not served"
# What is passing, or cannot be looked at, is no change: an edge that follows, or does not answer.
KNOWN_DNS = {VALID: VALID, INVALID: INVALID}
KNOWN_TLS = {SERVED: SERVED, MISMATCH: NOT_SERVED, NONE: NOT_SERVED}
CHANGED_DNS = {
    VALID: "DNS leads {hostname} here now.",
    INVALID: "DNS does not lead {hostname} here any longer.",
}
CHANGED_TLS = {
    SERVED: "The certificate is served for {hostname} now.",
    NOT_SERVED: "The certificate is not served for {hostname} any longer.",
}
LONGEST_SENTENCE = 500  # characters that are kept: each request to the app reads them


@dataclass(frozen=True, slots=True)
class Look:
    """What was found for a domain at one moment."""

    domain: Domain
    dns: DnsState
    tls: TlsState


@dataclass(frozen=True, slots=True)
class CheckChange:
    """What was known of a domain and is otherwise now: of DNS, of what is served for it, or of both."""

    before: str  # "invalid"
    after: str  # "valid"
    sentence: str


@dataclass(frozen=True, slots=True)
class Check:
    """What is known of a domain by looking."""

    app_id: str
    account_id: str
    hostname: str
    since: datetime  # when the domain was added, or stopped being all right
    due_at: datetime  # when to look next
    state: str = UNKNOWN  # of DNS, by the last look
    sentence: str = ""
    tls: str = served.UNKNOWN
    tls_sentence: str = ""
    version_id: str | None = None  # what the edge had to serve then
    known: str | None = None  # the last state of DNS that was not unknown
    known_tls: str | None = None
    looks: int = 0  # since `since`
    checked_at: datetime | None = None
    ver: int = 1

    @property
    def leads_away(self) -> bool:
        """Tell whether it is known that the domain does not lead here."""
        return self.known == self.state == INVALID

    def claim(self, now: datetime) -> Check:
        """Return the check as whoever looks holds it; the next one may when the lease is over."""
        return replace(self, due_at=now + LEASE, ver=self.ver + 1)

    def see(self, look: Look, version_id: str | None, now: datetime) -> tuple[Check, CheckChange | None]:
        """Return the check after a look, and what has changed; to be unknown is never a change."""
        dns, tls = KNOWN_DNS.get(look.dns.state), KNOWN_TLS.get(look.tls.state)
        changed = [
            *_change(self.known, dns, look.dns.sentence, CHANGED_DNS, self.hostname),
            *_change(self.known_tls, tls, look.tls.sentence, CHANGED_TLS, self.hostname),
        ]
        is_worse = any(change.after in {INVALID, NOT_SERVED} for change in changed)
        since, looks = (now, 1) if is_worse else (self.since, self.looks + 1)
        known, known_tls = dns or self.known, tls or self.known_tls
        after = replace(
            self,
            since=since,
            due_at=now + next_look(since, looks, now, is_right=(known, known_tls) == (VALID, SERVED)),
            state=look.dns.state,
            sentence=look.dns.sentence[:LONGEST_SENTENCE],
            tls=look.tls.state,
            tls_sentence=look.tls.sentence[:LONGEST_SENTENCE],
            version_id=version_id,
            known=known,
            known_tls=known_tls,
            looks=looks,
            checked_at=now,
            ver=self.ver + 1,
        )
        return after, _together(changed)


def first(domain: Domain) -> Check:
    """Return the check of a domain that was just added: it is due at once."""
    at = domain.updated_at
    return Check(domain.app_id, domain.account_id, domain.hostname, since=at, due_at=at)


def next_look(since: datetime, looks: int, now: datetime, *, is_right: bool) -> timedelta:
    """Return how long to wait after the `looks`-th look since a domain was added or stopped being all right."""
    if is_right or now - since >= EAGER:
        return STEADY_PAUSE
    return min(FIRST_PAUSE * (1 << min(looks - 1, MOST_DOUBLINGS)), LONGEST_PAUSE)


def _change(
    before: str | None, after: str | None, found: str, told: Mapping[str, str], hostname: str
) -> Iterator[CheckChange]:
    """Yield what changed: for the better, or for the worse after it was right."""
    if after is None or after == before or (before is None and after in {INVALID, NOT_SERVED}):
        return
    sentence = told[after].format(hostname=hostname)
    yield CheckChange(before or UNKNOWN, after, f"{sentence} {found}".strip())


def _together(changes: Sequence[CheckChange]) -> CheckChange | None:
    """Return all that one look changed as one piece of news."""
    if not changes:
        return None
    before = ", ".join(dict.fromkeys(each.before for each in changes))
    after = ", ".join(each.after for each in changes)
    return CheckChange(before, after, " ".join(each.sentence for each in changes))
