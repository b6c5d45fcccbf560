"""Hierarchies as the public authorities have them, and what to do with an upload."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509

from chalicelib.x509 import bundle, chain, trust
from chalicelib.x509.anchors import Anchors
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.chain import Chain
from chalicelib.x509.paths import Pool, empty_pool
from tests.authority import CA, NOW, LeafCert, pem


def anchors(*roots: CA, extra: Iterable[CA] = ()) -> Anchors:
    """Return trust anchors as if Mozilla had just these roots."""
    return Anchors(
        [Certificate(root.certificate) for root in roots], [Certificate(each.certificate) for each in extra]
    )


def pool(*certificates: x509.Certificate) -> Pool:
    """Return a pool of known intermediates."""
    known = [Certificate(each) for each in certificates]
    return lambda key: [each for each in known if each.subject_key == key]


def build(leaf: LeafCert, sent: Iterable[x509.Certificate], trusted: Anchors, known: Pool = empty_pool) -> Chain:
    """Upload certificates with the leaf's key."""
    return chain.build(bundle.read(pem(*sent), leaf.key_pem), trusted, known, NOW)


def loaded(served: chain.Served) -> list[x509.Certificate]:
    """Return the served certificates."""
    return [each.loaded for each in served.certificates]


def codes(served: chain.Served, trusted: Anchors) -> list[str]:
    """Return the codes of the verdict on what is served; none means trusted."""
    verdict = trust.judge(served.certificates, trusted, NOW, served.left_out)

    assert verdict.trusted == (not verdict.reasons)
    assert all(each.sentence.endswith(".") and each.remedy.endswith(".") for each in verdict.reasons)
    return [reason.code for reason in verdict.reasons]


@dataclass(frozen=True)
class Shape:
    """An authority's hierarchy."""

    trusted: Anchors
    leaf: LeafCert
    chain: list[x509.Certificate]  # the right one
    others: list[x509.Certificate]  # roots that people send with it


def lets_encrypt_y() -> Shape:
    """Return the shape of Let's Encrypt's Y generation: its root is trusted only by way of ISRG Root X1."""
    isrg = CA("ISRG Root X1")
    root_yr = CA("Root YR")
    crossed = isrg.cross_sign(root_yr)
    yr1 = crossed.issue_ca("YR1")
    leaf = yr1.issue_cert("www.example.com")
    chained = [leaf.certificate, yr1.certificate, crossed.certificate]
    return Shape(anchors(isrg), leaf, chained, [root_yr.certificate, isrg.certificate])


def isrg_x2() -> Shape:
    """Return the shape of ISRG Root X2: trusted itself, and by way of X1 for older clients."""
    x1, x2 = CA("ISRG Root X1"), CA("ISRG Root X2", kind="P-384")
    crossed = x1.cross_sign(x2)
    e7 = x2.issue_ca("E7")
    leaf = e7.issue_cert("www.example.com")
    chained = [leaf.certificate, e7.certificate, crossed.certificate]
    return Shape(anchors(x1, x2), leaf, chained, [x2.certificate, x1.certificate])


def ssl_com() -> Shape:
    """Return the shape of SSL.com: two steps below a root of 2022 that an older one has crossed."""
    older, newer = CA("SSL.com Root Certification Authority"), CA("SSL.com TLS Root CA 2022")
    crossed = older.cross_sign(newer)
    transit = newer.issue_ca("SSL.com TLS Transit CA")
    issuing = transit.issue_ca("SSL.com TLS Issuing CA")
    leaf = issuing.issue_cert("www.example.com")
    chained = [leaf.certificate, issuing.certificate, transit.certificate, crossed.certificate]
    return Shape(anchors(older, newer), leaf, chained, [newer.certificate, older.certificate])


SHAPES = {"Let's Encrypt YR": lets_encrypt_y, "ISRG Root X2": isrg_x2, "SSL.com": ssl_com}
