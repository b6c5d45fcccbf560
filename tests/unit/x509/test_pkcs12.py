"""PKCS#12 files and encrypted keys: what opens, and what it may cost."""

from __future__ import annotations

import base64
import time

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, serialize_key_and_certificates

from chalicelib.errors import BadKey, Invalid, SSLEndpointError
from chalicelib.x509 import bundle, der, encryption, pkcs12
from chalicelib.x509.encryption import Purse
from tests.authority import CA, Key, key_pem, make_key
from tests.unit.x509.forms import pkcs12_file

ROOT = CA()
CA_1 = ROOT.issue_ca("Intermediate")
LEAF = CA_1.issue_cert("www.example.com")
PBES2_OID, PBKDF2_OID, SCRYPT_OID = (
    bytes.fromhex(h) for h in ("2a864886f70d01050d", "2a864886f70d01050c", "2b06010401da47040b")
)


def encrypted(method: PBES, rounds: int) -> KeySerializationEncryption:
    """Return how a PKCS#12 file is encrypted under the pass phrase "secret"."""
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds).key_cert_algorithm(method)
    return builder.hmac_hash(SHA1()).build(b"secret")


def file(method: PBES = PBES.PBESv2SHA256AndAES256CBC, rounds: int = 2048, key: Key | None = None) -> bytes:
    """Write the leaf, its intermediate and a key as PKCS#12."""
    return serialize_key_and_certificates(
        b"server",
        key or LEAF.key,
        LEAF.certificate,
        [CA_1.certificate],
        encrypted(method, rounds),
    )


def with_rounds(rounds: int) -> bytes:
    """Write a PKCS#12 file that claims a number of rounds which nobody ever did."""
    claimed = file(rounds=0x10203)
    written = der.encode(der.INTEGER, (0x10203).to_bytes(3, "big"))

    assert 2 <= claimed.count(written)
    return claimed.replace(written, der.encode(der.INTEGER, rounds.to_bytes(3, "big")))


class TestRead:
    """read()."""

    @pytest.mark.parametrize("method", list(PBES))
    def test_methods(self, method: PBES) -> None:
        """Files of today and of ten years ago are opened."""
        certificates, keys = pkcs12.read(file(method), Purse("secret"))

        assert {LEAF.certificate.public_bytes(Encoding.DER), CA_1.certificate.public_bytes(Encoding.DER)} == set(
            certificates
        )
        assert [LEAF.key_pem.encode()] == [key.pem() for key in keys]

    @pytest.mark.parametrize("pass_phrase", ["wrong", "", None])
    def test_wrong_pass_phrase(self, pass_phrase: str | None) -> None:
        """Without the right pass phrase the error says how to unpack the file."""
        with pytest.raises(Invalid, match="pass phrase"):
            pkcs12.read(file(), Purse(pass_phrase))

    def test_not_encrypted(self) -> None:
        """A file that is not encrypted needs no pass phrase."""
        certificates, keys = pkcs12.read(base64.b64decode(pkcs12_file(LEAF.key, LEAF.certificate)), Purse(None))

        assert (1, 1) == (len(certificates), len(keys))

    def test_without_a_key(self) -> None:
        """A file with certificates only has no key: not even the decoy that OpenSSL is shown."""
        _, keys = pkcs12.read(base64.b64decode(pkcs12_file(None, LEAF.certificate, CA_1.certificate)), Purse(None))

        assert [] == keys

    def test_indefinite_lengths(self) -> None:
        """BER's indefinite lengths and cut strings, as older programs write them, are read."""
        version, authenticated, *_ = der.first(file()).children()
        oid, content = authenticated.children()
        inner = der.octets(content.children()[0])
        cut = b"".join(der.encode(der.OCTET_STRING, inner[i : i + 100]) for i in range(0, len(inner), 100))
        string = b"\x24\x80" + cut + b"\0\0"
        ber = b"\x30\x80" + version.encoded + b"\x30\x80" + oid.encoded + b"\xa0\x80" + string + b"\0\0" * 3

        certificates, keys = pkcs12.read(ber, Purse("secret"))
        assert (2, 1) == (len(certificates), len(keys))

    def test_key_that_is_not_served(self) -> None:
        """A key that edges do not take is refused by name, as anywhere."""
        leaf = CA_1.issue_cert("www.example.com", kind="secp256k1")
        with pytest.raises(BadKey, match="secp256k1"):
            pkcs12.read(base64.b64decode(pkcs12_file(leaf.key, leaf.certificate)), Purse(None))


