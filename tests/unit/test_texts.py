"""Texts that strangers wrote."""

from __future__ import annotations

import pytest

from chalicelib.texts import printable


@pytest.mark.parametrize(
    ("text", "instead", "shown"),
    [
        ("bücher 日本", "?", "bücher 日本"),
        ("a\r\nb", "?", "a??b"),
        ("a\x1b[2Jb", " ", "a [2Jb"),
        ("a\u202eb\0", "\\x{0:02x}", "a\\x202eb\\x00"),
    ],
)
def test_printable(text: str, instead: str, shown: str) -> None:
    """What could break a line or hide is replaced, and nothing else."""
    assert shown == printable(text, instead)
    assert shown.isprintable()
