"""What a browser would say of a chain, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256

from chalicelib.x509 import key_types, reasons
from chalicelib.x509.anchors import Anchors, mozilla
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.distrusted import DISTRUSTED
from chalicelib.x509.facts import Reason, Verdict
from chalicelib.x509.paths import End, Path, Search

__all__ = ["Anchors", "digest", "judge", "mozilla"]

# CA/Browser Forum ballots SC-22 and SC-081v3: from this first day of validity on, at most so many days.
LONGEST_LIFETIMES = (
    (date(2029, 3, 15), 47),
    (date(2027, 3, 15), 100),
    (date(2026, 3, 15), 200),
    (date(2020, 9, 1), 398),
)
SECONDS_A_DAY = 86400


def judge(
    certificates: Sequence[Certificate],
    anchors: Anchors,
    now: datetime,
    left_out: Sequence[Certificate] = (),
    before: Verdict | None = None,
) -> Verdict:
    """Return what a browser would say at `now` (aware) of a served chain, leaf first.

    `left_out` is what was sent with it, such as a private root: it only makes the reasons more exact. Names are
    not judged here, because the certificate does not say which app it is for: see reasons.name_mismatch.

    `before` is the verdict on the same chain by other anchors. What was not missing then is not missing now: if
    the chain leads to no anchor any more, its last issuer is a root, and no intermediate that somebody forgot.
    """
    complete = before is not None and not any(reason.code == reasons.MISSING for reason in before.reasons)
    leaf = certificates[0]
    verified = anchors.verify(leaf, certificates[1:], now)
    found = list(_of_key(leaf))
    if verified:
        found += _of_lifetime(leaf, verified[-1], anchors)
    else:
        found += of_leaf(leaf, now)
        if not leaf.self_signed:
            path = Search((*certificates[1:], *left_out), anchors, now).best(leaf)
            found += _of_chain(path, now, complete=complete)
    if not verified and not found:
        found.append(reasons.unverifiable(leaf.facts, anchors.objection(leaf, certificates[1:], now)))
    return Verdict(trusted=not found, reasons=tuple(found))


def digest(anchors: Anchors) -> str:
    """Return what changes whenever verdicts may: the SHA-256 (lower-case hex) of whom browsers trust, or did."""
    return sha256("\n".join([*anchors.marks(), *sorted(DISTRUSTED)]).encode()).hexdigest()


def _of_key(leaf: Certificate) -> Iterator[Reason]:
    if not key_types.is_in_browsers(leaf.key):
        yield reasons.key_type(leaf.facts)
    elif key_types.is_weak(leaf.key):
        yield reasons.weak_key(leaf.facts)


def _of_lifetime(leaf: Certificate, root: Certificate, anchors: Anchors) -> Iterator[Reason]:
    if not anchors.is_mozilla(root):
        return
    begins = leaf.starts_at.date()
    longest = next((days for since, days in LONGEST_LIFETIMES if begins >= since), None)
    if longest and (leaf.expires_at - leaf.starts_at).total_seconds() > longest * SECONDS_A_DAY:
        yield reasons.lifetime_too_long(leaf.facts, longest)


def of_leaf(leaf: Certificate, now: datetime) -> Iterator[Reason]:
    """Give the reasons that lie in the leaf itself, whatever stands above it."""
    if leaf.expires_at < now:
        yield reasons.expired(leaf.facts)
    if leaf.starts_at > now:
        yield reasons.not_yet_valid(leaf.facts)
    if not leaf.names:
        yield reasons.no_san(leaf.facts)
    if leaf.weak_signature:
        yield reasons.weak_signature(leaf.facts)
    if not leaf.may_serve:
        yield reasons.chain_eku(leaf.facts)
    if leaf.self_signed:
        yield reasons.self_signed(leaf.facts)


def _of_chain(path: Path, now: datetime, *, complete: bool) -> Iterator[Reason]:
    for issuer in path.certificates[1:]:
        if not issuer.live(now):
            yield reasons.chain_expired(issuer.facts, now)
        if issuer.weak_signature:
            yield reasons.weak_signature(issuer.facts)
        if not issuer.may_serve:
            yield reasons.chain_eku(issuer.facts)
    yield from _of_end(path.certificates[-1], path, now, complete=complete)


def _of_end(last: Certificate, path: Path, now: datetime, *, complete: bool) -> Iterator[Reason]:
    if path.end is not End.ROOTED and last.issuer in DISTRUSTED:
        yield reasons.distrusted_root(last.issuer)
    elif path.end is End.SELF_SIGNED or (path.end is End.MISSING and complete):
        yield reasons.untrusted_root(last.issuer)
    elif path.end is End.MISSING:
        yield reasons.missing_intermediate(last.facts, last.issuer_urls)
    elif path.root is not None and not path.root.live(now):
        yield reasons.chain_expired(path.root.facts, now)
