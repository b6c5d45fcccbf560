"""What a user sent, opened: certificates and keys out of any shape, and a sentence on each other block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates

from chalicelib.errors import BadCertificate, BadKey, Invalid, TooLarge
from chalicelib.x509 import encryption, kind, pem, pkcs12
from chalicelib.x509.certificate import Certificate, without_deprecation_warnings
from chalicelib.x509.encryption import Purse
from chalicelib.x509.kind import Kind
from chalicelib.x509.pem import Block
from chalicelib.x509.private_key import PrivateKey

LARGEST = 256 * 1024  # characters of one field
MOST_BLOCKS = 100
MOST_CERTIFICATES = 64
MOST_KEYS = 20
SENTENCES = 3  # about blocks that could not be used, in one error
CHAIN, KEY = "certificate_chain", "private_key"


@dataclass(frozen=True, slots=True)
class Unread:
    """A block that was left out, and why."""

    field: str
    number: int
    kind: Kind
    why: str  # "is a public key: ..."

    @property
    def sentence(self) -> str:
        """Name the block and say what is wrong with it."""
        return f"Block {self.number} of {self.field} {self.why}."


@dataclass(frozen=True, slots=True)
class Bundle:
    """The opened upload."""

    certificates: tuple[Certificate, ...]  # of both fields, each once, in the order in which they came
    keys: tuple[PrivateKey, ...] = field(repr=False)
    text: str = field(repr=False)  # the chain field as sent; empty unless it is plain PEM of certificates only
    sent: tuple[Certificate, ...] = ()  # those of the chain field, repetitions included
    unread: tuple[Unread, ...] = ()
    holds_private_key: bool = False  # readable or not

    @property
    def complaint(self) -> str:
        """Return what to say of the blocks that could not be used, empty if there are none."""
        return "".join(f" {each.sentence}" for each in self.unread[:SENTENCES])


@dataclass(slots=True)
class _Found:
    certificates: list[Certificate] = field(default_factory=list)
    keys: list[PrivateKey] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read(certificate_chain: str, private_key: str | None = None, pass_phrase: str | None = None) -> Bundle:
    """Open an upload: each field is PEM, or base64 of PEM, DER, PKCS#7 or PKCS#12.

    A block that cannot be used is left out and told in `unread`. Raises TooLarge, BadCertificate if there is no
    certificate, and BadKey if a key was sent (`private_key` is not None) but none can be used.
    """
    purse = Purse(pass_phrase)
    in_chain, beside = _open(CHAIN, certificate_chain, purse), _open(KEY, private_key or "", purse)
    certificates = tuple(dict.fromkeys(in_chain.certificates + beside.certificates))
    unread = (*in_chain.unread, *beside.unread)
    keys = beside.keys + in_chain.keys
    plain = not in_chain.unread and pem.is_plain(certificate_chain, [each.der for each in in_chain.certificates])
    bundle = Bundle(
        certificates=certificates,
        keys=tuple({key.spki: key for key in keys}.values()),
        text=certificate_chain if plain else "",
        sent=tuple(in_chain.certificates),
        unread=unread,
        holds_private_key=bool(keys) or any(each.kind in kind.SECRETS for each in unread),
    )
    if not certificates:
        raise BadCertificate(f"No certificate given.{bundle.complaint}")
    if private_key is not None and not keys:
        raise BadKey(f"No private key given that can be used.{bundle.complaint}")
    return bundle


def _open(name: str, text: str, purse: Purse) -> _Found:
    if len(text) > LARGEST:
        raise TooLarge(f"{name} is longer than {LARGEST // 1024} KB.")
    blocks = pem.blocks(text)
    if len(blocks) > MOST_BLOCKS:
        raise Invalid(f"{name} has more than {MOST_BLOCKS} blocks.")
    found = _Found()
    for block in blocks:
        what = kind.of(block)
        try:
            OPEN.get(what, _refuse)(block, purse, found)
        except Invalid as error:
            found.unread.append(Unread(name, block.number, what, error.message.rstrip(".")))
    if len(found.certificates) > MOST_CERTIFICATES:
        raise BadCertificate(f"{name} has more than {MOST_CERTIFICATES} certificates.")
    if len(found.keys) > MOST_KEYS:
        raise BadKey(f"{name} has more than {MOST_KEYS} private keys.")
    return found


def _certificate(block: Block, _: Purse, found: _Found) -> None:
    found.certificates.append(Certificate.load(block.der))


def _key(block: Block, _: Purse, found: _Found) -> None:
    found.keys.append(PrivateKey.load(block.der))


def _encrypted_key(block: Block, purse: Purse, found: _Found) -> None:
    if not purse.pass_phrase:
        raise BadKey(
            "is an encrypted private key: decrypt it with"
            " `openssl pkey -in server.key -out server.key.plain` and send server.key.plain"
        )
    found.keys.append(encryption.private_key(block, purse))


def _pkcs7(block: Block, _: Purse, found: _Found) -> None:
    try:
        with without_deprecation_warnings():
            loaded = [each.public_bytes(Encoding.DER) for each in load_der_pkcs7_certificates(block.der)]
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadCertificate("is a PKCS#7 file without certificates, or a damaged one") from None
    found.certificates.extend(Certificate.load(each) for each in loaded)


def _pkcs12(block: Block, purse: Purse, found: _Found) -> None:
    certificates, keys = pkcs12.read(block.der, purse)
    found.certificates.extend(Certificate.load(each) for each in certificates)
    found.keys.extend(keys)


def _refuse(block: Block, _: Purse, __: _Found) -> None:
    raise Invalid(kind.REMEDIES[kind.of(block)])


OPEN: dict[Kind, Callable[[Block, Purse, _Found], None]] = {
    Kind.CERTIFICATE: _certificate,
    Kind.PRIVATE_KEY: _key,
    Kind.ENCRYPTED_KEY: _encrypted_key,
    Kind.PKCS7: _pkcs7,
    Kind.PKCS12: _pkcs12,
}
