"""Questions to one DNS resolver, with aliases followed to their end and a limit on the time that takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import dns.resolver

from chalicelib.errors import Unavailable

MOST_ALIASES = 16
SHORTEST_TRY = 0.001  # seconds


@dataclass(frozen=True, slots=True)
class Chased:
    """What there is of one type at a name, or at what it is an alias of."""

    aliases: tuple[str, ...] = ()  # without their final dot
    records: tuple[Any, ...] = ()  # dnspython's
    ttl: int | None = None  # seconds that what stands at the name itself has left: an alias, or the records
    circular: bool = False


class Resolver:
    """One resolver, `server` or the system's, that is asked the same only once."""

    def __init__(self, server: tuple[str, int] | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._resolver = made(server)
        self._resolver.cache = dns.resolver.LRUCache()

    def deadline(self, seconds: float) -> float:
        """Return when that time will be over."""
        return self._clock() + seconds

    def chase(self, name: str, kind: str, deadline: float) -> Chased:
        """Return the records of a type at a name, or at the end of its aliases, none if there are none.

        Raises Unavailable, with a sentence, if nobody says by the deadline.
        """
        aliases: list[str] = []
        ttls: list[int] = []
        asked = _name(name)
        seen = {asked}
        while len(aliases) < MOST_ALIASES:
            answer = self._ask(asked, kind, deadline)
            if answer is None:
                break
            chain = answer.resolve_chaining()
            aliases += [text(cname[0].target) for cname in chain.cnames]
            ttls += [rrset.ttl for rrset in (*chain.cnames, chain.answer) if rrset is not None]
            asked = chain.canonical_name
            if chain.answer is not None or not chain.cnames or answer.rcode() == dns.rcode.NXDOMAIN:
                return Chased(tuple(aliases), tuple(chain.answer or ()), next(iter(ttls), None))
            if asked in seen:  # it told of one alias at a time
                break
            seen.add(asked)
        return Chased(tuple(aliases), (), next(iter(ttls), None), circular=True)

    def _ask(self, name: dns.name.Name, kind: str, deadline: float) -> dns.message.QueryMessage | None:
        """Return one answer, None if its aliases lead in a circle."""
        left = max(deadline - self._clock(), SHORTEST_TRY)
        try:
            return self._resolver.resolve(name, kind, lifetime=left, raise_on_no_answer=False).response
        except dns.resolver.NXDOMAIN as error:
            missing: dns.message.QueryMessage = error.kwargs["responses"][name]
            return missing
        except dns.resolver.NoNameservers as error:
            why = [each[3] for each in error.kwargs.get("errors", ())]
            if any(isinstance(each, dns.message.ChainTooLong) for each in why):
                return None
            said = next((f" ({each})" for each in why if isinstance(each, str)), "")
            raise Unavailable(f"DNS does not answer as it should for {text(name)}{said}.") from error
        except dns.resolver.LifetimeTimeout as error:
            raise Unavailable(f"DNS did not answer in time for {text(name)}.") from error
        except (dns.exception.DNSException, OSError) as error:
            raise Unavailable(f"DNS could not be asked for {text(name)}.") from error


def text(name: dns.name.Name) -> str:
    """Return a name in lower case, without its final dot; what is no ASCII is escaped."""
    return name.to_text(omit_final_dot=True).lower()


def _name(name: str) -> dns.name.Name:
    try:
        return dns.name.from_text(name)
    except dns.exception.DNSException as error:
        raise Unavailable(f"DNS cannot be asked for {name}.") from error


def made(server: tuple[str, int] | None) -> dns.resolver.Resolver:
    """Return dnspython's resolver for a server, or the system's; if there is none each question will say so."""
    try:
        asked = dns.resolver.Resolver(configure=server is None)
        if server is not None:
            asked.nameservers, asked.port = [server[0]], server[1]
    except (dns.exception.DNSException, ValueError):
        return dns.resolver.Resolver(configure=False)
    return asked
