"""The sentences."""

from __future__ import annotations

import pytest

from chalicelib.x509 import reasons
from chalicelib.x509.facts import Reason

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
    assert ("example.net", "www.example.com.evil.net") == reason.subjects


def test_many_domains() -> None:
    """A long list is cut in the sentence, and only there."""
    domains = [f"{number}.example.com" for number in range(12)]
    reason = reasons.name_mismatch((), domains)

    assert reason is not None
    assert reason.sentence.endswith("4.example.com and 7 more.")
    assert "It is for no domain." in reason.remedy
    assert tuple(domains) == reason.subjects


def test_subjects_make_no_other_reason() -> None:
    """A verdict that was stored without subjects is the same as today's, so nobody is told that it has changed."""
    assert Reason("expired", "It expired.", "Renew it.") == Reason(
        "expired", "It expired.", "Renew it.", ("CN=a",)
    )
