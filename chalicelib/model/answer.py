"""What DNS says about a name: plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a name leads: through which aliases, to which addresses, and for how long that is remembered."""

    aliases: tuple[str, ...] = ()  # the targets of CNAME records, in order, without their final dot
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    ttl: int | None = None  # seconds until whoever asked has forgotten the records of the name itself
    private: tuple[str, ...] = ()  # those of the addresses that are not part of the public internet
    circular: bool = False  # the aliases lead back to where they were
    problem: str = ""  # a sentence: why not all of it could be asked

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses of both kinds."""
        return (*self.ipv4, *self.ipv6)


NOTHING = Answer()


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone that a name is in, and who answers for it."""

    name: str
    nameservers: tuple[str, ...]
    provider: str | None  # as people call it; None where the servers are nobody's that we know


@dataclass(frozen=True, slots=True)
class Issuers:
    """Which authorities may issue certificates for a name (RFC 8659)."""

    found_at: str | None  # the name with the CAA records; None where there are none
    allowed: tuple[str, ...] | None  # authorities by their domain; None: all of them

    @property
    def sentence(self) -> str:
        """Return it in words."""
        if self.allowed is None:
            return "Any authority may issue certificates for it."
        if not self.allowed:
            return f"No authority may issue certificates for it (CAA at {self.found_at})."
        return f"Only {', '.join(self.allowed)} may issue certificates for it (CAA at {self.found_at})."
