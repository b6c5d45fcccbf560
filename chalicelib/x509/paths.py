"""Ways from a leaf up to a root through certificates that were sent, or that a pool knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from chalicelib.x509.anchors import Anchors
from chalicelib.x509.certificate import Certificate

DEEPEST = 8  # certificates in one path
STEPS = 500  # certificates visited in one search
SIGNATURES = 60  # checked in one search
FROM_POOL = 8  # issuers asked of a pool in one search

# Returns the known intermediates whose subject has this key (Certificate.subject_key).
Pool: TypeAlias = Callable[[str], Iterable[Certificate]]


def empty_pool(_: str) -> Iterable[Certificate]:
    """Know no intermediates."""
    return ()


class End(Enum):
    """What a path ends at."""

    ROOTED = "a trust anchor has issued its last certificate"
    SELF_SIGNED = "a root that is no trust anchor has issued it"
    MISSING = "its issuer is not there"


@dataclass(frozen=True, slots=True)
class Path:
    """Certificates from a leaf upwards, each issued by the next, without the root."""

    certificates: tuple[Certificate, ...]
    end: End
    root: Certificate | None  # the anchor, or the self-signed certificate that was sent
    added: int  # how many came from the pool

    def live(self, now: datetime) -> bool:
        """Tell whether all but the leaf are within their validity."""
        issuers = self.certificates[1:] if self.root is None else (*self.certificates[1:], self.root)
        return all(issuer.live(now) for issuer in issuers)


class Search:
    """One bounded search; its result does not depend on the order of the certificates."""

    def __init__(self, certificates: Iterable[Certificate], anchors: Anchors, now: datetime, pool: Pool) -> None:
        self._anchors, self._now, self._pool = anchors, now, pool
        self._sent: dict[bytes, list[Certificate]] = defaultdict(list)
        for certificate in certificates:
            self._sent[certificate.subject_name].append(certificate)
        self._known: dict[str, list[Certificate]] = {}
        self._checked: dict[tuple[str, str], bool] = {}
        self.steps = 0

    def paths(self, leaf: Certificate) -> list[Path]:
        """Return the paths that begin at `leaf`, as many as the limits let be found."""
        return list(self._from((leaf,), 0))

    def signed(self, child: Certificate, issuer: Certificate) -> bool:
        """Tell whether `issuer` has signed `child`; False when too many signatures have been checked already."""
        pair = (child.fingerprint, issuer.fingerprint)
        if pair not in self._checked:
            if len(self._checked) >= SIGNATURES:
                return False
            self._checked[pair] = child.signed_by(issuer)
        return self._checked[pair]

    def _from(self, path: tuple[Certificate, ...], added: int) -> Iterator[Path]:
        self.steps += 1
        if self.steps > STEPS:
            return
        last, ended = path[-1], False
        for root in sorted(self._anchors.named(last.issuer_name), key=lambda each: not each.live(self._now)):
            if self.signed(last, root):
                yield Path(path, End.ROOTED, root, added)
                ended = True
                break
        for issuer, from_pool in self._issuers(path):
            ended = True
            if issuer.self_issued and self.signed(issuer, issuer):
                if issuer not in self._anchors:
                    yield Path(path, End.SELF_SIGNED, issuer, added)
            else:
                yield from self._from((*path, issuer), added + from_pool)
        if not ended:
            yield Path(path, End.MISSING, None, added)

    def _issuers(self, path: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, bool]]:
        last = path[-1]
        if len(path) >= DEEPEST or (len(path) == 1 and last.self_issued and self.signed(last, last)):
            return
        passed = {(certificate.subject_name, certificate.spki) for certificate in path}
        for candidates, from_pool in ((self._sent[last.issuer_name], False), (self._pooled(last), True)):
            for issuer in sorted(candidates, key=lambda each: self._rank(last, each)):
                if (issuer.subject_name, issuer.spki) not in passed and self.signed(last, issuer):
                    yield issuer, from_pool

    def _pooled(self, last: Certificate) -> list[Certificate]:
        key = last.issuer_key
        if key not in self._known:
            if len(self._known) >= FROM_POOL:
                return []
            sent = self._sent[last.issuer_name]
            self._known[key] = [each for each in self._pool(key) if each.is_ca and each not in sent]
        return self._known[key]

    def _rank(self, child: Certificate, issuer: Certificate) -> tuple[object, ...]:
        """Put the likeliest issuer first, so that limits cut off the unlikely."""
        same_key = child.issuer_key_id is not None and child.issuer_key_id == issuer.subject_key_id
        return (
            not same_key,
            not issuer.live(self._now),
            not issuer.is_ca,
            -issuer.expires_at.timestamp(),
            issuer.der,
        )


def best(paths: Iterable[Path], now: datetime) -> Path:
    """Return the path to serve: rooted before private before incomplete, live before expired, then the longest.

    The longest, because a cross-signed root that was sent makes older clients trust the chain.
    """
    order = (End.ROOTED, End.SELF_SIGNED, End.MISSING)
    return min(
        paths,
        key=lambda path: (
            order.index(path.end),
            not path.live(now),
            path.added,
            -len(path.certificates),
            [certificate.der for certificate in path.certificates],
        ),
    )
