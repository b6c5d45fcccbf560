"""What users should know, as a header."""

from __future__ import annotations

from chalicelib.api import warnings


def test_sentences_are_one_header() -> None:
    """In plain ASCII, and none where there is nothing to say."""
    assert {} == warnings.header()
    assert {warnings.HEADER: "It is on. M?nchen, too."} == warnings.header("It is on.", "München, too.")


def test_header_is_never_too_long_to_be_passed_on() -> None:
    """Of very much the beginning is told: a gateway, or a client, would refuse the whole answer."""
    least = warnings.header("x" * warnings.LONGEST)[warnings.HEADER]
    told = warnings.header(*(f"Notices to {number} do not arrive: {'why ' * 80}." for number in range(40)))

    assert warnings.LONGEST == len(least) == len(told[warnings.HEADER])
    assert told[warnings.HEADER].startswith("Notices to 0 do not arrive: why ")
    assert told[warnings.HEADER].endswith(" ...")
    assert "x" * warnings.LONGEST == least
