"""Ways from a leaf up to a root, through certificates that were sent or that a pool knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import pairwise
from typing import TypeAlias

from chalicelib.x509.anchors import Anchors
from chalicelib.x509.certificate import Certificate

LONGEST = 8  # certificates in one path
STEPS = 500  # certificates passed in one search; what lies further is not found
SIGNATURES = 40  # checked in one search; what lies further counts as unsigned
ISSUERS_ASKED = 8  # of a pool, in one search

# Returns the known intermediates whose subject has this key (Certificate.subject_key).
Pool: TypeAlias = Callable[[str], Iterable[Certificate]]


def empty_pool(_: str) -> Iterable[Certificate]:
    """Know no intermediates."""
    return ()


class End(Enum):
    """What a path ends at; the best first."""

    ROOTED = 0  # a trust anchor has issued its last certificate
    SELF_SIGNED = 1  # a root has, which was sent and is no trust anchor
    MISSING = 2  # nobody who was sent has


@dataclass(frozen=True, slots=True)
class Path:
    """Certificates from a leaf upwards, each issued by the next, without the root."""

    certificates: tuple[Certificate, ...]
    end: End
    root: Certificate | None  # None if it is missing
    added: int  # how many come from the pool

    def live(self, now: datetime) -> bool:
        """Tell whether all but the leaf are within their validity."""
        return all(issuer.live(now) for issuer in self.certificates[1:]) and (
            self.root is None or self.root.live(now)
        )


class Search:
    """A bounded search; what it finds does not depend on the order of the certificates."""

    def __init__(
        self,
        certificates: Iterable[Certificate],
        anchors: Anchors,
        now: datetime,
        verified: Sequence[Certificate] = (),  # each known to be signed by the next
    ) -> None:
        self._anchors, self._now = anchors, now
        self._sent: dict[bytes, list[Certificate]] = defaultdict(list)
        for certificate in certificates:
            self._sent[certificate.subject_name].append(certificate)
        self._pool: Pool = empty_pool
        self._known: dict[str, list[Certificate]] = {}
        self._issuers: dict[tuple[Certificate, bool], list[tuple[Certificate, int]]] = {}
        self.signatures = {(child.fingerprint, issuer.spki): True for child, issuer in pairwise(verified)}
        self.steps = 0

    def best(self, leaf: Certificate, pool: Pool = empty_pool) -> Path:
        """Return the path to serve.

        Rooted goes before private, private before incomplete, live before expired, sent before known; then the
        longest, because a cross-signed root that was sent makes older clients trust the chain.
        """
        if pool is not self._pool:
            self._pool = pool
            self._known.clear()
            self._issuers.clear()
        return min(self._paths((leaf,), 0), key=self._demerit)

    def _demerit(self, path: Path) -> tuple[object, ...]:
        length = len(path.certificates)
        return (
            path.end.value,
            not path.live(self._now),
            path.added,
            -length,
            [each.der for each in path.certificates],
        )

    def _paths(self, path: tuple[Certificate, ...], added: int) -> Iterator[Path]:
        self.steps += 1
        last = path[-1]
        root = self._anchor(last)
        done = False  # once rooted and live, no longer path from the pool can be better
        if root is not None:
            yield (rooted := Path(path, End.ROOTED, root, added))
            done = rooted.live(self._now)
        issuers = [] if self._at_the_end(path) else self._issuers_of(last, from_pool=not done)
        for issuer, known in issuers:
            if issuer.self_issued and issuer in self._anchors:
                continue  # it is `root`
            if issuer.self_signed:
                yield Path(path, End.SELF_SIGNED, issuer, added)
            elif not any(issuer.spki == each.spki and issuer.subject_name == each.subject_name for each in path):
                yield from self._paths((*path, issuer), added + known)
        if root is None:
            yield Path(path, End.MISSING, None, added)

    def _at_the_end(self, path: tuple[Certificate, ...]) -> bool:
        return len(path) == LONGEST or self.steps >= STEPS or (len(path) == 1 and path[0].self_signed)

    def _anchor(self, last: Certificate) -> Certificate | None:
        """Return the trust anchor that issued a certificate, a live one if there are several."""
        roots = sorted(self._anchors.named(last.issuer_name), key=lambda root: not root.live(self._now))
        return next((root for root in roots if self.signed(last, root)), None)

    def _issuers_of(self, child: Certificate, *, from_pool: bool) -> list[tuple[Certificate, int]]:
        """Return who issued a certificate, the likeliest first, each with 1 if it comes from the pool."""
        if (child, from_pool) not in self._issuers:
            candidates = [(each, 0) for each in self._sent[child.issuer_name]]
            pooled = self._pooled(child.issuer_key, child.issuer_name) if from_pool else []
            candidates += [(each, 1) for each in pooled]
            candidates.sort(key=lambda candidate: (candidate[1], *self._likelihood(child, candidate[0])))
            self._issuers[child, from_pool] = [each for each in candidates if self.signed(child, each[0])]
        return self._issuers[child, from_pool]

    def _likelihood(self, child: Certificate, issuer: Certificate) -> tuple[object, ...]:
        other_key = child.issuer_key_id is None or child.issuer_key_id != issuer.subject_key_id
        return other_key, not issuer.live(self._now), -issuer.expires_at.timestamp(), issuer.der

    def signed(self, child: Certificate, issuer: Certificate) -> bool:
        """Tell whether `issuer` has signed `child` and may; False when too many signatures were checked before."""
        if child.issuer_name != issuer.subject_name or not (issuer.is_ca or issuer.self_issued):
            return False
        pair = (child.fingerprint, issuer.spki)
        if pair not in self.signatures and len(self.signatures) < SIGNATURES:
            self.signatures[pair] = child.signed_by(issuer)
        return self.signatures.get(pair, False)

    def _pooled(self, key: str, name: bytes) -> list[Certificate]:
        if key not in self._known and len(self._known) < ISSUERS_ASKED:
            self._known[key] = [each for each in self._pool(key) if each.is_ca and each not in self._sent[name]]
        return self._known.get(key, [])
