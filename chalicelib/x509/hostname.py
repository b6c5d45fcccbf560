"""Names of hosts: their one written form, and which certificate's names cover them (RFC 6125)."""

from __future__ import annotations

import re
import unicodedata

from chalicelib.errors import Invalid

LONGEST = 253  # RFC 1035 section 2.3.4
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
SHOWN = 80  # characters of a name that is refused
WILDCARD = "*."
FEWEST_LABELS = 2  # behind a wildcard: *.com is nobody's
FULL_STOPS = str.maketrans("\u3002\uff0e\uff61", "...")  # IDEOGRAPHIC FULL STOP and its widths, UTS #46


def normalize(name: str) -> str:
    """Return a host's name in lower-case A-labels; a leading `*.` may stand for one label.

    Raises Invalid, with a sentence that says how to write it, for what is no DNS name: an address, a URL, a
    trailing dot, an underscore, a wildcard elsewhere.
    """
    shown = repr(name[:SHOWN])
    name = name.strip().translate(FULL_STOPS).lower()
    if "/" in name or ":" in name:
        raise Invalid(f"{shown} is not a hostname: leave out the scheme, port and path, as in www.example.com.")
    if name.endswith("."):
        raise Invalid(f"{shown} ends with a dot; write it without.")
    wildcard = WILDCARD if name.startswith(WILDCARD) else ""
    bare = name.removeprefix(wildcard)
    if "*" in bare:
        raise Invalid(f"{shown}: a wildcard stands for one whole label at the front, as in *.example.com.")
    bare = ".".join(_a_label(label, shown) for label in bare.split("."))
    if bare.rpartition(".")[2].isdigit():
        raise Invalid(f"{shown} is an address or a number, not a hostname.")
    if len(wildcard + bare) > LONGEST:
        raise Invalid(f"{shown} is longer than the {LONGEST} characters that a hostname can have.")
    return wildcard + bare


def covers(pattern: str, name: str) -> bool:
    """Tell whether a certificate's name covers a host's name, both in A-labels, in any case.

    A wildcard stands for exactly one label, and only as the whole first one (RFC 6125 section 6.4.3). A wildcard
    `name` is covered by the same wildcard only.
    """
    pattern, name = pattern.lower(), name.lower()
    if pattern == name:
        return bool(name) and not name.endswith(".")
    if not pattern.startswith(WILDCARD) or "*" in name:
        return False
    label, _, parent = name.partition(".")
    return (
        bool(label) and parent == pattern[2:] and all(parent.split(".")) and parent.count(".") + 1 >= FEWEST_LABELS
    )


def _a_label(label: str, shown: str) -> str:
    if not label.isascii():
        label = _punycode(label)
    if not LABEL.fullmatch(label):
        raise Invalid(
            f"{shown} is not a hostname: each part between dots is 1 to 63 letters, digits and dashes,"
            " and neither begins nor ends with a dash."
        )
    if label[2:4] == "--" and not _is_a_label(label):
        raise Invalid(f"{shown} is not a hostname: dashes in third and fourth place stand for other scripts only.")
    return label


def _is_a_label(label: str) -> bool:
    """Tell whether a label with the reserved dashes is one that is in use (RFC 5890 section 2.3.1)."""
    if not label.startswith("xn--"):
        return False
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return False
    return not decoded.isascii() and _punycode(decoded) == label


def _punycode(label: str) -> str:
    # The standard library's "idna" codec is IDNA2003, which writes ß as ss; browsers follow IDNA2008.
    label = unicodedata.normalize("NFKC", label).lower()
    if label.isascii():
        return label
    if any(unicodedata.category(char)[0] not in "LMN" and char != "-" for char in label):
        return ""
    return "xn--" + label.encode("punycode").decode("ascii")
