"""The sentences."""

from __future__ import annotations

import pytest

from chalicelib.x509 import reasons

NAMES = ("www.example.com", "*.example.net")


@pytest.mark.parametrize(
    "domains", [[], ["www.example.com"], ["WWW.example.com", "a.example.net", "*.example.net"]]
)
def test_all_domains_are_covered(domains: list[str]) -> None:
    """A certificate that is for every domain of the app gives no reason."""
    assert reasons.name_mismatch(NAMES, domains) is None


def test_name_mismatch() -> None:
    """The domains that are not covered are named, and what the certificate is for."""
    reason = reasons.name_mismatch(NAMES, ["www.example.com", "example.net", "www.example.com.evil.net"])

    assert reason is not None
    assert "name_mismatch" == reason.code
    assert "The certificate is not for example.net, www.example.com.evil.net." == reason.sentence
    assert "www.example.com, *.example.net" in reason.remedy


def test_many_domains() -> None:
    """A long list is cut."""
    reason = reasons.name_mismatch((), [f"{number}.example.com" for number in range(12)])

    assert reason is not None
    assert reason.sentence.endswith("4.example.com and 7 more.")
    assert "It is for no domain." in reason.remedy
