"""The DNS records that a user has to set: one that leads a domain here, and one that proves whose it is."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

from publicsuffixlist import PublicSuffixList

PROOF_LABEL = "_ssl-endpoint"
PROOF_VALUE = "ssl-endpoint-account"


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record, as a DNS provider's form asks for it."""

    type: str  # "CNAME", or "ALIAS or ANAME" where the name is a zone's apex
    name: str  # relative to the zone: "www", "*", "@"
    zone: str  # example.com
    target: str  # with its final dot


def record(hostname: str, target: str) -> DnsRecord:
    """Return the record that points `hostname` at `target`, a name without its final dot.

    The zone is taken to be the registrable domain by the Public Suffix List. RFC 1034 §3.6.2 forbids a CNAME
    beside the other records of an apex, hence ALIAS or ANAME there.
    """
    zone = registrable(hostname)
    relative = hostname.removesuffix(zone).removesuffix(".")
    kind = "CNAME" if relative else "ALIAS or ANAME"
    return DnsRecord(kind, relative or "@", zone, f"{target}.")


@dataclass(frozen=True, slots=True)
class Proof:
    """The TXT record that proves that whoever runs a domain's DNS wants it to be an account's."""

    type: str  # "TXT"
    name: str  # relative to the zone: "_ssl-endpoint.www"
    zone: str  # example.com
    value: str

    @property
    def hostname(self) -> str:
        """Return where it is looked for."""
        return f"{self.name}.{self.zone}"

    def after(self, spent: int) -> Proof:
        """Return the record that counts after this many were used: each gives one name once.

        So one that stays in the zone does not let whoever lost the name since then take it back.
        """
        return replace(self, value=f"{self.value}/{spent + 1}") if spent else self


def proof(hostname: str, account_id: str) -> Proof:
    """Return the record by which an account can claim a name; for `*.example.com` it is example.com's."""
    zone = registrable(hostname)
    relative = hostname.removeprefix("*.").removesuffix(zone).removesuffix(".")
    name = f"{PROOF_LABEL}.{relative}".removesuffix(".")
    return Proof("TXT", name, zone, f"{PROOF_VALUE}={account_id}")


def registrable(hostname: str) -> str:
    """Return the domain that a customer can own: example.co.uk of a.b.example.co.uk.

    A name that is itself a public suffix (github.io) is its own zone.
    """
    bare = hostname.removeprefix("*.")
    return _suffixes().privatesuffix(bare) or bare


def is_public_suffix(hostname: str) -> bool:
    """Tell whether anybody may register names below a name (A-labels), as below co.uk.

    Suffixes that companies have put on the list, such as github.io, are theirs and do not count. Baseline
    Requirements section 3.2.2.6 forbids certificates for wildcards over the others.
    """
    return bool(_registries().is_public(hostname))


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@functools.cache
def _registries() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)
