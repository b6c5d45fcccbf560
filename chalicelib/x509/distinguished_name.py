"""Names of subjects and issuers as text: "C=US; O=Example; CN=www.example.com"."""

from __future__ import annotations

from cryptography import x509

from chalicelib.x509 import der

LONGEST = 1000  # characters of a name that are shown
SHORT = {
    "2.5.4.5": "serialNumber",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.15": "businessCategory",
    "2.5.4.17": "postalCode",
    "2.5.4.97": "organizationIdentifier",
    "1.2.840.113549.1.9.1": "emailAddress",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
}  # what RFC 4514 has no short name for
STRINGS = frozenset({0x0C, 0x12, 0x13, 0x14, 0x16, 0x1E})  # UTF-8, numeric, printable, T.61, IA5 and BMP


def text(name: x509.Name) -> str:
    """Return the name on one line, safe to show: control characters are written as \\xNN."""
    written = "; ".join(" + ".join(_attribute(part) for part in rdn) for rdn in name.rdns)
    return written if len(written) <= LONGEST else f"{written[:LONGEST]}…"


def is_plain(name: bytes) -> bool:
    """Tell whether a name (DER) has only the types of strings that Go's crypto/x509, so an edge, reads."""
    sets = der.first(name).children()
    return all(attribute.children()[-1].tag in STRINGS for each in sets for attribute in each.children())


def _attribute(part: x509.NameAttribute[str | bytes]) -> str:
    value = part.value if isinstance(part.value, str) else part.value.hex()
    key = SHORT.get(part.oid.dotted_string, part.rfc4514_attribute_name)
    return f"{key}={printable(value).replace(';', chr(92) + ';')}"


def printable(value: str) -> str:
    """Return the text with everything that could break a line or hide itself written as \\xNN."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in value)
