"""What the edge serves for a name, by a handshake: pure, and in the words of `curl -kvI`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.pointing import probe_name
from chalicelib.x509 import hostname as names
from chalicelib.x509.facts import Facts

SERVED, WAITING, MISMATCH, DOWN, NONE, UNKNOWN = ("served", "waiting", "mismatch", "down", "none", "unknown")
# OpenSSL's results when an issuer is not there: X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT and its kin.
INCOMPLETE = {2, 20, 21}


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a server showed."""

    leaf: bytes  # DER
    protocol: str  # "TLSv1.3"
    cipher: str
    code: int = 0  # of OpenSSL's verification against the roots that are trusted; 0: verified
    reason: str = ""  # the same in OpenSSL's words


@dataclass(frozen=True, slots=True)
class TlsState:
    """What the edge serves for a name."""

    state: str  # one of those above
    version: int | None = None  # of the endpoint, if it is one of its certificates
    fingerprint: str | None = None  # SHA-256 of the leaf
    sentence: str = ""
    protocol: str | None = None
    cipher: str | None = None
    covered: bool | None = None  # whether the certificate is for the name
    verified: bool | None = None  # whether a client that trusts Mozilla's roots, and EXTRA_ROOTS_PEM, accepts it
    complete: bool | None = None  # whether no intermediate was missing for that
    words: tuple[str, ...] = ()  # all of it, as curl would tell it


def judge(
    hostname: str, shown: Handshake, leaf: Facts, endpoint: Endpoint | None, versions: Sequence[Version]
) -> TlsState:
    """Judge what the edge showed for a domain, or for a name below a wildcard; `leaf` describes its leaf."""
    name = probe_name(hostname)
    number = next((each.number for each in versions if each.leaf.fingerprint == leaf.fingerprint), None)
    is_covered = any(names.covers(pattern, name) for pattern in leaf.names)
    state, sentence = _judge(hostname, shown, number, endpoint, versions, is_covered=is_covered)
    return TlsState(
        state,
        number,
        leaf.fingerprint,
        sentence,
        shown.protocol,
        shown.cipher,
        covered=is_covered,
        verified=not shown.code,
        complete=shown.code not in INCOMPLETE,
        words=tuple(words(name, shown, leaf)),
    )


def _judge(
    hostname: str,
    shown: Handshake,
    number: int | None,
    endpoint: Endpoint | None,
    versions: Sequence[Version],
    *,
    is_covered: bool,
) -> tuple[str, str]:
    if endpoint is None:
        return NONE, "The app has no certificate. Upload one."
    if number != endpoint.active:
        other = f"version {number}" if number else "a certificate of our own"
        return WAITING, f"The edge still serves {other} for {hostname}; it follows within seconds."
    if not is_covered:
        return MISMATCH, f"The certificate is not for {hostname}. Get one that lists it, and update the endpoint."
    active = next(each for each in versions if each.number == number)
    if shown.code and active.verdict.trusted:
        return SERVED, f"The edge serves it, but a client does not accept it: {shown.reason}."
    return SERVED, ""


def words(name: str, shown: Handshake, leaf: Facts) -> Iterator[str]:
    """Yield a handshake in the words of `curl -kvI`."""
    yield f"SSL connection using {shown.protocol} / {shown.cipher}"
    yield "Server certificate:"
    yield f" subject: {leaf.subject}"
    yield f" start date: {_date(leaf.starts_at)}"
    yield f" expire date: {_date(leaf.expires_at)}"
    matched = next((pattern for pattern in leaf.names if names.covers(pattern, name)), None)
    if matched is None:
        yield f" subjectAltName does not match {name}"
    else:
        yield f' subjectAltName: host "{name}" matched cert\'s "{matched}"'
    yield f" issuer: {leaf.issuer}"
    if shown.code:
        yield f" SSL certificate verify result: {shown.reason} ({shown.code}), continuing anyway."
    else:
        yield " SSL certificate verify ok."


def _date(at: datetime) -> str:
    return f"{at:%b} {at.day:2d} {at:%H:%M:%S %Y} GMT"
