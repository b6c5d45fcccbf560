"""Cutting text into blocks."""

from __future__ import annotations

import base64

import pytest

from chalicelib.x509 import pem
from tests.authority import CA

BODY = b"0123456789"
ONE = f"-----BEGIN THING-----\n{base64.b64encode(BODY).decode()}\n-----END THING-----\n"
LEAF = next(leaf for leaf in iter(lambda: CA().issue_cert("www.example.com"), None) if "=" in leaf.pem)


def der_of(text: str) -> list[bytes]:
    """Return the blocks' contents."""
    return [block.der for block in pem.blocks(text)]


class TestBlocks:
    """blocks()."""

    @pytest.mark.parametrize("text", ["", " \n\t", "\0\0", "\ufeff"])
    def test_nothing(self, text: str) -> None:
        """Nothing has no blocks; a lone byte order mark has one without content."""
        assert not any(der_of(text))

    def test_order_and_numbers(self) -> None:
        """Blocks are numbered from 1 in the order of the text."""
        blocks = pem.blocks(ONE + "junk\n" + ONE.replace("THING", "OTHER"))

        assert [(1, "THING", BODY), (2, "OTHER", BODY)] == [(each.number, each.label, each.der) for each in blocks]

    def test_without_line_end_between(self) -> None:
        """Files that were concatenated without a line end between them are still two blocks."""
        assert [BODY, BODY] == der_of(ONE.strip() + ONE)

    def test_missing_end(self) -> None:
        """A BEGIN without its END is an incomplete block of its own; the next one is whole."""
        blocks = pem.blocks("-----BEGIN CUT-----\nMIIB\n" + ONE)

        assert [("CUT", False), ("THING", True)] == [(each.label, each.complete) for each in blocks]
        assert BODY == blocks[1].der

    def test_missing_begin(self) -> None:
        """An END without its BEGIN is an incomplete block."""
        blocks = pem.blocks("MIIB\n-----END CUT-----\n" + ONE)

        assert [("CUT", False), ("THING", True)] == [(each.label, each.complete) for each in blocks]

    def test_end_of_another(self) -> None:
        """A BEGIN that meets another END is incomplete."""
        blocks = pem.blocks("-----BEGIN ONE-----\nMIIB\n-----END OTHER-----\n" + ONE)

        assert [("ONE", False), ("THING", True)] == [(each.label, each.complete) for each in blocks]

    def test_headers(self) -> None:
        """The headers of an encrypted key are kept and are no part of its content."""
        text = ONE.replace("THING-----\n", "THING-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n", 1)

        (block,) = pem.blocks(text)
        assert (("Proc-Type", "4,ENCRYPTED"), ("DEK-Info", "AES-128-CBC,00FF")) == block.headers
        assert BODY == block.der

    def test_missing_padding(self) -> None:
        """Base64 without its padding is completed."""
        assert [BODY] == der_of(ONE.replace("=", ""))

    def test_no_base64(self) -> None:
        """A body that cannot be base64 has no content."""
        assert [b""] == der_of("-----BEGIN THING-----\nA\n-----END THING-----\n")


class TestIsPlain:
    """is_plain()."""

    @pytest.mark.parametrize(
        "text",
        [
            LEAF.pem,
            LEAF.pem.replace("\n", "\r\n"),
            LEAF.pem.strip(),
            "subject=/CN=www.example.com\nissuer=/CN=Example\n" + LEAF.pem + "\n# the end",
        ],
    )
    def test_plain(self, text: str) -> None:
        """Ordinary PEM, with prose around it, is what every server reads."""
        assert pem.is_plain(text, [pem.blocks(text)[0].der])

    @pytest.mark.parametrize(
        "text",
        [
            "\ufeff" + LEAF.pem,
            LEAF.pem.replace("\n", "\r"),
            LEAF.pem.replace("\n", "\n "),
            LEAF.pem.replace("\n", "\\n"),
            LEAF.pem + LEAF.key_pem,
            LEAF.pem + LEAF.key_pem.replace("-----END", ""),
            LEAF.pem + "".join(LEAF.key_pem.splitlines()[1:-1]),
            LEAF.pem + "-----BEGIN CERTIFICATE-----\n",
            LEAF.pem.replace("=", ""),
            LEAF.pem + LEAF.pem,
            "é\n" + LEAF.pem,
            "",
        ],
    )
    def test_not_plain(self, text: str) -> None:
        """What an edge might read otherwise, and what could be a key, is not served as it was sent."""
        assert not pem.is_plain(text, [base64.b64decode("".join(LEAF.pem.splitlines()[1:-1]))])
