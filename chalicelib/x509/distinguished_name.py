"""Names of subjects and issuers as text: "C=US; O=Example; CN=www.example.com"."""

from __future__ import annotations

from chalicelib.texts import printable
from chalicelib.x509 import der

LONGEST = 1000  # characters of a name that are shown
MOST_COMMON_NAMES = 5  # of one name
COMMON_NAME = bytes.fromhex("550403")
UNREADABLE = "(a name that cannot be read)"
# RFC 4519, RFC 5280 and the CA/Browser Forum's EV guidelines; X.520's attributes are 2.5.4.x.
ATTRIBUTES = {
    bytes.fromhex("5504") + bytes([number]): short
    for number, short in {
        3: "CN",
        4: "SN",
        5: "serialNumber",
        6: "C",
        7: "L",
        8: "ST",
        9: "street",
        10: "O",
        11: "OU",
        12: "title",
        15: "businessCategory",
        17: "postalCode",
        42: "GN",
        97: "organizationIdentifier",
    }.items()
} | {
    bytes.fromhex("0992268993f22c640101"): "UID",
    bytes.fromhex("0992268993f22c640119"): "DC",
    bytes.fromhex("2a864886f70d010901"): "emailAddress",
    bytes.fromhex("2b0601040182373c020103"): "jurisdictionC",
}
# The strings that Go's crypto/x509, so an edge, reads: UTF-8, numeric, printable, T.61, IA5 and BMP.
STRINGS = {0x0C: "utf-8", 0x12: "ascii", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}


def text(name: bytes) -> str:
    """Return a name (DER) on one line, safe to show: control characters are written as \\xNN."""
    try:
        written = "; ".join(" + ".join(map(_attribute, each.children())) for each in der.first(name).children())
    except (ValueError, IndexError):
        return UNREADABLE
    return written if len(written) <= LONGEST else f"{written[:LONGEST]}…"


def common_names(name: bytes) -> tuple[str, ...]:
    """Return the common names in a name (DER), the first few; safe to show, and matched with nothing."""
    try:
        attributes = [part.children() for relative in der.first(name).children() for part in relative.children()]
        found = [_shown(value) for kind, value in attributes if kind.content == COMMON_NAME]
    except ValueError:
        return ()
    return tuple(each[:LONGEST] for each in found[:MOST_COMMON_NAMES])


def is_plain(name: bytes) -> bool:
    """Tell whether all of a name (DER) is written so that an edge reads it."""
    try:
        for relative in der.first(name).children():
            for attribute in relative.children():
                _kind, value = attribute.children()
                value.content.decode(STRINGS[value.tag])
    except (ValueError, KeyError):
        return False
    return True


def _attribute(attribute: der.Element) -> str:
    kind, value = attribute.children()
    shown = _shown(value).replace(";", "\\;")
    return f"{ATTRIBUTES.get(kind.content) or der.dotted(kind)}={shown}"


def _shown(value: der.Element) -> str:
    return printable(value.content.decode(STRINGS.get(value.tag, "latin-1"), "replace"), "\\x{0:02x}")
