"""What is said of the table of DNS providers."""

from __future__ import annotations

import pytest

from chalicelib.model.providers import SUFFIXES
from tests.upkeep import providers


def test_the_table_is_right() -> None:
    """Each entry is a domain of somebody's own, once, in order, with a name."""
    assert [] == list(providers.faults(SUFFIXES))


@pytest.mark.parametrize(
    ("suffixes", "told"),
    [
        ({"co.uk": "UK"}, "co.uk is nobody's own domain."),
        ({"com": "COM"}, "com is nobody's own domain."),
        ({"EXAMPLE.com": "X"}, "EXAMPLE.com is written example.com."),
        ({"a_b.com": "X"}, "not a hostname"),
        ({"b.example.com": "X", "example.com": "X"}, "below another entry"),
        ({"b.com": "X", "a.com": "X"}, "not in alphabetical order"),
        ({"a.com": " "}, "no name that can be shown"),
    ],
)
def test_faults(suffixes: dict[str, str], told: str) -> None:
    """What cannot be right is told in a sentence."""
    assert any(told in sentence for sentence in providers.faults(suffixes))


def test_unknown_name_servers_are_counted() -> None:
    """By the domain that they are below, final dots and case aside."""
    found = providers.unknown(["ada.ns.cloudflare.com.", "NS1.Example.co.uk.", "ns2.example.co.uk", ""])

    assert {"example.co.uk": 2} == dict(found)
