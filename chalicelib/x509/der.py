"""Just enough of DER, and of BER's indefinite lengths, to look at a file before a library opens it.

Every read is bounded by its input; what is malformed or has too many parts raises ValueError.
"""

from __future__ import annotations

from typing import NamedTuple

INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30
CONTEXT_0 = 0xA0
CONTEXT_3 = 0xA3
CONSTRUCTED = 0x20
MULTI_BYTE_TAG = 0x1F
LONG = 0x80  # above this a length octet tells how many octets the length has; this itself is "indefinite"
LONGEST_LENGTH = LONG + 4
END_OF_CONTENTS = b"\0\0"
DEEPEST = 32  # indefinite lengths inside each other
MOST_CHILDREN = 10_000


_new = tuple.__new__


class Element(NamedTuple):
    """A tag and where its content lies in some bytes."""

    tag: int
    source: bytes
    start: int
    begin: int
    end: int  # of the content
    stop: int  # of the element: 2 further than `end` after an indefinite length

    @property
    def content(self) -> bytes:
        """Return what is inside."""
        return self.source[self.begin : self.end]

    @property
    def encoded(self) -> bytes:
        """Return the whole element, tag and length included."""
        return self.source[self.start : self.stop]

    def children(self) -> list[Element]:
        """Return the elements inside; raise ValueError unless it is constructed and they fill it exactly."""
        if not self.tag & CONSTRUCTED:
            raise ValueError("a primitive element has no children")
        return elements(self.source, self.begin, self.end)


def first(source: bytes) -> Element:
    """Return the first element; what follows it is ignored."""
    return _read(source, 0, len(source), 0)


def elements(source: bytes, start: int, end: int) -> list[Element]:
    """Return the elements that fill the bytes from `start` to `end`."""
    found: list[Element] = []
    while start < end:
        if len(found) == MOST_CHILDREN:
            raise ValueError("too many elements")
        # Most elements are short ones: without a call for each, a certificate is read in half the time.
        stop = start + 2 + source[start + 1] if start + 2 <= end else end + 1
        if stop <= end and source[start + 1] < LONG and source[start] & MULTI_BYTE_TAG != MULTI_BYTE_TAG:
            element = _new(Element, (source[start], source, start, start + 2, stop, stop))
        else:
            element = _read(source, start, end, 0)
            stop = element.stop
        found.append(element)
        start = stop
    return found


def _read(source: bytes, start: int, limit: int, depth: int) -> Element:
    if start + 2 > limit:
        raise ValueError("cut off")
    tag, length, begin = source[start], source[start + 1], start + 2
    if tag & MULTI_BYTE_TAG == MULTI_BYTE_TAG:
        raise ValueError("a tag of more than one octet")
    if length == LONG:
        return _indefinite(source, start, limit, depth)
    if length > LONG:
        if length > LONGEST_LENGTH:
            raise ValueError("longer than anything")
        begin += length - LONG
        length = int.from_bytes(source[start + 2 : begin], "big")
    end = begin + length
    if end > limit:
        raise ValueError("cut off")
    return _new(Element, (tag, source, start, begin, end, end))


def _indefinite(source: bytes, start: int, limit: int, depth: int) -> Element:
    if depth == DEEPEST or not source[start] & CONSTRUCTED:
        raise ValueError("too deep, or a primitive without a length")
    begin = end = start + 2
    while source[end : end + len(END_OF_CONTENTS)] != END_OF_CONTENTS:
        end = _read(source, end, limit, depth + 1).stop
    if end + len(END_OF_CONTENTS) > limit:
        raise ValueError("cut off")
    return Element(source[start], source, start, begin, end, end + len(END_OF_CONTENTS))


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


def dotted(element: Element) -> str:
    """Return an OBJECT IDENTIFIER as text, "1.2.840.113549" (X.690 section 8.19)."""
    arcs, arc = [], 0
    for octet in element.content:
        arc = arc << 7 | octet & 0x7F
        if octet < LONG:
            arcs.append(arc)
            arc = 0
    root = min(arcs[0] // 40, 2)
    return ".".join(map(str, (root, arcs[0] - 40 * root, *arcs[1:])))


def encode(tag: int, content: bytes) -> bytes:
    """Return one DER element."""
    size = len(content)
    if size < LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, LONG + len(length))) + length + content
