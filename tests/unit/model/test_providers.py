"""DNS providers by their name servers."""

from __future__ import annotations

import pytest

from chalicelib.model.providers import provider


@pytest.mark.parametrize(
    ("nameserver", "name"),
    [
        ("ada.ns.cloudflare.com", "Cloudflare"),
        ("ns-2048.awsdns-64.com", "Amazon Route 53"),
        ("ns-1536.awsdns-00.co.uk", "Amazon Route 53"),
        ("ns-cloud-a1.googledomains.com", "Google"),
        ("ns1-03.azure-dns.com", "Azure"),
        ("ns01.domaincontrol.com", "GoDaddy"),
        ("dns1.registrar-servers.com", "Namecheap"),
        ("ns-12-a.gandi.net", "Gandi"),
        ("dns200.anycast.me", "OVHcloud"),
        ("ns1.digitalocean.com", "DigitalOcean"),
        ("ns1.dnsimple.com", "DNSimple"),
        ("dns1.p08.nsone.net", "NS1"),
        ("ns1.vercel-dns.com", "Vercel"),
        ("HELIUM.ns.hetzner.de", "Hetzner"),
        ("ns1.example.com", None),
        ("evilcloudflare.com", None),
        ("cloudflare.com.example.net", None),
        ("awsdns-64.com.example.net", None),
        ("", None),
    ],
)
def test_servers_tell_the_provider(nameserver: str, name: str | None) -> None:
    """A well-known suffix has a name; what only looks like one has not."""
    assert name == provider([nameserver])


def test_first_known_server_counts() -> None:
    """One of several servers is enough."""
    assert "Gandi" == provider(["ns1.example.com", "ns-1-b.gandi.net"])
    assert None is provider([])
