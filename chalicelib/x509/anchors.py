"""The roots that are trusted, and the verifier that asks whether a chain leads to one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone

import certifi
from cryptography.x509 import DNSName
from cryptography.x509.verification import PolicyBuilder, ServerVerifier, Store, VerificationError

from chalicelib.errors import BadCertificate
from chalicelib.x509 import pem
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.tolerance import UNREADABLE

OBJECTION = re.compile(r"validation failed: (?!candidates exhausted)([ -~]{1,200}?) \(encountered processing ")
NAMES_TRIED = 3  # the verifier wants a name, and may refuse to try one, such as one with an underscore


class Anchors:
    """The roots that are trusted: Mozilla's, and private ones that the operator added."""

    def __init__(self, mozilla: Iterable[Certificate], extra: Iterable[Certificate] = ()) -> None:
        self._mozilla = frozenset(mozilla)
        self._roots = self._mozilla.union(extra)
        self._by_name: dict[bytes, list[Certificate]] = defaultdict(list)
        for root in sorted(self._roots, key=lambda each: each.der):
            self._by_name[root.subject_name].append(root)
        self._by_loaded = {root.loaded: root for root in self._roots}
        self._store = Store(list(self._by_loaded)) if self._roots else None
        self._answers: dict[tuple[object, ...], tuple[Certificate, ...]] = {}

    def __contains__(self, certificate: object) -> bool:
        return certificate in self._roots

    def __len__(self) -> int:
        return len(self._roots)

    def marks(self) -> list[str]:
        """Return what tells these roots from others: the fingerprint of each, and whether it is Mozilla's."""
        return sorted(f"{root.fingerprint} {root in self._mozilla}" for root in self._roots)

    def named(self, name: bytes) -> list[Certificate]:
        """Return the roots with this subject (DER)."""
        return self._by_name.get(name, [])

    def is_mozilla(self, root: Certificate) -> bool:
        """Tell whether Mozilla, and not only the operator, trusts a root."""
        return root in self._mozilla

    def verify(self, leaf: Certificate, others: Sequence[Certificate], now: datetime) -> tuple[Certificate, ...]:
        """Return the chain, leaf to root, by which a browser trusts `leaf`; empty if it does not.

        `now` is aware. The leaf is verified for a name of its own: whether that is the right one, nobody asked.
        """
        question, answers = (leaf, tuple(others), now), self._answers
        if question not in answers:  # what is built is judged next
            try:
                chain = self._verify(leaf, others, now)
            except (VerificationError, *UNREADABLE):
                chain = ()
            answers = {(leaf, chain[1:-1], now): chain} if chain else {}
            answers[question] = chain
            self._answers = answers
        return answers[question]

    def objection(self, leaf: Certificate, others: Sequence[Certificate], now: datetime) -> str:
        """Return the verifier's own words, where it refuses the leaf itself; empty if it has none."""
        try:
            self._verify(leaf, others, now)
        except (VerificationError, *UNREADABLE) as error:
            found = OBJECTION.match(str(error))
            return found[1] if found else ""
        return ""

    def _verify(self, leaf: Certificate, others: Sequence[Certificate], now: datetime) -> tuple[Certificate, ...]:
        verifier = self._verifier(leaf, now)
        if verifier is None:
            return ()
        known = {leaf.loaded: leaf} | {each.loaded: each for each in others if each.checks_cheaply}
        chain = verifier.verify(leaf.loaded, list(known)[1:])
        return tuple(known.get(each) or self._by_loaded[each] for each in chain)

    def _verifier(self, leaf: Certificate, now: datetime) -> ServerVerifier | None:
        if self._store is None:
            return None
        builder = PolicyBuilder().store(self._store).time(now.astimezone(timezone.utc).replace(tzinfo=None))
        for name in leaf.names[:NAMES_TRIED]:
            try:
                return builder.build_server_verifier(DNSName(name.replace("*", "x")))
            except ValueError:
                continue
        return None


def mozilla(extra_pem: bytes = b"") -> Anchors:
    """Load Mozilla's roots (certifi's file), and private ones from PEM text.

    A root that cannot be read is left out: cryptography may refuse some of Mozilla's in the future. Making this
    takes milliseconds and it never changes, so callers keep it.
    """
    return Anchors(readable(certifi.contents()), readable(extra_pem.decode("utf-8", "replace")))


def readable(text: str) -> list[Certificate]:
    """Return the certificates of a PEM text, however long, that can be read; the others are passed over."""
    loaded = []
    for block in pem.blocks(text):
        try:
            loaded.append(Certificate.load(block.der))
        except BadCertificate:
            continue
    return loaded
