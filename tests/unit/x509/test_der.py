"""Looking at DER and BER."""

from __future__ import annotations

import pytest

from chalicelib.x509 import der


def test_children() -> None:
    """A sequence's elements are found with tag, content and their own bytes."""
    encoded = der.encode(der.SEQUENCE, der.encode(der.INTEGER, b"\x05") + der.encode(der.OCTET_STRING, b"ab"))

    assert [(der.INTEGER, b"\x05", b"\x02\x01\x05"), (der.OCTET_STRING, b"ab", b"\x04\x02ab")] == [
        (child.tag, child.content, child.encoded) for child in der.first(encoded).children()
    ]


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65535, 65536])
def test_encode_and_read_lengths(size: int) -> None:
    """A length of any size is written so that it is read again."""
    element = der.first(der.encode(der.OCTET_STRING, b"x" * size))

    assert (size, size) == (len(element.content), len(der.octets(element)))


def test_indefinite_length() -> None:
    """BER's indefinite length ends at two zero octets, also inside another one."""
    inner = bytes.fromhex("2480 0401aa 0402bbcc 0000")
    outer = der.first(bytes.fromhex("3080") + inner + bytes.fromhex("020107 0000 ffff"))

    octets, integer = outer.children()
    assert b"\xaa\xbb\xcc" == der.octets(octets)
    assert 7 == der.integer(integer)
    assert inner == octets.encoded


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "30",
        "30040201",
        "300302",
        "30850000000001ff",
        "3f810100",
        "3080",
        "30800201050000"[:-2],
        "0480aa0000",
        "308002",
    ],
)
def test_malformed(encoded: str) -> None:
    """What is cut off, endless or without a length raises ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        der.first(bytes.fromhex(encoded)).children()


def test_nesting_is_bounded() -> None:
    """Indefinite lengths inside each other are followed so far and no further."""
    with pytest.raises(ValueError, match="too deep"):
        der.first(b"\x30\x80" * 10_000)


def test_number_of_children_is_bounded() -> None:
    """An element with very many children is refused before they are all read."""
    with pytest.raises(ValueError, match="too many"):
        der.first(der.encode(der.SEQUENCE, b"\5\0" * 50_000)).children()


def test_primitive_has_no_children() -> None:
    """An INTEGER's content is not taken for elements."""
    with pytest.raises(ValueError, match="primitive"):
        der.first(b"\x02\x02\x05\x00").children()
