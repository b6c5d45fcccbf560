"""What may be shown of texts that strangers wrote."""

from __future__ import annotations


def printable(text: str, instead: str = "?") -> str:
    """Return a text without anything that could begin a line, hide itself, or command a terminal.

    `instead` stands for each such character; in it `{0}` is the character's number, as in `\\x{0:02x}`.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else instead.format(ord(letter)) for letter in text)
