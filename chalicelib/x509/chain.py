"""From what was sent to what is served: the leaf that the key fits, and the right certificates above it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from chalicelib.errors import BadCertificate, BadKey, KeyMismatch
from chalicelib.x509 import trust
from chalicelib.x509.anchors import Anchors
from chalicelib.x509.bundle import Bundle
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.facts import Change
from chalicelib.x509.paths import End, Path, Pool, Search, best, empty_pool
from chalicelib.x509.private_key import PrivateKey

FEWEST_LISTED = 5  # certificates that an error names


@dataclass(frozen=True, slots=True)
class Served:
    """Certificates as they are served, leaf first and without the root, and how they came about."""

    certificates: tuple[Certificate, ...]
    text: str  # PEM; the text as sent, byte for byte, when nothing had to change
    changes: tuple[Change, ...]

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Return the certificates' fingerprints: the same file again has the same."""
        return tuple(certificate.fingerprint for certificate in self.certificates)


@dataclass(frozen=True, slots=True)
class Chain(Served):
    """A served chain and the private key of its leaf."""

    key: PrivateKey = field(repr=False)


def build(bundle: Bundle, anchors: Anchors, pool: Pool, now: datetime) -> Chain:
    """Return the right chain for a browser.

    The leaf is the certificate that a key fits. What was sent stays byte for byte if it is ordered and trusted;
    else it is ordered, what is not needed is left out, and what is missing is added from the pool. Raises
    KeyMismatch, BadKey or BadCertificate.
    """
    leaf, key = _match(bundle, anchors, now)
    _check_edge_can_load(leaf)
    if key.key_type == "Ed25519":
        raise BadKey("Browsers do not accept Ed25519 keys. Use one on the curve P-256, or send preprocess: false.")
    served = _serve(leaf, bundle, anchors, pool, now)
    return Chain(served.certificates, served.text, served.changes, key)


def inspect(bundle: Bundle, anchors: Anchors, pool: Pool, now: datetime) -> Served:
    """Return what build() would, for certificates without a key; the leaf is the likeliest one."""
    issuers = {certificate.issuer_name for certificate in bundle.certificates if not certificate.self_issued}
    leaves = [each for each in bundle.certificates if each.subject_name not in issuers] or bundle.certificates
    return _serve(_preferred(leaves, bundle, anchors, now), bundle, anchors, pool, now)


def as_sent(bundle: Bundle) -> Chain:
    """Return exactly what was sent; raise an error if the key does not fit the first certificate."""
    if bundle.unread:
        raise BadCertificate(f"What was sent cannot be served as it is.{bundle.complaint}")
    leaf = bundle.sent[0]
    key = next((key for key in bundle.keys if key.spki == leaf.spki), None)
    if key is None:
        raise _mismatch(bundle, "The private key does not fit the first certificate")
    _check_edge_can_load(leaf)
    changes = tuple(Change("kept", each.subject, each.fingerprint, "") for each in bundle.sent)
    return Chain(bundle.sent, bundle.text or _pem(bundle.sent), changes, key)


def learnable(bundle: Bundle, anchors: Anchors, now: datetime) -> tuple[Certificate, ...]:
    """Return the CA certificates among those sent that lead to a Mozilla root, all of them live, for a pool."""
    search = Search(bundle.certificates, anchors, now, empty_pool)
    return tuple(each for each in bundle.certificates if _can_be_learnt(each, search, anchors, now))


def _can_be_learnt(certificate: Certificate, search: Search, anchors: Anchors, now: datetime) -> bool:
    if not certificate.is_ca or certificate.self_issued or not certificate.live(now):
        return False
    paths = search.paths(certificate)
    return any(path.live(now) and path.root and anchors.is_mozilla(path.root) for path in paths)


def _match(bundle: Bundle, anchors: Anchors, now: datetime) -> tuple[Certificate, PrivateKey]:
    for key in bundle.keys:
        leaves = [certificate for certificate in bundle.certificates if certificate.spki == key.spki]
        if leaves:
            return _preferred(leaves, bundle, anchors, now), key
    raise _mismatch(bundle, "No key found that signs the certificate")


