"""Which certificates may be added to other people's chains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from chalicelib.x509.anchors import Anchors
from chalicelib.x509.certificate import Certificate


def rooted(certificates: Iterable[Certificate], anchors: Anchors, now: datetime) -> list[Certificate]:
    """Return the live intermediates that lead, signature by signature, to a root of Mozilla.

    Private roots do not count: what one customer's authority issued is of no use to another's browser. `now` is
    aware. The order is that of discovery, from the roots downwards.
    """
    waiting = [each for each in dict.fromkeys(certificates) if _useful(each, now)]
    issuers: dict[bytes, list[Certificate]] = defaultdict(list)
    found: list[Certificate] = []
    while waiting:
        next_floor = [each for each in waiting if _issued(each, anchors, issuers[each.issuer_name])]
        if not next_floor:
            break
        for each in next_floor:
            issuers[each.subject_name].append(each)
        found += next_floor
        done = set(next_floor)
        waiting = [each for each in waiting if each not in done]
    return found


def _useful(certificate: Certificate, now: datetime) -> bool:
    return (
        certificate.is_ca
        and certificate.may_serve
        and certificate.live(now)
        and not certificate.self_issued
        and not certificate.weak_signature
    )


def _issued(certificate: Certificate, anchors: Anchors, known: list[Certificate]) -> bool:
    roots = [root for root in anchors.named(certificate.issuer_name) if anchors.is_mozilla(root)]
    return any(certificate.signed_by(issuer) for issuer in (*roots, *known))
