"""What was found when somebody looked: pure judgements on DNS answers and handshakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.x509 import hostname as names


@dataclass(frozen=True, slots=True)
class TlsState:
    """What the edge serves for a name."""

    state: str  # "served", "waiting", "mismatch", "down", "none" or "unknown"
    version: int | None = None  # of the endpoint, if it is one of its certificates
    fingerprint: str | None = None  # SHA-256 of the leaf
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class DnsState:
    """Where a name leads."""

    state: str  # "here", "elsewhere", "missing" or "unknown"
    answers: tuple[str, ...] = ()
    ttl: int | None = None  # seconds
    sentence: str = ""


def probe_name(hostname: str) -> str:
    """Return a name to look at: the domain itself, or some sub-domain of a wildcard."""
    return f"ssl-endpoint-check.{hostname[2:]}" if hostname.startswith("*.") else hostname


def tls(name: str, fingerprint: str, endpoint: Endpoint | None, versions: Sequence[Version]) -> TlsState:
    """Judge a leaf that the edge served for a name of an app."""
    if endpoint is None:
        return TlsState("none", fingerprint=fingerprint, sentence="The app has no certificate.")
    number = next((each.number for each in versions if each.leaf.fingerprint == fingerprint), None)
    if number != endpoint.active:
        other = f"version {number}" if number else "a certificate of our own"
        sentence = f"The edge still serves {other} for {name}; it follows within seconds."
        return TlsState("waiting", number, fingerprint, sentence)
    active = next(each for each in versions if each.number == number)
    if not any(names.covers(pattern, name) for pattern in active.leaf.names):
        return TlsState("mismatch", number, fingerprint, f"The certificate is not for {name}.")
    return TlsState("served", number, fingerprint, "")


def dns(
    target: str, aliases: Sequence[str], addresses: Sequence[str], ttl: int | None, of_target: Sequence[str]
) -> DnsState:
    """Judge what DNS says about a domain that should lead to `target`, whose addresses are `of_target`."""
    answers = tuple(dict.fromkeys([*aliases, *addresses]))
    if not answers:
        return DnsState("missing", (), ttl, f"There is no record yet. Set one that points at {target}.")
    if target in aliases or (addresses and set(addresses) <= set(of_target)):
        return DnsState("here", answers, ttl, "")
    remembered = f" Resolvers remember the old record for up to {ttl} seconds." if ttl else ""
    sentence = f"It leads to {', '.join(answers[:3])} and not to {target}.{remembered}"
    return DnsState("elsewhere", answers, ttl, sentence)
