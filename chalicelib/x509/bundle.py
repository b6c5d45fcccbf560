"""What a user sent, opened: certificates and keys out of any shape, and a sentence on each other block."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib.errors import BadCertificate, BadKey, Invalid, TooLarge
from chalicelib.x509 import encryption, kind, pem, pkcs12
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.encryption import Purse
from chalicelib.x509.kind import Kind
from chalicelib.x509.pem import Block
from chalicelib.x509.private_key import PrivateKey
from chalicelib.x509.tolerance import UNREADABLE, without_warnings

LARGEST = 256 * 1024  # characters of one field
MOST_BLOCKS = 100  # in one field
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
    why: str

    @property
    def sentence(self) -> str:
        """Name the block and say what is wrong with it."""
        return f"Block {self.number} of {self.field}: {self.why[:1].lower()}{self.why[1:]}"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The opened upload."""

    certificates: tuple[Certificate, ...]  # of both fields, each once, in the order in which they came
    keys: tuple[PrivateKey, ...] = field(repr=False)
    text: str = field(repr=False)  # the chain field as sent; empty unless it is plain PEM of certificates only
    sent: tuple[Certificate, ...]  # those of the chain field, repetitions included
    unread: tuple[Unread, ...]
    holds_private_key: bool  # readable or not

    @property
    def complaint(self) -> str:
        """Return what to say of the blocks that could not be used, empty if there are none."""
        return "".join(f" {each.sentence}" for each in self.unread[:SENTENCES])

    @property
    def unread_in_chain(self) -> bool:
        """Tell whether the chain field has a block that could not be used."""
        return any(each.field == CHAIN for each in self.unread)


def read(certificate_chain: str, private_key: str | None = None, pass_phrase: str | None = None) -> Bundle:
    """Open an upload: each field is PEM, or base64 of PEM, DER, PKCS#7 or PKCS#12.

    A block that cannot be used is left out and told in `unread`. Raises TooLarge, BadCertificate if there is no
    certificate, and BadKey if a key was sent (`private_key` is not None) but none can be used.
    """
    bundle = _opened(certificate_chain, private_key, pass_phrase)
    if not bundle.certificates:
        raise BadCertificate(f"No certificate given.{bundle.complaint}")
    if private_key is not None and not bundle.keys:
        raise BadKey(f"No valid, non-passphrase-protected keys given.{bundle.complaint}")
    return bundle


def read_certificates(text: str) -> Bundle:
    """Open certificates that are sent to be looked at; see read().

    Raises BadKey, with a warning, for a private key among them, whether it can be read or not.
    """
    bundle = _opened(text, None, None)
    if bundle.holds_private_key:
        raise BadKey(
            "There is a private key among the certificates. Nothing was stored, but send a key only with an"
            " upload, and over https. Send the certificates alone to inspect them."
        )
    if not bundle.certificates:
        raise BadCertificate(f"No certificate given.{bundle.complaint}")
    return bundle


def _opened(certificate_chain: str, private_key: str | None, pass_phrase: str | None) -> Bundle:
    purse = Purse(pass_phrase)
    chain = _Field(CHAIN, certificate_chain, purse)
    beside = _Field(KEY, private_key or "", purse)
    keys = {key.spki: key for key in (*beside.keys, *chain.keys)}
    plain = not chain.unread and pem.is_plain(certificate_chain, [each.der for each in chain.certificates])
    bundle = Bundle(
        certificates=tuple(dict.fromkeys(chain.certificates + beside.certificates)),
        keys=tuple(keys.values()),
        text=certificate_chain if plain else "",
        sent=tuple(chain.certificates),
        unread=(*chain.unread, *beside.unread),
        holds_private_key=chain.secret or beside.secret,
    )
    if len(bundle.certificates) > MOST_CERTIFICATES or len(keys) > MOST_KEYS:
        raise Invalid(
            f"At most {MOST_CERTIFICATES} certificates and {MOST_KEYS} private keys can be sent at once."
        )
    return bundle


class _Field:
    """One field of the upload, opened block by block."""

    def __init__(self, name: str, text: str, purse: Purse) -> None:
        if len(text) > LARGEST:
            raise TooLarge(f"The {name} is longer than {LARGEST // 1024} KB.")
        blocks = pem.blocks(text)
        if len(blocks) > MOST_BLOCKS:
            raise Invalid(f"The {name} has more than {MOST_BLOCKS} blocks.")
        self._purse = purse
        self.certificates: list[Certificate] = []
        self.keys: list[PrivateKey] = []
        self.unread: list[Unread] = []
        self.secret = any("PRIVATE KEY" in block.label for block in blocks)
        for block in blocks:
            what = kind.of(block)
            try:
                self._take(block, what)
            except Invalid as error:
                self.unread.append(Unread(name, block.number, what, error.message))
                self.secret |= what in kind.SECRETS
        self.secret |= bool(self.keys)

    def _take(self, block: Block, what: Kind) -> None:
        match what:
            case Kind.CERTIFICATE:
                self.certificates.append(Certificate.load(block.der))
            case Kind.PRIVATE_KEY:
                self.keys.append(PrivateKey.load(block.der))
            case Kind.ENCRYPTED_KEY:
                self.keys.append(encryption.private_key(block, self._purse))
            case Kind.PKCS7:
                self.certificates += [Certificate.load(each) for each in _pkcs7(block.der)]
            case Kind.PKCS12:
                certificates, keys = pkcs12.read(block.der, self._purse)
                self.certificates += [Certificate.load(each) for each in certificates]
                self.keys += keys
            case Kind.PARAMETERS:
                pass  # they stand before an EC key, which repeats them
            case _:
                raise Invalid(kind.ADVICE[what])


def _pkcs7(encoded: bytes) -> list[bytes]:
    # The module takes a tenth of a cold start, for the sake of S/MIME.
    from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates  # noqa: PLC0415

    try:
        with without_warnings():
            return [each.public_bytes(Encoding.DER) for each in load_der_pkcs7_certificates(encoded)]
    except UNREADABLE:
        raise BadCertificate("The PKCS#7 file is damaged, or has no certificates.") from None
