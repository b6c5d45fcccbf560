"""The shapes in which certificates and keys arrive."""

from __future__ import annotations

import base64
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)

from tests.authority import Key, key_pem, pem


def _pkcs7(certificates: list[x509.Certificate], encoding: Encoding) -> bytes:
    return pkcs7.serialize_certificates(certificates, encoding)


def pkcs12_file(key: Key | None, *certificates: x509.Certificate, pass_phrase: bytes = b"") -> str:
    """Write a key and certificates as base64 of PKCS#12."""
    encryption = BestAvailableEncryption(pass_phrase) if pass_phrase else NoEncryption()
    first, *others = certificates
    return _base64(pkcs12.serialize_key_and_certificates(b"server", key, first, others, encryption))


def _base64(written: bytes) -> str:
    return base64.b64encode(written).decode()


def _trusted(certificate: x509.Certificate) -> str:
    """Write a certificate as `openssl x509 -trustout` does: with something behind it."""
    body = _base64(certificate.public_bytes(Encoding.DER) + bytes.fromhex("300c300a06082b06010505070301"))
    return f"-----BEGIN TRUSTED CERTIFICATE-----\n{body}\n-----END TRUSTED CERTIFICATE-----\n"


# Each writes certificates as one text, in a way that was seen in the wild.
FORMS: dict[str, Callable[[list[x509.Certificate]], str]] = {
    "PEM": lambda each: pem(*each),
    "CRLF": lambda each: pem(*each).replace("\n", "\r\n"),
    "CR": lambda each: pem(*each).replace("\n", "\r"),
    "byte order mark": lambda each: "\ufeff" + pem(*each),
    "UTF-16 read as Latin-1": lambda each: pem(*each).encode("utf-16").decode("latin-1"),
    "UTF-16 read as UTF-8": lambda each: pem(*each).encode("utf-16").decode("utf-8", "replace"),
    "UTF-16 the wrong way round": lambda each: pem(*each).encode("utf-16-le").decode("utf-16-be"),
    "UTF-16 in base64": lambda each: _base64(pem(*each).encode("utf-16")),
    "blank lines": lambda each: pem(*each).replace("\n", "\n\n"),
    "indented": lambda each: "".join(f"    {line}\n" for line in pem(*each).splitlines()),
    "escaped line ends": lambda each: pem(*each).replace("\n", "\\n"),
    "escaped CRLF": lambda each: pem(*each).replace("\n", "\\r\\n"),
    "one line": lambda each: pem(*each).replace("\n", " "),
    "no line ends": lambda each: pem(*each).replace("\n", ""),
    "quoted mail": lambda each: "".join(f"> {line}\n" for line in pem(*each).splitlines()),
    "junk": lambda each: "Bag Attributes\n    localKeyID: 01 00\nsubject=/CN=x\n".join(
        ["", *map(pem, each), "bye"]
    ),
    "attributes inside": lambda each: pem(*each).replace(
        "CERTIFICATE-----\nM", "CERTIFICATE-----\nComment: a\n\nM"
    ),
    "X509 CERTIFICATE": lambda each: pem(*each).replace("CERTIFICATE", "X509 CERTIFICATE"),
    "TRUSTED CERTIFICATE": lambda each: "".join(map(_trusted, each)),
    "a dash short": lambda each: pem(*each).replace("-----BEGIN", "----BEGIN"),
    "PKCS#7 PEM": lambda each: _pkcs7(each, Encoding.PEM).decode(),
    "PKCS#7 labelled as a certificate": lambda each: (
        _pkcs7(each, Encoding.PEM).decode().replace("PKCS7", "CERTIFICATE")
    ),
    "PKCS#7 labelled CMS": lambda each: _pkcs7(each, Encoding.PEM).decode().replace("PKCS7", "CMS"),
    "PKCS#7 DER": lambda each: _base64(_pkcs7(each, Encoding.DER)),
    "PKCS#12": lambda each: pkcs12_file(None, *each),
    "base64 of PEM": lambda each: _base64(pem(*each).encode()),
    "data URL": lambda each: "data:application/x-pem-file;base64," + _base64(pem(*each).encode()),
    "base64 for URLs": lambda each: base64.urlsafe_b64encode(_pkcs7(each, Encoding.DER)).decode().rstrip("="),
}


def _key_der(key: Key, form: PrivateFormat) -> str:
    return _base64(key.private_bytes(Encoding.DER, form, NoEncryption()))


KEY_FORMS: dict[str, Callable[[Key], str]] = {
    "PKCS#8": key_pem,
    "SEC 1 or PKCS#1": lambda key: key_pem(key, PrivateFormat.TraditionalOpenSSL),
    "after EC PARAMETERS": lambda key: (
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        + key_pem(key, PrivateFormat.TraditionalOpenSSL)
    ),
    "DER of PKCS#8": lambda key: _key_der(key, PrivateFormat.PKCS8),
    "DER of SEC 1 or PKCS#1": lambda key: _key_der(key, PrivateFormat.TraditionalOpenSSL),
    "labelled otherwise": lambda key: key_pem(key).replace("PRIVATE KEY", "RSA PRIVATE KEY"),
    "CRLF": lambda key: key_pem(key).replace("\n", "\r\n"),
    "UTF-16": lambda key: key_pem(key).encode("utf-16").decode("latin-1"),
    "escaped line ends": lambda key: key_pem(key).replace("\n", "\\n"),
}
