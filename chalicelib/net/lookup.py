"""What DNS says about a name."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a name leads: through which aliases, to which addresses, and for how long that is remembered."""

    aliases: tuple[str, ...]  # the targets of CNAME records, without their final dot
    addresses: tuple[str, ...]
    ttl: int | None  # seconds; of the shortest-lived record


NOTHING = Answer((), (), None)


def look_up(name: str, seconds: float) -> Answer:
    """Ask the system's resolver for the IPv4 and IPv6 addresses of a name.

    A name without any is NOTHING. Raises Unavailable if there is no answer within `seconds`.
    """
    import dns.exception  # noqa: PLC0415
    import dns.rdatatype  # noqa: PLC0415
    import dns.resolver  # noqa: PLC0415

    try:
        found = dns.resolver.Resolver().resolve_name(name, lifetime=seconds)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return NOTHING
    except dns.exception.DNSException as error:
        raise Unavailable("The resolver did not answer.") from error
    aliases, ttls = [], []
    for answer in found.values():
        for records in answer.response.answer:
            ttls.append(records.ttl)
            if records.rdtype == dns.rdatatype.CNAME:
                aliases += [record.target.to_text(omit_final_dot=True).lower() for record in records]
    return Answer(tuple(dict.fromkeys(aliases)), tuple(found.addresses()), min(ttls, default=None))
