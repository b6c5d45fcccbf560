"""What DNS says about a name, as a careful person finds out with dig."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.errors import Unavailable
from chalicelib.model import dns, providers
from chalicelib.model.answer import Answer, Issuers, Zone
from chalicelib.net import guarded
from chalicelib.net.resolver import Chased, Resolver, text

MOST_TEXTS = 100  # records
MOST_ISSUERS = 20
LONGEST_TEXT = 255  # characters
CRITICAL = 128  # RFC 8659 section 4.1
KNOWN_TAGS = {"issue", "issuewild", "issuemail", "issuevmc", "iodef", "contactemail", "contactphone"}


class Dns:
    """The questions of one look; each is answered within the time that is given for it."""

    def __init__(self, server: tuple[str, int] | None = None) -> None:
        self._resolver = Resolver(server)

    def look_up(self, name: str, seconds: float) -> Answer:
        """Return where a name leads; what could not be found out is told in its `problem`."""
        deadline = self._resolver.deadline(seconds)
        found, problems = [], []
        for kind in ("A", "AAAA"):
            try:
                found.append(self._resolver.chase(name, kind, deadline))
            except Unavailable as error:
                found.append(Chased())
                problems.append(error.message)
        ipv4, ipv6 = (tuple(record.address for record in each.records) for each in found)
        return Answer(
            aliases=tuple(dict.fromkeys(alias for each in found for alias in each.aliases)),
            ipv4=ipv4,
            ipv6=ipv6,
            ttl=max((each.ttl for each in found if each.ttl is not None), default=None),
            private=tuple(each for each in ipv4 + ipv6 if not guarded.is_public(ipaddress.ip_address(each))),
            circular=any(each.circular for each in found),
            problem=" ".join(problems[:1]),
        )

    def zone(self, name: str, seconds: float) -> Zone | None:
        """Return the zone that a name is in, and who answers for it; None if nobody says."""
        deadline, top = self._resolver.deadline(seconds), dns.registrable(name)
        for parent in _upwards(name, top):
            try:
                found = self._resolver.chase(parent, "NS", deadline)
            except Unavailable:
                return None
            if found.records and not found.aliases:
                servers = tuple(sorted(text(record.target) for record in found.records))
                return Zone(parent, servers, providers.provider(servers))
        return None

    def issuers(self, name: str, seconds: float) -> Issuers | None:
        """Return which authorities may issue for a name; None if nobody says.

        The CAA records of the name count, or of its nearest ancestor that has any (RFC 8659 section 3).
        """
        deadline = self._resolver.deadline(seconds)
        for parent in _upwards(name):
            try:
                found = self._resolver.chase(parent, "CAA", deadline)
            except Unavailable:
                return None
            if found.records:
                return Issuers(parent, _allowed(found.records, is_wildcard=name.startswith("*.")))
        return Issuers(None, None)

    def texts(self, name: str, seconds: float) -> tuple[str, ...]:
        """Return the TXT records at a name itself, none of those at an alias, which may be anybody's.

        Raises Unavailable, with a sentence, if nobody says.
        """
        found = self._resolver.chase(name, "TXT", self._resolver.deadline(seconds))
        if found.aliases:
            return ()
        joined = (b"".join(record.strings).decode("utf-8", "replace") for record in found.records[:MOST_TEXTS])
        return tuple(each[:LONGEST_TEXT] for each in joined)


def _upwards(name: str, top: str = "") -> Iterator[str]:
    """Yield a name, without its wildcard, and its ancestors up to `top` or the last one below the root."""
    name = name.removeprefix("*.")
    while name:
        yield name
        name = "" if name == top else name.partition(".")[2]


def _allowed(records: Iterable[Any], *, is_wildcard: bool) -> tuple[str, ...] | None:
    """Return the issuers that CAA records name, None for all; for a wildcard issuewild counts first."""
    named: dict[str, list[str]] = {}
    for record in records:
        tag = record.tag.decode("ascii", "replace").lower()
        if tag not in KNOWN_TAGS and record.flags & CRITICAL:
            return ()
        issuer = record.value.partition(b";")[0].strip().decode("ascii", "backslashreplace").lower()
        named.setdefault(tag, []).append(issuer[:LONGEST_TEXT])
    counting = (named.get("issuewild") if is_wildcard else None) or named.get("issue")
    return None if counting is None else tuple(sorted({each for each in counting if each}))[:MOST_ISSUERS]
