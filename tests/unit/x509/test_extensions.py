"""Extensions, read by us, against the library's reading."""

from __future__ import annotations

import certifi
import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from chalicelib.x509.anchors import readable
from chalicelib.x509.certificate import Certificate
from tests.authority import CA

CA_1 = CA().issue_ca("Intermediate", issuer_url="http://ca.example.com/root.crt")
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE


def value(certificate: Certificate, kind: type[x509.ExtensionType]) -> x509.ExtensionType | None:
    """Return an extension as the library reads it."""
    try:
        return certificate.loaded.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def test_like_the_library() -> None:
    """Mozilla's roots, and ours, are read as the library reads them."""
    for each in [*readable(certifi.contents()), Certificate(CA_1.certificate)]:
        constraints = value(each, x509.BasicConstraints)
        subject_key = value(each, x509.SubjectKeyIdentifier)
        authority_key = value(each, x509.AuthorityKeyIdentifier)

        assert each.is_ca == (isinstance(constraints, x509.BasicConstraints) and constraints.ca)
        assert each.subject_key_id == getattr(subject_key, "digest", None)
        assert each.issuer_key_id == getattr(authority_key, "key_identifier", None)
        assert each.may_serve
        assert each.plain


@pytest.mark.parametrize(
    ("usages", "may_serve"),
    [
        ((), True),
        ((ExtendedKeyUsageOID.SERVER_AUTH,), True),
        ((ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH), True),
        ((ANY,), True),
        ((ExtendedKeyUsageOID.CLIENT_AUTH,), False),
        ((ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CODE_SIGNING), False),
    ],
)
def test_extended_key_usage(usages: tuple[x509.ObjectIdentifier, ...], may_serve: bool) -> None:
    """Without an extended key usage, or with one for servers or for anything, a certificate may serve."""
    assert may_serve == Certificate(CA_1.issue_cert("www.example.com", usages=usages).certificate).may_serve


def test_issuer_urls() -> None:
    """Only http and https addresses of the issuer's certificate are given, and only a few."""
    issuers, responders = AuthorityInformationAccessOID.CA_ISSUERS, AuthorityInformationAccessOID.OCSP
    urls = [f"http://ca.example.com/{number}" for number in range(9)]
    listed = [
        (responders, "http://ocsp.example.com"),
        (issuers, "ldap://ca.example.com"),
        *((issuers, u) for u in urls),
    ]
    access = x509.AuthorityInformationAccess(
        [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in listed]
    )
    leaf = CA_1.issue_cert("www.example.com", extensions=(access,))

    assert tuple(urls[:5]) == Certificate(leaf.certificate).issuer_urls


@pytest.mark.parametrize("oid", ["2.5.29.17", "2.5.29.37", "1.3.6.1.5.5.7.1.1"])
def test_malformed(oid: str) -> None:
    """A certificate one of whose extensions cannot be read says nothing, and an edge is not given it."""
    broken = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b"\x30\x05junk")
    leaf = Certificate(CA_1.issue_cert(common_name="www.example.com", usages=(), extensions=(broken,)).certificate)

    assert ((), False, None, ()) == (leaf.names, leaf.is_ca, leaf.subject_key_id, leaf.issuer_urls)
    assert not leaf.plain