class TestCost:
    """What a stranger can make us compute."""

    def test_large_key_is_not_validated(self) -> None:
        """OpenSSL's validation of a key of 4096 bits takes 0.3 s; opening the file takes a fraction of it."""
        leaf = CA_1.issue_cert("www.example.com", kind="RSA 4096")
        written = serialize_key_and_certificates(None, leaf.key, leaf.certificate, None, NoEncryption())
        fastest = min(_seconds(lambda: pkcs12.read(written, Purse(None))) for _ in range(3))

        assert fastest < 0.1

    @pytest.mark.parametrize("rounds", [encryption.ITERATIONS + 1, 8_000_000])
    def test_iterations(self, rounds: int) -> None:
        """A file that would take too many iterations is refused before the first."""
        with pytest.raises(Invalid, match="600,000 iterations"):
            pkcs12.read(with_rounds(rounds), Purse("secret"))

    def test_iterations_are_summed(self) -> None:
        """Several parts share one allowance."""
        with pytest.raises(Invalid, match="600,000 iterations"):
            pkcs12.read(with_rounds(encryption.ITERATIONS - 100), Purse("secret"))

    @pytest.mark.parametrize("rounds", [-1, encryption.ITERATIONS + 1, 2**31, 2**64])
    def test_encrypted_key(self, rounds: int) -> None:
        """An encrypted key is held to the same allowance; a negative number is not credit."""
        with pytest.raises(Invalid, match="iterations"):
            Purse("secret").pay(der.first(algorithm(PBKDF2_OID, rounds)))

    def test_allowance_runs_out(self) -> None:
        """What was spent on one block is not there for the next."""
        purse = Purse("secret")
        purse.pay(der.first(algorithm(PBKDF2_OID, encryption.ITERATIONS)))
        with pytest.raises(Invalid, match="iterations"):
            purse.pay(der.first(algorithm(PBKDF2_OID, 1)))

    def test_openings(self) -> None:
        """Only so many things are opened, however little each of them costs."""
        purse = Purse("secret")
        cheap = der.first(algorithm(PBKDF2_OID, 1))
        for _ in range(encryption.OPENINGS):
            purse.pay(cheap)
        with pytest.raises(Invalid, match="decrypt"):
            purse.pay(cheap)

    @pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
    @pytest.mark.parametrize(("kind", "opens"), [("RSA 4096", True), ("RSA 5120", False)])
    def test_size(self, form: PrivateFormat, kind: str, opens: bool) -> None:
        """The largest key that is served is opened, a larger one is not even decrypted."""
        text = make_key(kind).private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"secret")).decode()
        found = bundle.read(LEAF.pem + text, None, "secret")

        assert opens == bool(found.keys)
        assert opens or "larger" in found.unread[0].sentence

    def test_unknown_derivation(self) -> None:
        """A way of encryption whose cost is not known is refused."""
        with pytest.raises(Invalid, match="not supported"):
            Purse("secret").pay(der.first(algorithm(SCRYPT_OID, 1)))

    def test_real_key_with_many_iterations(self) -> None:
        """The sentence about a key that costs too much says what mends it."""
        key = make_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
        start = key.index(PBKDF2_OID) + len(PBKDF2_OID)
        rounds = key.index(b"\x02\x02", start)
        hostile = bytearray(key)
        hostile[rounds : rounds + 4] = b"\x02\x02\x7f\xff"
        text = base64.b64encode(bytes(hostile)).decode()
        with pytest.raises(SSLEndpointError):
            bundle.read(LEAF.pem, text, "secret")

    def test_long_pass_phrase(self) -> None:
        """A pass phrase has a limit, too."""
        with pytest.raises(Invalid, match="pass phrase"):
            Purse("x" * 1025)

    @pytest.mark.parametrize("pass_phrase", ["\0", "secret\0", "sec\0ret"])
    def test_nul(self, pass_phrase: str) -> None:
        """A pass phrase with a NUL, on which the library panics, is refused."""
        with pytest.raises(Invalid, match="NUL"):
            bundle.read(LEAF.pem, base64.b64encode(file()).decode(), pass_phrase)


def test_headers_of_old_keys() -> None:
    """A key with Proc-Type and DEK-Info is opened, also with CRLF and CR."""
    key = make_key()
    written = key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"s")
    ).decode()
    for text in (written, written.replace("\n", "\r\n"), written.replace("\n", "\r")):
        assert [key_pem(key).encode()] == [each.pem() for each in bundle.read(LEAF.pem, text, "s").keys]


def algorithm(derivation: bytes, rounds: int) -> bytes:
    """Write the AlgorithmIdentifier of PBES2."""
    size = rounds.bit_length() // 8 + 1
    count = der.encode(der.INTEGER, rounds.to_bytes(size, "big", signed=True))
    salt = der.encode(der.OCTET_STRING, b"12345678")
    inner = der.encode(der.OBJECT_IDENTIFIER, derivation) + der.encode(der.SEQUENCE, salt + count)
    outer = der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, inner) + der.encode(der.SEQUENCE, b""))
    return der.encode(der.SEQUENCE, der.encode(der.OBJECT_IDENTIFIER, PBES2_OID) + outer)


def _seconds(do: object) -> float:
    start = time.process_time()
    do()  # type: ignore[operator]
    return time.process_time() - start
