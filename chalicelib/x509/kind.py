"""What a block is, told by its structure and not by its label."""

from __future__ import annotations

from enum import Enum

from chalicelib.x509 import der
from chalicelib.x509.pem import Block

VERSION = b"\xa0"  # only a certificate begins so, and it is what most blocks are
TIMES = frozenset({0x17, 0x18})  # UTCTime and GeneralizedTime, which a certificate has only inside a SEQUENCE


class Kind(Enum):
    """The kinds of things that people put into a certificate's or a key's place."""

    CERTIFICATE = "certificate"
    PRIVATE_KEY = "private key"
    ENCRYPTED_KEY = "encrypted private key"
    PKCS7 = "PKCS#7 file"
    PKCS12 = "PKCS#12 file"
    PARAMETERS = "parameters"
    REQUEST = "certificate signing request"
    REVOCATIONS = "certificate revocation list"
    PUBLIC_KEY = "public key"
    OPENSSH_KEY = "OpenSSH key"
    PGP = "PGP block"
    CUT_OFF = "cut off"
    UNKNOWN = "unknown"


SECRETS = frozenset({Kind.PRIVATE_KEY, Kind.ENCRYPTED_KEY, Kind.OPENSSH_KEY, Kind.PKCS12})
ADVICE = {
    Kind.REQUEST: "It is a certificate signing request (CSR): send the certificate that was made from it.",
    Kind.REVOCATIONS: "It is a certificate revocation list (CRL), which is not served.",
    Kind.PUBLIC_KEY: "It is a public key: send the private key that it was made from.",
    Kind.OPENSSH_KEY: "It is an OpenSSH key: rewrite it with `ssh-keygen -p -m PKCS8 -f server.key`.",
    Kind.PGP: "It is a PGP block, which has nothing to do with TLS.",
    Kind.CUT_OFF: "It is cut off or damaged: copy the whole text, from its BEGIN line to its END line.",
    Kind.UNKNOWN: "It is neither a certificate nor a key: send PEM, or base64 of DER, PKCS#7 or PKCS#12.",
}
BY_LABEL = {
    "OPENSSH": Kind.OPENSSH_KEY,
    "SSH2": Kind.OPENSSH_KEY,
    "PGP": Kind.PGP,
    "PARAMETERS": Kind.PARAMETERS,
}


def of(block: Block) -> Kind:
    """Tell what a block is."""
    for word, kind in BY_LABEL.items():
        if word in block.label.split():
            return kind
    if not block.complete:
        return Kind.CUT_OFF
    if any("ENCRYPTED" in value for _, value in block.headers):
        return Kind.ENCRYPTED_KEY
    try:
        return _by_structure(block.der) or _by_label(block.label)
    except ValueError:
        return _by_label(block.label)


def _by_structure(encoded: bytes) -> Kind | None:
    fields = der.first(encoded).children()
    match tuple(field.tag for field in fields):
        case (der.SEQUENCE, der.SEQUENCE, der.BIT_STRING):
            return _signed(fields[0])
        case (der.SEQUENCE, der.BIT_STRING) | (der.INTEGER, der.INTEGER):
            return Kind.PUBLIC_KEY
        case (der.SEQUENCE, der.OCTET_STRING):
            return Kind.ENCRYPTED_KEY
        case (der.INTEGER, der.SEQUENCE, der.OCTET_STRING, *_) | (der.INTEGER, der.OCTET_STRING, *_):
            return Kind.PRIVATE_KEY
        case (der.INTEGER, der.SEQUENCE) | (der.INTEGER, der.SEQUENCE, der.SEQUENCE):
            return Kind.PKCS12
        case (der.INTEGER, der.INTEGER, der.INTEGER, der.INTEGER, der.INTEGER, der.INTEGER, *_):
            return Kind.PRIVATE_KEY
        case (der.OBJECT_IDENTIFIER, der.CONTEXT_0):
            return Kind.PKCS7
    return None


def _signed(signed: der.Element) -> Kind:
    """Tell apart what has a signature: RFC 5280 sections 4.1 and 5.1, RFC 2986 section 4."""
    if signed.content[:1] == VERSION:
        return Kind.CERTIFICATE
    tags = [field.tag for field in signed.children()]
    if tags[:1] == [der.INTEGER] and tags[3:] in ([], [der.CONTEXT_0]):
        return Kind.REQUEST
    return Kind.REVOCATIONS if TIMES.intersection(tags) else Kind.CERTIFICATE


def _by_label(label: str) -> Kind:
    if label.endswith("PRIVATE KEY"):
        return Kind.PRIVATE_KEY
    if label.endswith("CERTIFICATE"):
        return Kind.CERTIFICATE
    return Kind.CUT_OFF if label else Kind.UNKNOWN
