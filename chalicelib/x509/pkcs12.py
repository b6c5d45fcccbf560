"""PKCS#12 files, opened in a way whose cost is known beforehand (RFC 7292)."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from chalicelib.errors import BadKey, Invalid
from chalicelib.x509 import der, encryption, private_key
from chalicelib.x509.encryption import Purse
from chalicelib.x509.private_key import PrivateKey
from chalicelib.x509.tolerance import UNREADABLE, without_warnings

DATA = bytes.fromhex("2a864886f70d010701")
ENCRYPTED_DATA = bytes.fromhex("2a864886f70d010706")
KEY_BAG = bytes.fromhex("2a864886f70d010c0a0101")
SHROUDED_KEY_BAG = bytes.fromhex("2a864886f70d010c0a0102")
MOST_BAGS = 100
DOES_NOT_OPEN = (
    "The PKCS#12 file is damaged, or its pass phrase is another one: send the right `pass_phrase`, or"
    " unpack it with `openssl pkcs12 -in server.p12 -nodes -out server.pem` and send server.pem."
)


def read(encoded: bytes, purse: Purse) -> tuple[list[bytes], list[PrivateKey]]:
    """Return the certificates, as DER, and the keys of a PKCS#12 file.

    Raises Invalid if the file is damaged, needs another pass phrase or costs too much, and BadKey for a key that
    cannot be used.
    """
    try:
        safes = _safes(encoded)
        for safe in safes:
            if _kind(safe) == ENCRYPTED_DATA:
                purse.pay(_algorithm(safe))
        keys = [key for safe in safes for key in _keys(safe, purse)]
        return _certificates(safes, purse), keys
    except UNREADABLE:
        raise Invalid(DOES_NOT_OPEN) from None


def _safes(encoded: bytes) -> list[der.Element]:
    """Return the ContentInfo elements of the authenticated safe that can be opened with a pass phrase."""
    _version, authenticated, *_mac = der.first(encoded).children()
    if _kind(authenticated) != DATA:
        raise ValueError("signed with a public key")
    safes = der.first(_data(authenticated)).children()
    if len(safes) > MOST_BAGS:
        raise ValueError("too many safes")
    return [safe for safe in safes if _kind(safe) in {DATA, ENCRYPTED_DATA}]


def _kind(content: der.Element) -> bytes:
    return content.children()[0].content


def _data(content: der.Element) -> bytes:
    return der.octets(content.children()[1].children()[0])


def _algorithm(safe: der.Element) -> der.Element:
    _version, encrypted, *_ = safe.children()[1].children()[0].children()
    return encrypted.children()[1]


def _keys(safe: der.Element, purse: Purse) -> Iterator[PrivateKey]:
    if _kind(safe) != DATA:
        return
    for bag in der.first(_data(safe)).children()[:MOST_BAGS]:
        kind, value, *_ = bag.children()
        if kind.content == KEY_BAG:
            yield PrivateKey.load(value.content)
        elif kind.content == SHROUDED_KEY_BAG:
            yield _shrouded(value.content, purse)


def _shrouded(encoded: bytes, purse: Purse) -> PrivateKey:
    try:
        return encryption.pkcs8(encoded, purse)
    except BadKey as error:
        if error.message == private_key.DOES_NOT_OPEN:
            raise ValueError("another pass phrase") from None
        raise


def _certificates(safes: list[der.Element], purse: Purse) -> list[bytes]:
    """Let the library find them, in a file whose first key is a decoy.

    OpenSSL stops at the first key, so it neither decrypts nor validates the sender's, which could take a minute.
    """
    decoy = ec.derive_private_key(1, ec.SECP256R1()).private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )
    bag = _sequence(der.encode(der.OBJECT_IDENTIFIER, KEY_BAG), der.encode(der.CONTEXT_0, decoy))
    parts = [_content(_sequence(bag)), *(safe.encoded for safe in safes)]
    file = _sequence(der.encode(der.INTEGER, b"\3"), _content(_sequence(*parts)))
    with without_warnings():
        found = load_pkcs12(file, purse.pass_phrase).additional_certs
    return [each.certificate.public_bytes(Encoding.DER) for each in found]


def _content(encoded: bytes) -> bytes:
    data = der.encode(der.CONTEXT_0, der.encode(der.OCTET_STRING, encoded))
    return _sequence(der.encode(der.OBJECT_IDENTIFIER, DATA), data)


def _sequence(*parts: bytes) -> bytes:
    return der.encode(der.SEQUENCE, b"".join(parts))
