"""From what was sent to what is served: the leaf that the key fits, and the right certificates above it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from chalicelib.errors import BadCertificate, BadKey, KeyMismatch
from chalicelib.x509 import key_types, trust
from chalicelib.x509.anchors import Anchors
from chalicelib.x509.bundle import Bundle
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.facts import ChainChange
from chalicelib.x509.paths import LONGEST, End, Path, Pool, Search
from chalicelib.x509.private_key import PrivateKey

LISTED = 5  # certificates that an error names


@dataclass(frozen=True, slots=True)
class Served:
    """Certificates as they are served, leaf first and without the root, and how they came about."""

    certificates: tuple[Certificate, ...]
    text: str  # PEM; the text as sent, byte for byte, when nothing had to change
    changes: tuple[ChainChange, ...]
    left_out: tuple[Certificate, ...]  # sent, but not served: for the verdict's reasons

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Return the certificates' fingerprints; the same file again has the same ones, and the same key."""
        return tuple(certificate.fingerprint for certificate in self.certificates)

    @property
    def beyond(self) -> tuple[Certificate, ...]:
        """Return those of `left_out` that may stand above the chain: no others play a part in its verdict."""
        wanted, found = {each.issuer_name for each in self.certificates}, dict[Certificate, None]()
        while more := [each for each in self.left_out if each.subject_name in wanted and each not in found]:
            found.update(dict.fromkeys(more))
            wanted.update(each.issuer_name for each in more)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Chain(Served):
    """A served chain and the private key of its leaf."""

    key: PrivateKey = field(repr=False)


def build(bundle: Bundle, anchors: Anchors, pool: Pool, now: datetime) -> Chain:
    """Return the right chain for a browser; `now` is aware.

    The leaf is the certificate that a key fits. What was sent stays byte for byte if it is ordered and trusted;
    else it is ordered, what is not needed is left out, and what is missing is added from the pool. Raises BadKey
    (KeyMismatch if there is a key, but for none of the certificates) and BadCertificate.
    """
    leaf, key = _match(bundle, anchors, now)
    if not key_types.is_in_browsers(key.facts):
        raise BadKey(
            f"Browsers do not accept {key.facts.name} keys. Use one on the curve P-256, or leave the upload as"
            " it is (preprocess: false, --bypass)."
        )
    _check_edge_can_load(leaf)
    served = _serve(leaf, bundle, anchors, pool, now)
    return Chain(served.certificates, served.text, served.changes, served.left_out, key)


def inspect(bundle: Bundle, anchors: Anchors, pool: Pool, now: datetime) -> Served:
    """Return what build() would, for certificates without a key; the leaf is the likeliest one."""
    issuers = {certificate.issuer_name for certificate in bundle.certificates if not certificate.self_issued}
    leaves = [each for each in bundle.certificates if each.subject_name not in issuers] or bundle.certificates
    return _serve(_meant(leaves, bundle, anchors, now), bundle, anchors, pool, now)


def as_sent(bundle: Bundle) -> Chain:
    """Return exactly what was sent (preprocess: false), which may serve nobody well.

    Raises KeyMismatch if no key fits the first certificate, and BadCertificate if an edge could not load it.
    """
    if bundle.unread_in_chain:
        raise BadCertificate(f"The chain cannot be served as it was sent.{bundle.complaint}")
    if not bundle.sent:
        raise BadCertificate("No certificate given in the chain's field.")
    leaf = bundle.sent[0]
    key = next((key for key in bundle.keys if key.spki == leaf.spki), None)
    if key is None:
        raise _mismatch(bundle, "The private key does not fit the first certificate")
    _check_edge_can_load(leaf)
    changes = tuple(ChainChange("kept", each.subject, each.fingerprint, "") for each in bundle.sent)
    return Chain(bundle.sent, bundle.text or _pem(bundle.sent), changes, (), key)


def _match(bundle: Bundle, anchors: Anchors, now: datetime) -> tuple[Certificate, PrivateKey]:
    for key in bundle.keys:
        leaves = [certificate for certificate in bundle.certificates if certificate.spki == key.spki]
        if leaves:
            return _meant(leaves, bundle, anchors, now), key
    raise _mismatch(bundle, "No key found that signs the certificate")


