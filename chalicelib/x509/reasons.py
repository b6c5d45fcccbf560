"""What to say of a chain that browsers do not trust: a code, a sentence and a remedy for each reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.x509 import hostname
from chalicelib.x509.facts import Facts, Reason

NAMES_SHOWN = 5
MISSING = "missing_intermediate"


def expired(leaf: Facts) -> Reason:
    """Say that the leaf's validity is over."""
    return Reason(
        "expired",
        f"The certificate expired on {_day(leaf.expires_at)}.",
        "Renew it and upload the new one.",
        (leaf.subject,),
    )


def not_yet_valid(leaf: Facts) -> Reason:
    """Say that the leaf's validity has not begun."""
    return Reason(
        "not_yet_valid",
        f"The certificate is not valid before {_day(leaf.starts_at)}.",
        "Keep the present certificate until then, and check the clock of the machine that made this one.",
        (leaf.subject,),
    )


def chain_expired(issuer: Facts, now: datetime) -> Reason:
    """Say that an issuer's validity is over, or has not begun."""
    when = (
        f"expired on {_day(issuer.expires_at)}"
        if issuer.expires_at < now
        else f"begins on {_day(issuer.starts_at)}"
    )
    return Reason(
        "chain_expired",
        f"The intermediate certificate {issuer.subject} {when}.",
        "Download the authority's present intermediate certificates and upload them with yours.",
        (issuer.subject,),
    )


def self_signed(leaf: Facts) -> Reason:
    """Say that nobody but its owner vouches for the leaf."""
    return Reason(
        "self_signed",
        "The certificate is self-signed: browsers warn their users.",
        "That is fine for staging. For production get a certificate from a public authority.",
        (leaf.subject,),
    )


def untrusted_root(root: str) -> Reason:
    """Say that the chain ends at a root that browsers do not know."""
    return Reason(
        "untrusted_root",
        f"The chain ends at {root}, which is not among the roots that browsers trust.",
        "That is fine for clients on which you installed this root. For everyone else use a public authority.",
        (root,),
    )


def distrusted_root(root: str) -> Reason:
    """Say that the chain ends at a root that browsers do not trust any longer."""
    return Reason(
        "distrusted_root",
        f"The chain ends at {root}, which browsers no longer trust.",
        "Ask the authority for a certificate, or intermediate certificates, under a root that is trusted today.",
        (root,),
    )


def missing_intermediate(last: Facts, urls: Iterable[str]) -> Reason:
    """Say whose certificate is not there."""
    url = next(iter(urls), None)
    where = f"Download it from {url} and upload it" if url else "Download it from the authority and upload it"
    return Reason(
        MISSING,
        f"The intermediate certificate {last.issuer}, which issued {last.subject}, is missing.",
        f"{where} with your certificate. If it is a private authority's, browsers cannot trust it.",
        (last.issuer,),
    )


def no_san(leaf: Facts) -> Reason:
    """Say that the leaf is for no name."""
    return Reason(
        "no_san",
        "The certificate names no domain in its subject alternative names; browsers ignore the common name.",
        "Ask for a certificate that lists each domain as a subject alternative name (SAN).",
        (leaf.subject,),
    )


def name_mismatch(names: tuple[str, ...], domains: Iterable[str]) -> Reason | None:
    """Say which of an app's domains the leaf's names do not cover; None if it covers all."""
    uncovered = [domain for domain in domains if not any(hostname.covers(name, domain) for name in names)]
    if not uncovered:
        return None
    return Reason(
        "name_mismatch",
        f"The certificate is not for {_listed(uncovered)}.",
        f"It is for {_listed(names)}. Get one that lists the missing domains too.",
        tuple(uncovered),
    )


def weak_key(certificate: Facts) -> Reason:
    """Say that a key can be broken."""
    return Reason(
        "weak_key",
        f"The key of {certificate.subject} is {certificate.key.name}, which is too weak.",
        "Make a new key, at least RSA 2048 or on the curve P-256, and get a certificate for it.",
        (certificate.subject,),
    )


def key_type(certificate: Facts) -> Reason:
    """Say that browsers do not support a key's type."""
    return Reason(
        "key_type",
        f"The key of {certificate.subject} is {certificate.key.name}, which browsers do not support.",
        "Make a new key, RSA 2048 or on the curve P-256, and get a certificate for it.",
        (certificate.subject,),
    )


def weak_signature(certificate: Facts) -> Reason:
    """Say that a signature can be forged."""
    return Reason(
        "weak_signature",
        f"{certificate.subject} is signed with {certificate.signature}, which can be forged.",
        "Ask the authority to issue it again with SHA-256.",
        (certificate.subject,),
    )


def chain_eku(certificate: Facts) -> Reason:
    """Say that a certificate must not be used for, or issue for, web servers."""
    return Reason(
        "chain_eku",
        f"The extended key usage of {certificate.subject} does not include web servers.",
        "Ask the authority for a certificate for TLS servers (serverAuth).",
        (certificate.subject,),
    )


def lifetime_too_long(leaf: Facts, longest: int) -> Reason:
    """Say that the leaf is valid for longer than browsers accept."""
    return Reason(
        "lifetime_too_long",
        f"The certificate is valid for {(leaf.expires_at - leaf.starts_at).days} days;"
        f" one that begins on {_day(leaf.starts_at)} may be for at most {longest}.",
        f"Get a certificate for {longest} days or less.",
        (leaf.subject,),
    )


def unverifiable(leaf: Facts, objection: str) -> Reason:
    """Say that browsers refuse the chain for another reason; `objection` is the verifier's, or empty."""
    return Reason(
        "unverifiable",
        f"The certificate or its chain breaks a rule that browsers insist on{objection and f' ({objection})'}.",
        "Ask the authority to issue the certificate again.",
        (leaf.subject,),
    )


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return (", ".join(names[:NAMES_SHOWN]) + more) or "no domain"
