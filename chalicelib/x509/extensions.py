"""The extensions that decide about chains, read without building objects for what a stranger may have put in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.x509 import der
from chalicelib.x509.der import Element

BASIC_CONSTRAINTS = bytes.fromhex("551d13")  # RFC 5280 section 4.2.1.9, and so on
SUBJECT_KEY_ID = bytes.fromhex("551d0e")
AUTHORITY_KEY_ID = bytes.fromhex("551d23")
SUBJECT_ALTERNATIVE_NAME = bytes.fromhex("551d11")
EXTENDED_KEY_USAGE = bytes.fromhex("551d25")
AUTHORITY_INFORMATION_ACCESS = bytes.fromhex("2b06010505070101")
CA_ISSUERS = bytes.fromhex("2b06010505073002")
SERVER_USAGES = (bytes.fromhex("2b06010505070301"), bytes.fromhex("551d2500"))  # serverAuth, any
BOOLEAN = 0x01
DNS_NAME, URL, KEY_ID = 0x82, 0x86, 0x80
MOST_EXTENSIONS = 100
MOST_URLS = 5
NAME = re.compile(rb"(?:\*\.)?[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,126}")
HTTP_URL = re.compile(rb"https?://[!-~]{1,500}")


@dataclass(frozen=True, slots=True)
class Extensions:
    """What a certificate says beside names and key."""

    plain: bool = True  # False if any of it is malformed
    names: tuple[str, ...] = ()  # the SAN's DNS names, lower-case
    is_ca: bool = False
    may_serve: bool = True  # no extended key usage, or one that includes servers
    subject_key_id: bytes | None = None
    issuer_key_id: bytes | None = None
    issuer_urls: tuple[str, ...] = ()


def read(element: Element | None) -> Extensions:
    """Read a certificate's extensions field; if one cannot be read, it says nothing."""
    if element is None:
        return Extensions()
    try:
        return _read(element)
    except (ValueError, IndexError):
        return Extensions(plain=False)


def _read(element: Element) -> Extensions:
    listed = element.children()[0].children()
    if len(listed) > MOST_EXTENSIONS:
        raise ValueError("too many extensions")
    fields = [extension.children() for extension in listed]
    values = {field[0].content: der.first(field[-1].content) for field in fields}
    if len(values) < len(listed):
        raise ValueError("an extension twice")
    constraints = values.get(BASIC_CONSTRAINTS)
    names = [each.content for each in _children(values.get(SUBJECT_ALTERNATIVE_NAME)) if each.tag == DNS_NAME]
    plausible = [name for name in names if NAME.fullmatch(name)]
    usages = values.get(EXTENDED_KEY_USAGE)
    key_id = values.get(SUBJECT_KEY_ID)
    return Extensions(
        plain=len(plausible) == len(names),
        names=tuple(name.decode("ascii").lower() for name in plausible),
        is_ca=constraints is not None and any(e.tag == BOOLEAN and any(e.content) for e in constraints.children()),
        may_serve=usages is None or any(usage.content in SERVER_USAGES for usage in usages.children()),
        subject_key_id=key_id.content if key_id else None,
        issuer_key_id=next((e.content for e in _children(values.get(AUTHORITY_KEY_ID)) if e.tag == KEY_ID), None),
        issuer_urls=_issuer_urls(_children(values.get(AUTHORITY_INFORMATION_ACCESS))),
    )


def _children(element: Element | None) -> list[Element]:
    return element.children() if element else []


def _issuer_urls(accesses: list[Element]) -> tuple[str, ...]:
    found = (access.children() for access in accesses)
    urls = [
        location.content.decode("ascii")
        for method, location in found
        if method.content == CA_ISSUERS and location.tag == URL and HTTP_URL.fullmatch(location.content)
    ]
    return tuple(urls[:MOST_URLS])
