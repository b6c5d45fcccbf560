"""What was found by looking, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.api.wire import Json, moment
from chalicelib.model.answer import Answer
from chalicelib.model.check import Look
from chalicelib.model.pointing import DnsState
from chalicelib.model.served import TlsState

if TYPE_CHECKING:
    from chalicelib.service.checks import AppCheck

MOST_SHOWN = 20  # addresses, aliases or servers of one kind


def app(check: AppCheck, edge: tuple[str, int], now: datetime) -> Json:
    """Return what was found when somebody looked at an app."""
    host, port = edge
    return {
        "checked_at": moment(now),
        "edge": {**_tls(check.edge), "host": host, "port": port},
        "domains": [look(each) for each in check.domains],
    }


def look(look: Look) -> Json:
    """Return what was found for a domain."""
    return {
        "id": look.domain.id,
        "hostname": look.domain.hostname,
        "dns": _dns(look.dns),
        "tls": _tls(look.tls),
    }


def _dns(dns: DnsState) -> Json:
    zone, issuers = dns.zone, dns.issuers
    return {
        "state": dns.state,
        "sentence": dns.sentence,
        "reasons": [{"code": each.code, "sentence": each.sentence, "remedy": each.remedy} for each in dns.reasons],
        "found": {
            "aliases": _some(dns.found.aliases),
            **_addresses(dns.found),
            "private": _some(dns.found.private),
        },
        "expected": {"target": dns.target, **_addresses(dns.expected)},
        "ttl": dns.found.ttl,
        "zone": {**asdict(zone), "nameservers": _some(zone.nameservers)} if zone else None,
        "caa": {**asdict(issuers), "sentence": issuers.sentence} if issuers else None,
    }


def _tls(tls: TlsState) -> Json:
    return {**asdict(tls), "words": list(tls.words)}


def _addresses(answer: Answer) -> Json:
    return {"addresses": _some(answer.addresses)}


def _some(many: Iterable[str]) -> list[str]:
    return list(many)[:MOST_SHOWN]
