"""Known intermediates: learnt from uploads and from the operator, fetched where that is switched on."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.errors import Invalid, Unavailable
from chalicelib.record.pool import Pool as Repository
from chalicelib.x509 import bundle
from chalicelib.x509.anchors import readable
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.chain import Served
from chalicelib.x509.intermediates import rooted
from chalicelib.x509.paths import Pool
from chalicelib.x509.trust import Anchors

MOST_LEARNT = 8  # certificates of one upload
MOST_HOPS = 3  # fetches for one chain
REMEMBERED = timedelta(hours=24)
MOST_REMEMBERED = 256  # URLs
log = logging.getLogger("ssl_endpoint")


AnyServed = TypeVar("AnyServed", bound=Served)


@dataclass(frozen=True, slots=True)
class Intermediates:
    """Whose certificate may be missing from a chain, and where it can be had."""

    pool: Repository
    anchors: Anchors
    fetch: Callable[[str], bytes] | None
    now: Callable[[], datetime]
    # What is remembered saves calls: issuers by URL and until when, and the fingerprints of what was kept.
    fetched: dict[str, tuple[datetime, tuple[Certificate, ...]]] = field(
        default_factory=dict, init=False, repr=False
    )
    learnt: set[str] = field(default_factory=set, init=False, repr=False)

    def known(self, subject_key: str) -> list[Certificate]:
        """Return the intermediates with that subject (Certificate.subject_key)."""
        return [Certificate.load(der) for der in self.pool.issuers(subject_key)]

    def learn(self, certificates: Iterable[Certificate]) -> int:
        """Keep those that lead to a root of Mozilla, and return how many; raise Unavailable.

        Whether a chain made with them is trusted is asked again each time, so that nothing learnt from one
        customer can make another's chain worse.
        """
        found = rooted(certificates, self.anchors, self.now())
        for each in found:
            self.pool.learn(each.subject_key, each.fingerprint, each.der, each.expires_at)
        return len(found)

    def learn_text(self, text: str) -> int:
        """Keep those of a PEM text, however long, and return how many; what cannot be read is passed over."""
        return self.learn(readable(text))

    def learn_in_passing(self, certificates: Iterable[Certificate]) -> None:
        """Learn from an upload that is done already: a failure is not the uploader's."""
        new = [each for each in certificates if each.is_ca and each.fingerprint not in self.learnt][:MOST_LEARNT]
        try:
            self.learn(new)
        except Unavailable:
            log.warning("the intermediates of an upload could not be kept")
            return
        if len(self.learnt) >= MOST_REMEMBERED:
            self.learnt.clear()
        self.learnt.update(each.fingerprint for each in new)

    def completed(self, build: Callable[[Pool], AnyServed]) -> AnyServed:
        """Build a chain with the intermediates that are known, and again with those that can be fetched."""
        served = build(self.known)
        fetched = self.fetch_above(served.certificates[-1])
        if not fetched:
            return served
        self.learn_in_passing(fetched)
        return build(lambda key: [*(each for each in fetched if each.subject_key == key), *self.known(key)])

    def fetch_above(self, last: Certificate) -> list[Certificate]:
        """Return the missing issuers above `last`, from where the certificates say they are (AIA)."""
        found: list[Certificate] = []
        while self.fetch and len(found) < MOST_HOPS and not self.anchors.named(last.issuer_name):
            issuer = next((each for each in self._offered(last) if last.signed_by(each)), None)
            if issuer is None or issuer.self_issued:
                break
            found.append(issuer)
            last = issuer
        return found

    def _offered(self, certificate: Certificate) -> Iterator[Certificate]:
        for url in certificate.issuer_urls[:1]:
            now = self.now()
            until, certificates = self.fetched.get(url, (now, ()))
            if until <= now:
                certificates = self._from(url)
                if len(self.fetched) >= MOST_REMEMBERED:
                    self.fetched.clear()
                self.fetched[url] = (now + REMEMBERED, certificates)
            yield from certificates

    def _from(self, url: str) -> tuple[Certificate, ...]:
        try:
            body = self.fetch(url) if self.fetch else b""
            return bundle.read(base64.b64encode(body).decode()).certificates
        except (Invalid, Unavailable) as error:
            log.info("no issuer at %r: %s", url, error.message)
            return ()
