"""What a block is, told by its structure and not by its label."""

from __future__ import annotations

from enum import Enum

from chalicelib.x509 import der
from chalicelib.x509.pem import Block

TIMES = frozenset({0x17, 0x18})  # UTCTime and GeneralizedTime, which a certificate has only inside a SEQUENCE


class Kind(Enum):
    """The kinds of things that people put into a certificate's or a key's place, as a sentence names them."""

    CERTIFICATE = "a certificate"
    PRIVATE_KEY = "a private key"
    ENCRYPTED_KEY = "an encrypted private key"
    PKCS7 = "a PKCS#7 file"
    PKCS12 = "a PKCS#12 file"
    REQUEST = "a certificate signing request (CSR)"
    REVOCATIONS = "a certificate revocation list (CRL)"
    PUBLIC_KEY = "a public key"
    OPENSSH_KEY = "an OpenSSH key"
    PGP = "a PGP block"
    PARAMETERS = "parameters without a key"
    CUT_OFF = "cut off or damaged"
    UNKNOWN = "nothing that we know"


SECRETS = frozenset({Kind.PRIVATE_KEY, Kind.ENCRYPTED_KEY, Kind.OPENSSH_KEY, Kind.PKCS12})
REMEDIES = {
    Kind.REQUEST: "is a certificate signing request (CSR): send the certificate that the authority made from it",
    Kind.REVOCATIONS: "is a certificate revocation list (CRL), which is not served",
    Kind.PUBLIC_KEY: "is a public key: send the private key that it was made from",
    Kind.OPENSSH_KEY: "is an OpenSSH key: write it as PEM with `ssh-keygen -p -m PKCS8 -f server.key`",
    Kind.PGP: "is a PGP block, which has nothing to do with TLS",
    Kind.PARAMETERS: "holds parameters without a key",
    Kind.CUT_OFF: "is cut off or damaged: its BEGIN and END lines do not match",
    Kind.UNKNOWN: "is not a certificate or key: send PEM, or base64 of DER, PKCS#7 or PKCS#12",
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
            return _signed(fields[0].children())
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


def _signed(fields: list[der.Element]) -> Kind:
    """Tell apart what has a signature: RFC 5280 sections 4.1 and 5.1, RFC 2986 section 4."""
    tags = [field.tag for field in fields]
    if tags[:1] == [der.INTEGER] and tags[3:] in ([], [der.CONTEXT_0]):
        return Kind.REQUEST
    return Kind.REVOCATIONS if TIMES.intersection(tags) else Kind.CERTIFICATE


def _by_label(label: str) -> Kind:
    if label.endswith("PRIVATE KEY"):
        return Kind.PRIVATE_KEY
    if label.endswith("CERTIFICATE"):
        return Kind.CERTIFICATE
    return Kind.CUT_OFF if label else Kind.UNKNOWN
