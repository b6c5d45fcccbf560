"""Just enough of DER and BER to look before a library loads: which kind of thing it is, and what opening it costs.

Every read is bounded by its input; what is malformed raises ValueError.
"""

from __future__ import annotations

from dataclasses import dataclass

INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30
CONTEXT_0 = 0xA0
CONSTRUCTED = 0x20
MULTI_BYTE_TAG = 0x1F
LONG = 0x80  # from here on a length octet tells how many octets the length has
LONGEST_LENGTH = 4  # octets in which a length is written
DEEPEST = 32  # indefinite lengths inside each other


@dataclass(frozen=True, slots=True)
class Element:
    """One tag and its content, with the bytes that it was read from."""

    tag: int
    content: bytes
    encoded: bytes

    def children(self) -> list[Element]:
        """Return the elements inside; raise ValueError unless it is constructed and they fill it exactly."""
        if not self.tag & CONSTRUCTED:
            raise ValueError("a primitive element has none")
        return elements(self.content)


def read(encoded: bytes, start: int = 0, depth: int = 0) -> tuple[Element, int]:
    """Return the element that begins at `start`, and where it ends."""
    if start + 2 > len(encoded) or depth > DEEPEST:
        raise ValueError("not an ASN.1 element")
    tag, length, begin = encoded[start], encoded[start + 1], start + 2
    if tag & MULTI_BYTE_TAG == MULTI_BYTE_TAG:
        raise ValueError("a tag of more than one octet")
    if length == LONG and tag & CONSTRUCTED:  # indefinite: up to two zero octets
        end = begin
        while encoded[end : end + 2] != b"\0\0":
            _, end = read(encoded, end, depth + 1)
        return Element(tag, encoded[begin:end], encoded[start : end + 2]), end + 2
    if length >= LONG:
        octets = length - LONG
        if not 0 < octets <= LONGEST_LENGTH:
            raise ValueError("a length that cannot be")
        begin, length = begin + octets, int.from_bytes(encoded[begin : begin + octets], "big")
    if begin + length > len(encoded):
        raise ValueError("cut off")
    return Element(tag, encoded[begin : begin + length], encoded[start : begin + length]), begin + length


def first(encoded: bytes) -> Element:
    """Return the first element; what follows it is ignored."""
    return read(encoded)[0]


def elements(encoded: bytes) -> list[Element]:
    """Return all elements of a sequence's content."""
    found, position = [], 0
    while position < len(encoded):
        element, position = read(encoded, position)
        found.append(element)
    return found


def octets(element: Element) -> bytes:
    """Return an OCTET STRING's content; BER may have cut it into pieces."""
    if element.tag & CONSTRUCTED:
        return b"".join(octets(piece) for piece in element.children())
    return element.content


def integer(element: Element) -> int:
    """Return an INTEGER's value; raise ValueError for another type."""
    if element.tag != INTEGER:
        raise ValueError("not an INTEGER")
    return int.from_bytes(element.content, "big", signed=True)


def encode(tag: int, content: bytes) -> bytes:
    """Return one DER element."""
    size = len(content)
    if size < LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, LONG | len(length))) + length + content
