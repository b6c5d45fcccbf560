"""Which names can be custom domains."""

from __future__ import annotations

import pytest

from chalicelib.errors import Invalid
from chalicelib.model.domain import check_hostname

ZONES = ("ssl.example.net", "app.example.net")


@pytest.mark.parametrize(
    ("hostname", "name"),
    [
        ("WWW.Example.com", "www.example.com"),
        ("*.example.co.uk", "*.example.co.uk"),
        ("*.github.io", "*.github.io"),
        ("gov.uk", "gov.uk"),
        ("paral·lel.cat", "xn--parallel-koa.cat"),
    ],
)
def test_canonical_form(hostname: str, name: str) -> None:
    """A custom domain is a full name; a wildcard may stand over what somebody owns."""
    assert name == check_hostname(hostname, ZONES)


@pytest.mark.parametrize(
    ("hostname", "told"),
    [
        ("localhost", "not a full domain"),
        ("*.com", "not a full domain"),
        ("*.co.uk", "nobody's own domain"),
        ("*.公司.cn", "nobody's own domain"),
        ("*.app.example.net", "belongs to this service"),
        ("a.ssl.example.net", "belongs to this service"),
    ],
)
def test_refused(hostname: str, told: str) -> None:
    """Single labels, wildcards over a public suffix and names in our zones are refused with a sentence."""
    with pytest.raises(Invalid, match=told):
        check_hostname(hostname, ZONES)