def _meant(leaves: Sequence[Certificate], bundle: Bundle, anchors: Anchors, now: datetime) -> Certificate:
    """Return the certificate that the user means: often a renewed one is sent with its predecessor."""
    if len(leaves) == 1:
        return leaves[0]
    search = Search(bundle.certificates, anchors, now)

    def demerit(leaf: Certificate) -> tuple[object, ...]:
        unrooted = search.best(leaf).end is not End.ROOTED
        return leaf.is_ca, leaf.self_signed, unrooted, not leaf.live(now), -leaf.expires_at.timestamp(), leaf.der

    return min(leaves, key=demerit)


def _mismatch(bundle: Bundle, why: str) -> BadKey:
    if not bundle.keys:
        return BadKey(f"No private key given.{bundle.complaint}")
    keys = ", ".join(key.facts.name for key in bundle.keys)
    certificates = "; ".join(f"{each.subject} ({each.key.name})" for each in bundle.certificates[:LISTED])
    return KeyMismatch(f"{why}: the key is {keys}, the certificates are {certificates}.{bundle.complaint}")


def _check_edge_can_load(leaf: Certificate) -> None:
    if not leaf.plain:
        raise BadCertificate(
            f"The certificate {leaf.subject} cannot be served: its public key or its extensions are written in a"
            " way that servers do not read. Ask the authority to issue it again."
        )


def _serve(leaf: Certificate, bundle: Bundle, anchors: Anchors, pool: Pool, now: datetime) -> Served:
    chain = _right_chain(leaf, bundle, anchors, pool, now)
    text = bundle.text if bundle.text and chain == bundle.sent else _pem(chain)
    left_out = tuple(each for each in bundle.certificates if each not in chain)
    return Served(chain, text, tuple(_changes(chain, bundle, now)), left_out)


def _pem(certificates: Sequence[Certificate]) -> str:
    return "".join(certificate.pem() for certificate in certificates)


def _right_chain(
    leaf: Certificate, bundle: Bundle, anchors: Anchors, pool: Pool, now: datetime
) -> tuple[Certificate, ...]:
    others = tuple(each for each in bundle.certificates if each != leaf)
    verified = anchors.verify(leaf, others, now)
    search = Search(others, anchors, now, verified)
    is_ordered = verified and bundle.sent[:1] == (leaf,) and _is_ordered(bundle.sent, search, now)
    if is_ordered and anchors.verify(leaf, bundle.sent[1:], now):  # `others` may hold more, from the key's field
        return bundle.sent
    uploaded = search.best(leaf)
    if _is_right(uploaded, anchors, now):
        return uploaded.certificates
    if verified:
        return verified[:-1] or verified
    completed = search.best(leaf, pool)
    return (completed if _is_right(completed, anchors, now) else uploaded).certificates


def _is_right(path: Path, anchors: Anchors, now: datetime) -> bool:
    """Tell whether a browser accepts the path, or refuses it for nothing but the leaf's sake."""
    leaf, *issuers = path.certificates
    if path.end is not End.ROOTED or not path.live(now):
        return False
    return bool(anchors.verify(leaf, issuers, now)) or any(trust.of_leaf(leaf, now))


def _is_ordered(certificates: Sequence[Certificate], search: Search, now: datetime) -> bool:
    """Tell whether each certificate is live and issued by the next, and none is a root."""
    return (
        len(certificates) <= LONGEST
        and all(certificate.live(now) for certificate in certificates)
        and not any(certificate.self_signed for certificate in certificates[1:])
        and all(search.signed(child, issuer) for child, issuer in pairwise(certificates))
    )


def _changes(chain: Sequence[Certificate], bundle: Bundle, now: datetime) -> Iterator[ChainChange]:
    for certificate in chain:
        action, why = ("kept", "") if certificate in bundle.certificates else ("added", "It was missing.")
        yield ChainChange(action, certificate.subject, certificate.fingerprint, why)
    for certificate in bundle.certificates:
        if certificate not in chain:
            why = _why_dropped(certificate, chain, now)
            yield ChainChange("dropped", certificate.subject, certificate.fingerprint, why)
    for certificate, times in Counter(bundle.sent).items():
        if times > 1:
            yield ChainChange(
                "dropped", certificate.subject, certificate.fingerprint, f"It was sent {times} times."
            )
    for block in bundle.unread:
        yield ChainChange("dropped", f"block {block.number} of {block.field}", "", block.sentence)


def _why_dropped(certificate: Certificate, chain: Sequence[Certificate], now: datetime) -> str:
    if certificate.spki == chain[0].spki:
        return "It has the same key as the certificate that is served."
    if certificate.self_issued:
        return "It is a root: clients that trust it have it."
    if not certificate.live(now):
        return "It is not valid at this time."
    return "It is not part of the chain."
