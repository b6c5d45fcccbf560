"""The edge's own certificate."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.x509 import bundle, chain, selfsigned
from tests.authority import NOW


def test_default() -> None:
    """It loads like a user's, lasts ten years from now, and names nobody."""
    served = chain.as_sent(bundle.read(selfsigned.default(NOW).decode()))
    facts = served.certificates[0].facts

    assert ("default.invalid",) == facts.names
    assert "EC P-256" == facts.key.name
    assert facts.self_signed
    assert facts.starts_at <= NOW
    assert facts.expires_at >= NOW + timedelta(days=3650)


def test_another_each_time() -> None:
    """No two edges share a key."""
    assert selfsigned.default(NOW) != selfsigned.default(NOW)
