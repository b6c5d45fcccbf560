"""Names of hosts: their one written form, and which certificate's names cover them (RFC 6125)."""

from __future__ import annotations

import ipaddress
import re
import unicodedata

import idna

from chalicelib.errors import Invalid

LONGEST = 253  # RFC 1035 section 2.3.4
LONGEST_LABEL = 63
LONGEST_TYPED = 1000  # characters that are looked at: some vanish, as the halves of an accented letter do
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
SHOWN = 80  # characters of a name that is refused
WILDCARD = "*."
A_LABEL, RESERVED = "xn--", "--"  # in third and fourth place
SHAPE = (
    f"each part between dots is 1 to {LONGEST_LABEL} letters, digits and dashes,"
    " and neither begins nor ends with a dash."
)
FEWEST_LABELS = 2  # behind a wildcard: *.com is nobody's
SYMBOL = "S"  # Unicode's general categories Sk, Sm, So …: emoji, arrows


def normalize(name: str) -> str:
    """Return a host's name in lower-case A-labels; a leading `*.` may stand for one label.

    What people type is mapped as browsers do (UTS #46: case, widths, full stops). Labels are those of IDNA 2008
    (RFC 5891, and RFC 5893 for those from right to left), and those of emoji, which only IDNA 2008 leaves out.
    Raises Invalid, with a sentence that says how to write it, for what is no DNS name: an address, a URL, a
    trailing dot, an underscore, a wildcard elsewhere.
    """
    shown = repr(name[:SHOWN])
    if len(name) > LONGEST_TYPED:
        raise _too_long(shown)
    name = name.strip()
    if _is_address(name):
        raise Invalid(f"{shown} is an address, not a hostname: give a name, such as www.example.com.")
    name = _mapped(name, shown)
    if "/" in name or ":" in name:
        raise Invalid(f"{shown} is not a hostname: leave out the scheme, port and path, as in www.example.com.")
    if name.endswith("."):
        raise Invalid(f"{shown} ends with a dot; write it without.")
    wildcard = WILDCARD if name.startswith(WILDCARD) else ""
    bare = name.removeprefix(wildcard)
    if "*" in bare:
        raise Invalid(f"{shown}: a wildcard stands for one whole label at the front, as in *.example.com.")
    if len(name) > LONGEST:  # in A-labels it is no shorter
        raise _too_long(shown)
    bare = ".".join(_a_label(label, shown) for label in bare.split("."))
    if bare.rpartition(".")[2].isdigit():
        raise Invalid(f"{shown} is an address or a number, not a hostname.")
    if len(wildcard + bare) > LONGEST:
        raise _too_long(shown)
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


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _mapped(name: str, shown: str) -> str:
    try:
        return idna.uts46_remap(name, std3_rules=False)  # what is wrong in ASCII has sentences of its own
    except idna.IDNAError as error:
        raise _foreign(error, shown) from None


def _a_label(label: str, shown: str) -> str:
    a_label = label if label.isascii() else _encoded(label)
    if not LABEL.fullmatch(a_label):
        raise Invalid(f"{shown} is not a hostname: {SHAPE}")
    if a_label[2:4] == RESERVED:
        try:
            _check_u_label(_decoded(label) if label.isascii() else label)
        except idna.IDNAError as error:
            raise _foreign(error, shown) from None
    return a_label


def _encoded(label: str) -> str:
    # One that is too long stays so; it costs nothing to cut it before it is encoded, which takes n² steps.
    return A_LABEL + label[: LONGEST_LABEL + 1].encode("punycode").decode("ascii")


def _decoded(a_label: str) -> str:
    """Return the label that an A-label stands for; raise IDNAError if it is none (RFC 5891 section 5.3)."""
    try:
        label = a_label.removeprefix(A_LABEL).encode("ascii").decode("punycode")
    except UnicodeError:
        label = ""
    if label.isascii() or _encoded(label) != a_label:
        raise idna.IDNAError(code="hyphen_3_4")
    return label


def _check_u_label(label: str) -> None:
    """Raise IDNAError unless a label is one of IDNA 2008, or of symbols that browsers leave as they are."""
    letters = "".join(each for each in label if unicodedata.category(each)[0] != SYMBOL)
    if letters:
        idna.check_label(letters)
    if letters != label and idna.uts46_remap(label) != label:
        raise idna.InvalidCodepoint(code="disallowed_codepoint")
    idna.check_nfc(label)
    idna.check_bidi(label)


def _foreign(error: idna.IDNAError, shown: str) -> Invalid:
    if error.code == "hyphen_start_end":
        return Invalid(f"{shown} is not a hostname: {SHAPE}")
    if error.code == "hyphen_3_4":
        return Invalid(
            f"{shown} is not a hostname: dashes in third and fourth place stand for other scripts only."
        )
    if isinstance(error, idna.IDNABidiError):
        return Invalid(
            f"{shown} is not a hostname: letters that are written from right to left share their part with no"
            " others, and come before its digits (RFC 5893)."
        )
    which = "a character" if error.codepoint is None else f"the character U+{error.codepoint:04X}"
    return Invalid(
        f"{shown} is not a hostname: {which} is not allowed in its place (RFC 5892). Copy the name from your DNS"
        " provider."
    )


def _too_long(shown: str) -> Invalid:
    return Invalid(f"{shown} is longer than the {LONGEST} characters that a hostname can have.")
