"""Whether DNS leads a domain to its DNS target, by what was found: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.model import dns
from chalicelib.model.answer import NOTHING, Answer, Issuers, Zone
from chalicelib.x509.facts import Reason

VALID, INVALID, UNKNOWN = ("valid", "invalid", "unknown")
SHOWN = 5  # addresses in a sentence
KEPT = 20  # addresses in an answer
LONGEST_NAME = 253  # RFC 1035 section 2.3.4
MINUTE, HOUR = 60, 3600  # seconds


@dataclass(frozen=True, slots=True)
class DnsState:
    """Where DNS leads a domain, and where it should."""

    state: str  # VALID, INVALID or UNKNOWN
    target: str  # where it should lead
    found: Answer = NOTHING
    expected: Answer = NOTHING  # of the target
    reasons: tuple[Reason, ...] = ()  # why it is not valid
    zone: Zone | None = None  # None: nobody could say
    issuers: Issuers | None = None  # None: nobody could say

    @property
    def sentence(self) -> str:
        """Return what is wrong and what mends it; empty if nothing is."""
        return " ".join(f"{reason.sentence} {reason.remedy}" for reason in self.reasons[:1])


def probe_name(hostname: str) -> str:
    """Return a name to look at: the domain itself, or some sub-domain of a wildcard."""
    if not hostname.startswith("*."):
        return hostname
    named = f"ssl-endpoint-check.{hostname[2:]}"
    return named if len(named) <= LONGEST_NAME else f"x.{hostname[2:]}"


def judge(
    hostname: str,
    target: str,
    found: Answer,
    expected: Answer,
    zone: Zone | None = None,
    issuers: Issuers | None = None,
) -> DnsState:
    """Judge what DNS says of a domain that should lead to `target`, whose own answer is `expected`."""
    state, reasons = _judge(hostname, target, found, expected, zone)
    return DnsState(state, target, found, expected, tuple(reasons), zone, issuers)


def _judge(
    hostname: str, target: str, found: Answer, expected: Answer, zone: Zone | None
) -> tuple[str, list[Reason]]:
    remedy = _remedy(hostname, target, zone)
    if target in found.aliases:
        return VALID, []
    if found.circular:
        return INVALID, [Reason("circular", f"The aliases of {hostname} lead in a circle.", remedy)]
    right, wrong = _compared(found, expected)
    if wrong and expected.problem:
        return UNKNOWN, [Reason("target_unanswered", expected.problem, "Look again in a moment.")]
    if wrong:
        return INVALID, list(_leads_away(hostname, target, found, expected, remedy))
    if found.problem:
        return UNKNOWN, [Reason("unanswered", found.problem, "Look again in a moment.")]
    if right:
        return VALID, []
    if found.aliases:
        sentence = f"{hostname} is an alias of {found.aliases[-1]}, which leads nowhere."
        return INVALID, [Reason("dangling", sentence, remedy)]
    return INVALID, [Reason("missing", f"There is no record for {hostname} yet.", remedy)]


def _compared(found: Answer, expected: Answer) -> tuple[list[str], list[str]]:
    """Return the addresses that are the target's, and those that are not."""
    ours = set(expected.addresses)
    return [each for each in found.addresses if each in ours], [
        each for each in found.addresses if each not in ours
    ]


def _leads_away(hostname: str, target: str, found: Answer, expected: Answer, remedy: str) -> Iterable[Reason]:
    right, wrong = _compared(found, expected)
    listed, lasting = _listed(wrong), _lasting(found.ttl)
    if right and set(wrong) <= set(found.ipv6) and not set(right) & set(found.ipv6):
        yield Reason(
            "ipv6_elsewhere",
            f"The A records of {hostname} are right, but its AAAA records lead to {listed}, and most clients"
            f" prefer those.{lasting}",
            f"Remove the AAAA records of {hostname}.",
        )
    elif right:
        yield Reason(
            "split",
            f"Some answers for {hostname} lead here and others to {listed}: not all visitors get here.{lasting}",
            f"Remove the records of {hostname} that lead elsewhere, so that only {target} is left.",
        )
    else:
        through = f" by way of {found.aliases[-1]}" if found.aliases else ""
        sentence = f"{hostname} leads to {listed}{through} and not to {target}.{lasting}"
        yield Reason("elsewhere", sentence, remedy)
    if hidden := sorted(set(wrong) & set(found.private)):
        one = "is an address" if len(hidden) == 1 else "are addresses"
        sentence = f"{_listed(hidden)} {one} of a private network or of no network: nobody outside gets there."
        yield Reason("private", sentence, remedy)


def _remedy(hostname: str, target: str, zone: Zone | None) -> str:
    record = dns.record(hostname, target)
    article = "an" if record.type.startswith("A") else "a"
    at = f" at {zone.provider}" if zone and zone.provider else ""
    return (
        f"Set {article} {record.type} record{at}, with the name {record.name} in the zone {record.zone}, that"
        f" points at {target}, and remove other A, AAAA and CNAME records of that name."
    )


def _listed(addresses: Iterable[str]) -> str:
    every = list(addresses)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return f"{', '.join(every[:SHOWN])}{more}"


def _lasting(ttl: int | None) -> str:
    """Return for how long an old record is still used after it was changed."""
    if not ttl:
        return ""
    number, unit = (
        (ttl // HOUR, "hour")
        if ttl >= 2 * HOUR
        else (ttl // MINUTE, "minute")
        if ttl >= 2 * MINUTE
        else (ttl, "second")
    )
    return f" Resolvers remember that for up to {number} {unit}{'' if number == 1 else 's'}."
