"""Whose name servers those are: the suffixes of well-known DNS providers.

`make providers` says what is wrong with the table and, given names of name servers, who is missing: tests/upkeep
tells more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

ROUTE_53 = re.compile(r"(^|\.)awsdns-[0-9]+\.(com|net|org|co\.uk)$")  # ns-2048.awsdns-64.com
SUFFIXES = {
    "akam.net": "Akamai",
    "alibabadns.com": "Alibaba Cloud",
    "anycast.me": "OVHcloud",
    "azure-dns.com": "Azure",
    "azure-dns.info": "Azure",
    "azure-dns.net": "Azure",
    "azure-dns.org": "Azure",
    "bunny.net": "bunny.net",
    "cloudflare.com": "Cloudflare",
    "cloudns.net": "ClouDNS",
    "desec.io": "deSEC",
    "desec.org": "deSEC",
    "digitalocean.com": "DigitalOcean",
    "dnsimple-edge.io": "DNSimple",
    "dnsimple-edge.net": "DNSimple",
    "dnsimple-edge.org": "DNSimple",
    "dnsimple.com": "DNSimple",
    "dnsmadeeasy.com": "DNS Made Easy",
    "dnspod.net": "DNSPod",
    "domaincontrol.com": "GoDaddy",
    "dreamhost.com": "DreamHost",
    "first-ns.de": "Hetzner",
    "foundationdns.com": "Cloudflare",
    "foundationdns.net": "Cloudflare",
    "foundationdns.org": "Cloudflare",
    "gandi.net": "Gandi",
    "google.com": "Google",
    "googledomains.com": "Google",
    "he.net": "Hurricane Electric",
    "hetzner.com": "Hetzner",
    "hetzner.de": "Hetzner",
    "hichina.com": "Alibaba Cloud",
    "hover.com": "Hover",
    "infomaniak.ch": "Infomaniak",
    "inwx.de": "INWX",
    "linode.com": "Linode",
    "loopia.se": "Loopia",
    "name.com": "Name.com",
    "nsone.net": "NS1",
    "ovh.ca": "OVHcloud",
    "ovh.net": "OVHcloud",
    "porkbun.com": "Porkbun",
    "registrar-servers.com": "Namecheap",
    "rzone.de": "Strato",
    "second-ns.com": "Hetzner",
    "second-ns.de": "Hetzner",
    "squarespacedns.com": "Squarespace",
    "transip.net": "TransIP",
    "transip.nl": "TransIP",
    "ui-dns.biz": "IONOS",
    "ui-dns.com": "IONOS",
    "ui-dns.de": "IONOS",
    "ui-dns.org": "IONOS",
    "vercel-dns.com": "Vercel",
    "wixdns.net": "Wix",
    "wordpress.com": "WordPress.com",
}


def provider(nameservers: Iterable[str]) -> str | None:
    """Return the provider whose name servers these are; None if nobody's that we know."""
    return next(filter(None, map(_of, nameservers)), None)


def _of(nameserver: str) -> str | None:
    name = nameserver.lower()
    if ROUTE_53.search(name):
        return "Amazon Route 53"
    labels = name.split(".")
    suffixes = (".".join(labels[start:]) for start in range(len(labels)))
    return next((SUFFIXES[suffix] for suffix in suffixes if suffix in SUFFIXES), None)
