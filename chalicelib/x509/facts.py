"""What is known about a certificate, as plain values that can be stored; imports no cryptography."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Key:
    """A key's type and size: key_types says which there are; an empty type is unknown."""

    type: str  # "RSA", "EC", "Ed25519"
    bits: int | None = None  # of an RSA modulus, or a curve
    curve: str | None = None  # "P-256"

    @property
    def name(self) -> str:
        """Return how people call it: "RSA 2048", "EC P-256", "Ed25519"."""
        if not self.type:
            return "of an unknown type"
        return " ".join(str(part) for part in (self.type, self.curve or self.bits) if part)


@dataclass(frozen=True, slots=True)
class Facts:
    """One certificate, described. Times are aware and in UTC."""

    subject: str  # "C=US; ST=CA; O=Example; CN=www.example.com"
    issuer: str
    names: tuple[str, ...]  # the DNS names of the SAN, lower-case A-labels, in the certificate's order
    starts_at: datetime
    expires_at: datetime
    serial: str  # lower-case hex
    fingerprint: str  # SHA-256 of the DER, lower-case hex
    key: Key
    signature: str  # "ecdsa-with-SHA256"
    self_signed: bool
    is_ca: bool
    common_names: tuple[str, ...] = ()  # of the subject: shown, never matched


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a browser would not trust a chain: code and subjects for programs, a sentence and a remedy for people.

    The subjects are all the names that are not covered, or whose certificates it is about (distinguished names).
    They are no part of what makes two reasons the same: verdicts that were stored before there were any have none.
    """

    code: str
    sentence: str
    remedy: str
    subjects: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a browser would say of a chain.

    A chain is trusted if there is no reason against it but name_mismatch: that one is about the app's domains.
    """

    trusted: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ChainChange:
    """What was done with one certificate while the served chain was made from the bundle."""

    action: str  # "kept", "dropped" or "added"
    subject: str
    fingerprint: str
    why: str  # a sentence, empty for "kept"
