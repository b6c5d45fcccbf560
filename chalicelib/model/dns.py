"""The DNS records that a user has to set for a domain."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from publicsuffixlist import PublicSuffixList


@dataclass(frozen=True, slots=True)
class Record:
    """One record, as a DNS provider's form asks for it."""

    type: str  # "CNAME", or "ALIAS or ANAME" where the name is a zone's apex
    name: str  # relative to the zone: "www", "*", "@"
    zone: str  # example.com
    target: str  # with its final dot


def record(hostname: str, target: str) -> Record:
    """Return the record that points `hostname` at `target`, a name without its final dot.

    The zone is taken to be the registrable domain by the Public Suffix List. RFC 1034 §3.6.2 forbids a CNAME
    beside the other records of an apex, hence ALIAS or ANAME there.
    """
    zone = registrable(hostname)
    relative = hostname.removesuffix(zone).removesuffix(".")
    kind = "CNAME" if relative else "ALIAS or ANAME"
    return Record(kind, relative or "@", zone, f"{target}.")


def registrable(hostname: str) -> str:
    """Return the domain that a customer can own: example.co.uk of a.b.example.co.uk.

    A name that is itself a public suffix (github.io) is its own zone.
    """
    bare = hostname.removeprefix("*.")
    return _suffixes().privatesuffix(bare) or bare


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
