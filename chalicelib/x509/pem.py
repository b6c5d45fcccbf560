"""Text in which certificates and keys lie, cut into blocks: any order, any junk, any line ends."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

# The counts are bounded, so that 256 KB of dashes cost as little as anything else.
MARKER = re.compile(r"-{3,5} ?(BEGIN|END) ([A-Z0-9 #]{1,40}?) ?-{3,5}")
ESCAPED_LINE_END = re.compile(r"\\{1,4}[rn]")
HEADER = re.compile(r"^[ \t>]*([A-Za-z][A-Za-z0-9-]{0,40}):[ \t]*(.*)$", re.MULTILINE)
MOST_HEADERS = 20  # in one block
NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
DATA_URL = re.compile(r"data:[a-z0-9.+/;=-]{0,100},", re.IGNORECASE)
UTF_16_SWAPPED_DASHES = "\u2d00\u2d00"  # the text's two octets the wrong way round
CERTIFICATE = re.compile(
    r"^-----BEGIN CERTIFICATE-----\r?\n((?:[A-Za-z0-9+/=]{1,76}\r?\n)+)-----END CERTIFICATE-----[ \t\r]*$",
    re.MULTILINE,
)
# Between certificates: what could be part of a key, or what an edge may read otherwise than we do.
NOT_PROSE = re.compile(r"[A-Za-z0-9+/=]{40}|-----|[^\t\n\r -~]|\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between BEGIN and END, or a whole field of base64."""

    number: int  # from 1, within its field
    label: str  # "CERTIFICATE"; empty for base64 without BEGIN
    der: bytes = field(repr=False)  # empty if it is no base64 or never ends
    headers: tuple[tuple[str, str], ...] = ()  # RFC 1421: Proc-Type and DEK-Info of an encrypted key
    complete: bool = True


def blocks(text: str) -> list[Block]:
    """Return the blocks of a text in their order, damaged ones included.

    Takes PEM with junk, CRLF or CR, a BOM, UTF-16 read as something else, escaped line ends, and base64 (also of
    PEM). The caller bounds the text's length.
    """
    text = _unmangled(text)
    markers = list(MARKER.finditer(text))
    if markers:
        return _between(text, markers)
    encoded = _decoded(DATA_URL.sub("", text, count=1).replace("-", "+").replace("_", "/"))
    inner = _unmangled(encoded.decode("latin-1"))
    markers = list(MARKER.finditer(inner))
    if markers:
        return _between(inner, markers)
    return [Block(1, "", encoded)] if text.strip() else []


def is_plain(text: str, certificates: Sequence[bytes]) -> bool:
    """Tell whether a text is PEM that any server reads as just these certificates (DER) and nothing else."""
    bodies = ["".join(body.split()) for body in CERTIFICATE.findall(text)]
    return (
        bodies == [base64.b64encode(certificate).decode("ascii") for certificate in certificates]
        and NOT_PROSE.search(CERTIFICATE.sub("", text)) is None
    )


def _unmangled(text: str) -> str:
    if UTF_16_SWAPPED_DASHES in text:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-be", "replace")
    text = text.replace("\0", "")  # UTF-16 read as one octet a character
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return ESCAPED_LINE_END.sub("\n", text) if "\\" in text else text


def _between(text: str, markers: list[re.Match[str]]) -> list[Block]:
    """Cut at markers; a BEGIN without its END, and an END without its BEGIN, make a block that is incomplete."""
    found: list[Block] = []
    begin: re.Match[str] | None = None
    for marker in markers:
        number = len(found) + 1
        if marker[1] == "BEGIN":
            if begin is not None:
                found.append(Block(number, begin[2], b"", complete=False))
            begin = marker
        elif begin is not None and marker[2] == begin[2]:
            found.append(_block(number, begin[2], text[begin.end() : marker.start()]))
            begin = None
        else:
            found.append(Block(number, (begin or marker)[2], b"", complete=False))
            begin = None
    if begin is not None:
        found.append(Block(len(found) + 1, begin[2], b"", complete=False))
    return found


def _block(number: int, label: str, body: str) -> Block:
    headers: tuple[tuple[str, str], ...] = ()
    if ":" in body:
        found = islice(HEADER.finditer(body), MOST_HEADERS)
        headers = tuple((header[1], header[2].strip()) for header in found)
        body = HEADER.sub("", body, MOST_HEADERS)
    return Block(number, label, _decoded(body), headers)


def _decoded(body: str) -> bytes:
    try:
        return binascii.a2b_base64(body)  # passes over what is no base64
    except ValueError:
        characters = NOT_BASE64.sub("", body)
    try:
        return binascii.a2b_base64(characters + "=" * (-len(characters) % 4))
    except binascii.Error:
        return b""
