"""Pass phrases, and what using them may cost."""

from __future__ import annotations

import base64

from chalicelib.errors import Invalid
from chalicelib.x509 import der
from chalicelib.x509.pem import Block
from chalicelib.x509.private_key import PrivateKey

ITERATIONS = 600_000  # of key derivation in one upload: OWASP's advice for PBKDF2, about 0.3 s
OPENINGS = 10  # in one upload
LARGEST = 2600  # bytes of an encrypted key; RSA 4096 takes 2,500
LONGEST_PASS_PHRASE = 1024
# The library takes no empty pass phrase; this one gives the same keys, as HMAC fills up with zeros (RFC 2104).
EMPTY = b"\0"
DECRYPT = "decrypt it with `openssl pkey -in server.key -out server.key.plain` and send server.key.plain"
PBES2 = bytes.fromhex("2a864886f70d01050d")
PBKDF2 = bytes.fromhex("2a864886f70d01050c")
# RFC 8018 appendix A.3 (1.2.840.113549.1.5.x) and RFC 7292 appendix C (1.2.840.113549.1.12.1.x).
PBES1 = (bytes.fromhex("2a864886f70d0105"), bytes.fromhex("2a864886f70d010c01"))


class Purse:
    """A pass phrase, and what may still be spent on opening things with it."""

    def __init__(self, pass_phrase: str | None) -> None:
        self.pass_phrase = (pass_phrase or "").encode("utf-8", "replace")
        self._iterations, self._openings = ITERATIONS, OPENINGS
        if len(self.pass_phrase) > LONGEST_PASS_PHRASE:
            raise Invalid(f"A pass phrase has at most {LONGEST_PASS_PHRASE} bytes.")
        if b"\0" in self.pass_phrase:  # the library would panic, which ends the thread
            raise Invalid("A pass phrase has no NUL character in it.")

    def pay(self, algorithm: der.Element) -> None:
        """Spend an AlgorithmIdentifier's iterations, whose number the sender chose.

        Raises Invalid if they are too many, or if it is not known how many they are.
        """
        try:
            iterations = _iterations(algorithm)
        except ValueError:
            raise Invalid(f"It is encrypted in a way that is not supported: {DECRYPT}.") from None
        self._iterations -= iterations
        self._openings -= 1
        if iterations < 0 or self._iterations < 0 or self._openings < 0:
            raise Invalid(f"It would take more than {ITERATIONS:,} iterations to decrypt: {DECRYPT}.")


def private_key(block: Block, purse: Purse) -> PrivateKey:
    """Decrypt a key: PKCS#8, or one with RFC 1421's headers; raise Invalid if it cannot be used."""
    if not purse.pass_phrase:
        raise Invalid(f"It is an encrypted private key: {DECRYPT}.")
    if not block.headers:
        return pkcs8(block.der, purse)
    _check_size(block.der)
    return PrivateKey.load(_with_headers(block), purse.pass_phrase)


def pkcs8(encoded: bytes, purse: Purse) -> PrivateKey:
    """Decrypt an EncryptedPrivateKeyInfo (RFC 5208 section 6); raise Invalid if it cannot be used."""
    _check_size(encoded)
    purse.pay(der.first(encoded).children()[0])
    return PrivateKey.load(encoded, purse.pass_phrase or EMPTY)


def _check_size(encoded: bytes) -> None:
    """Refuse what is too large before it is decrypted: what is inside may take the library long, too."""
    if len(encoded) > LARGEST:
        raise Invalid(f"It is larger than any private key that is served: {DECRYPT}.")


def _iterations(algorithm: der.Element) -> int:
    identifier, parameters = algorithm.children()[:2]
    if identifier.content == PBES2:
        identifier, parameters = parameters.children()[0].children()[:2]
        if identifier.content != PBKDF2:
            raise ValueError("another key derivation, such as scrypt")
    elif not identifier.content.startswith(PBES1):
        raise ValueError("another encryption")
    _salt, iterations, *_ = parameters.children()
    return der.integer(iterations)


def _with_headers(block: Block) -> bytes:
    headers = "".join(f"{name}: {value}\n" for name, value in block.headers)
    body = base64.encodebytes(block.der).decode("ascii")
    return f"-----BEGIN {block.label}-----\n{headers}\n{body}-----END {block.label}-----\n".encode(
        "ascii", "replace"
    )
