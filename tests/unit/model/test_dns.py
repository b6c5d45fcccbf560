"""The record that proves whose a name is."""

from __future__ import annotations

import pytest

from chalicelib.model.dns import Proof, proof


@pytest.mark.parametrize(
    ("hostname", "name", "zone", "full"),
    [
        ("www.example.com", "_ssl-endpoint.www", "example.com", "_ssl-endpoint.www.example.com"),
        ("example.com", "_ssl-endpoint", "example.com", "_ssl-endpoint.example.com"),
        ("*.example.com", "_ssl-endpoint", "example.com", "_ssl-endpoint.example.com"),
        ("*.a.example.co.uk", "_ssl-endpoint.a", "example.co.uk", "_ssl-endpoint.a.example.co.uk"),
        ("github.io", "_ssl-endpoint", "github.io", "_ssl-endpoint.github.io"),
    ],
)
def test_proof(hostname: str, name: str, zone: str, full: str) -> None:
    """A TXT record below the name; a wildcard is proved by the name that it is below."""
    found = proof(hostname, "an-id")

    assert Proof("TXT", name, zone, "ssl-endpoint-account=an-id") == found
    assert full == found.hostname