def _preferred(leaves: Sequence[Certificate], bundle: Bundle, anchors: Anchors, now: datetime) -> Certificate:
    """Of certificates with one key return the one meant: often a renewed one is sent with its predecessor."""
    if len(leaves) == 1:
        return leaves[0]

    def rank(leaf: Certificate) -> tuple[object, ...]:
        path = best(Search(bundle.certificates, anchors, now, empty_pool).paths(leaf), now)
        rooted = path.end is End.ROOTED
        return leaf.is_ca, leaf.self_signed, not rooted, not leaf.live(now), -leaf.expires_at.timestamp(), leaf.der

    return min(leaves, key=rank)


def _mismatch(bundle: Bundle, why: str) -> KeyMismatch:
    keys = ", ".join(key.key_type for key in bundle.keys)
    certificates = "; ".join(f"{each.subject} ({each.key_type})" for each in bundle.certificates[:FEWEST_LISTED])
    return KeyMismatch(f"{why}: the key is {keys}, the certificates are {certificates}.{bundle.complaint}")


def _check_edge_can_load(leaf: Certificate) -> None:
    why = leaf.unservable
    if why:
        raise BadCertificate(f"The certificate {leaf.subject} cannot be served: {why}.")


def _serve(leaf: Certificate, bundle: Bundle, anchors: Anchors, pool: Pool, now: datetime) -> Served:
    chain = _right_chain(leaf, bundle, anchors, pool, now)
    text = bundle.text if bundle.text and tuple(chain) == bundle.sent else _pem(chain)
    return Served(tuple(chain), text, tuple(_changes(chain, bundle, now)))


def _pem(certificates: Iterable[Certificate]) -> str:
    return "".join(certificate.pem() for certificate in certificates)


def _right_chain(
    leaf: Certificate, bundle: Bundle, anchors: Anchors, pool: Pool, now: datetime
) -> Sequence[Certificate]:
    sent = bundle.sent
    if sent and sent[0] == leaf and _ordered(sent, now) and anchors.verify(leaf, sent[1:], now):
        return sent
    others = [each for each in bundle.certificates if each != leaf]
    uploaded = best(Search(others, anchors, now, empty_pool).paths(leaf), now)
    if _works(uploaded, anchors, now):
        return uploaded.certificates
    verified = anchors.verify(leaf, others, now)
    if verified:
        return verified[:-1] or verified
    completed = best(Search(others, anchors, now, pool).paths(leaf), now)
    return (completed if _works(completed, anchors, now) else uploaded).certificates


def _works(path: Path, anchors: Anchors, now: datetime) -> bool:
    """Tell whether a browser accepts the path, or refuses it for the leaf's sake only."""
    leaf, *issuers = path.certificates
    if path.end is not End.ROOTED or not path.live(now):
        return False
    return bool(anchors.verify(leaf, issuers, now)) or any(trust.of_leaf(leaf, now))


def _ordered(certificates: Sequence[Certificate], now: datetime) -> bool:
    """Tell whether each certificate is live and issued by the next, and none is a root."""
    pairs = list(pairwise(certificates))
    return (
        all(child.issuer_name == issuer.subject_name for child, issuer in pairs)
        and not any(certificate.self_signed for certificate in certificates[1:])
        and all(certificate.live(now) for certificate in certificates)
        and all(child.signed_by(issuer) for child, issuer in pairs)
    )


def _changes(chain: Sequence[Certificate], bundle: Bundle, now: datetime) -> Iterator[Change]:
    for certificate in chain:
        action, why = ("kept", "") if certificate in bundle.certificates else ("added", "It was missing.")
        yield Change(action, certificate.subject, certificate.fingerprint, why)
    for certificate in bundle.certificates:
        if certificate not in chain:
            why = _why_dropped(certificate, chain, now)
            yield Change("dropped", certificate.subject, certificate.fingerprint, why)
    for certificate, times in Counter(bundle.sent).items():
        if times > 1:
            yield Change("dropped", certificate.subject, certificate.fingerprint, f"It was sent {times} times.")
    for block in bundle.unread:
        yield Change("dropped", f"block {block.number} of {block.field}", "", block.sentence)


def _why_dropped(certificate: Certificate, chain: Sequence[Certificate], now: datetime) -> str:
    if certificate.self_signed and certificate.subject_name == chain[-1].issuer_name:
        return "It is the root, which clients have."
    if certificate.spki == chain[0].spki:
        return "It has the same key as the certificate that is served."
    if not certificate.live(now):
        return "It is not valid at this time."
    return "It is not part of the chain."
