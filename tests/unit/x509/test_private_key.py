"""Private keys: which are accepted, and that they show themselves to nobody."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import time
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization import PublicFormat as PointFormat

from chalicelib.errors import BadKey
from chalicelib.x509 import der, pem
from chalicelib.x509.private_key import PrivateKey
from tests.authority import Key, key_pem, make_key

FIELDS = ("n", "e", "d", "p", "q", "dp", "dq", "qi")


def traditional(key: Key) -> bytes:
    """Write a key as PKCS#1 or SEC 1."""
    return key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def pkcs8(key: Key) -> bytes:
    """Write a key as PKCS#8."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def pkcs1(**changed: int) -> bytes:
    """Write an RSA key of 2048 bits some of whose numbers are changed."""
    key = make_key("RSA 2048")
    assert isinstance(key, rsa.RSAPrivateKey)
    private = key.private_numbers()
    numbers = {
        "n": private.public_numbers.n,
        "e": private.public_numbers.e,
        "d": private.d,
        "p": private.p,
        "q": private.q,
        "dp": private.dmp1,
        "dq": private.dmq1,
        "qi": private.iqmp,
    } | changed
    return sequence(0, *(numbers[field] for field in FIELDS))


def sequence(*numbers: int) -> bytes:
    """Write INTEGERs in a SEQUENCE."""
    written = (number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True) for number in numbers)
    return der.encode(der.SEQUENCE, b"".join(der.encode(der.INTEGER, each) for each in written))


class TestSecrecy:
    """A key is never shown by accident."""

    KEY = PrivateKey.load(traditional(make_key()))

    @pytest.mark.parametrize(
        "show",
        [
            repr,
            str,
            "{}".format,
            "{!r:>10}".format,
            lambda key: f"{key}",
            lambda key: "%s" % key,  # noqa: UP031
            pickle.dumps,
            copy.copy,
            copy.deepcopy,
            json.dumps,
            lambda key: json.dumps(key, default=str),
            vars,
            lambda key: key.__getstate__(),
            lambda key: dataclasses.asdict(dataclasses.make_dataclass("Holder", ["key"])(key)),
        ],
    )
    def test_refused(self, show: object) -> None:
        """Printing, formatting, copying, pickling and JSON raise TypeError, which says nothing."""
        with pytest.raises(TypeError) as caught:
            show(self.KEY)  # type: ignore[operator]

        assert "BEGIN" not in str(caught.value)

    def test_only_way_out(self) -> None:
        """pem() gives PKCS#8, which loads as the same key."""
        (block,) = pem.blocks(self.KEY.pem().decode())

        assert "PRIVATE KEY" == block.label
        assert self.KEY.spki == PrivateKey.load(block.der).spki


class TestTypes:
    """Which keys are served."""

    @pytest.mark.parametrize("kind", ["P-256", "P-384", "P-521", "RSA 2048", "RSA 3072", "RSA 4096", "Ed25519"])
    def test_accepted(self, kind: str) -> None:
        """The types that edges load are accepted (whether browsers do is not asked here)."""
        key = make_key(kind)

        assert key_pem(key).encode() == PrivateKey.load(pkcs8(key)).pem()

    @pytest.mark.parametrize("kind", ["RSA 1024", "RSA 2040", "RSA 4104", "secp256k1", "Ed448", "DSA 2048"])
    def test_refused(self, kind: str) -> None:
        """Others are refused, and the sentence says which would do."""
        with pytest.raises(BadKey, match="which cannot be served") as caught:
            PrivateKey.load(pkcs8(make_key(kind)))

        assert kind.removesuffix(" 2048") in caught.value.message

    @pytest.mark.parametrize(
        ("algorithm", "name"),
        [
            ("2b656e", "X25519"),
            ("2a864886f70d010301", "Diffie-Hellman"),
            ("2a864886f70d01010a", "RSA-PSS"),
            ("2a0304", "of a type that we do not know"),
        ],
    )
    def test_refused_unseen(self, algorithm: str, name: str) -> None:
        """The library never sees types that are not served: numbers of any size would keep it busy."""
        identifier = der.encode(der.SEQUENCE, der.encode(der.OBJECT_IDENTIFIER, bytes.fromhex(algorithm)))
        key = der.encode(der.OCTET_STRING, b"anything")
        with pytest.raises(BadKey, match=name):
            PrivateKey.load(der.encode(der.SEQUENCE, sequence(0)[2:] + identifier + key))

    def test_large_dsa_key(self) -> None:
        """A DSA key of 16384 bits, whose public half takes the library a second, costs nothing."""
        large = (1 << 16384) - 1
        numbers = sequence(large, large, large)
        identifier = der.encode(der.SEQUENCE, bytes.fromhex("06072a8648ce380401") + numbers)
        key = der.encode(der.OCTET_STRING, sequence(large)[4:])
        start = time.process_time()
        with pytest.raises(BadKey, match="DSA"):
            PrivateKey.load(der.encode(der.SEQUENCE, sequence(0)[2:] + identifier + key))

        assert time.process_time() - start < 0.2


class TestRsaArithmetic:
    """The numbers of an RSA key must belong together, because the library is told not to look."""

    def test_whole(self) -> None:
        """An honest key passes."""
        assert "RSA 2048" == PrivateKey.load(pkcs1()).facts.name

    @pytest.mark.parametrize("field", FIELDS)
    @pytest.mark.parametrize("bit", [0, 1, 2, 3, 500, 1000])
    def test_one_bit(self, field: str, bit: int) -> None:
        """No number can have a bit changed."""
        before = dict(zip(FIELDS, (der.integer(each) for each in der.first(pkcs1()).children()[1:]), strict=True))
        with pytest.raises(BadKey):
            PrivateKey.load(pkcs1(**{field: before[field] ^ (1 << bit)}))

    def test_trivial_factors(self) -> None:
        """n = n · 1 is not a factorisation, whatever the other numbers say."""
        whole = dict(zip(FIELDS, (der.integer(each) for each in der.first(pkcs1()).children()[1:]), strict=True))
        d = pow(65537, -1, whole["n"] - 1)
        with pytest.raises(BadKey):
            PrivateKey.load(pkcs1(p=whole["n"], q=1, d=d, dp=d, dq=0, qi=1))

    def test_small_factor(self) -> None:
        """A modulus with a small prime factor is refused."""
        random = Random(1)
        q = random.getrandbits(1024) | 1 << 1023 | 1
        while q % 3 == 0 or (q - 1) % 65537 == 0:
            q += 2
        p = 3 * (random.getrandbits(1024) | 1 << 1023 | 1)
        while (p - 1) % 65537 == 0 or p % q == 0:
            p += 6
        d = pow(65537, -1, (p - 1) * (q - 1))
        numbers = {"n": p * q, "p": p, "q": q, "d": d, "dp": d % (p - 1), "dq": d % (q - 1), "qi": pow(q, -1, p)}
        with pytest.raises(BadKey):
            PrivateKey.load(pkcs1(**numbers))

    @pytest.mark.parametrize("e", [1, 2, 65536, 2**31 + 1, 2**40 + 1])
    def test_exponent(self, e: int) -> None:
        """An exponent that is even, one, or larger than edges take is refused."""
        with pytest.raises(BadKey):
            PrivateKey.load(pkcs1(e=e))

    def test_several_primes(self) -> None:
        """A key of more than two primes is refused."""
        with pytest.raises(BadKey):
            PrivateKey.load(pkcs1(n=der.integer(der.first(pkcs1()).children()[1]) * 65539))


class TestEllipticCurves:
    """The library compares the two halves of an elliptic curve key: this must stay so."""

    @pytest.mark.parametrize("kind", ["P-256", "P-384", "P-521"])
    def test_foreign_public_half(self, kind: str) -> None:
        """A key whose public half is another key's is refused."""
        one, other = (make_key(kind) for _ in range(2))
        mine, foreign = (
            key.public_key().public_bytes(Encoding.X962, PointFormat.UncompressedPoint) for key in (one, other)
        )
        with pytest.raises(BadKey):
            PrivateKey.load(traditional(one).replace(mine, foreign))

    @pytest.mark.parametrize("scalar", [0, 2**256 - 1])
    def test_scalar_out_of_range(self, scalar: int) -> None:
        """A scalar of zero or above the order is refused."""
        key = make_key()
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        whole = key.private_numbers().private_value.to_bytes(32, "big")
        with pytest.raises(BadKey):
            PrivateKey.load(traditional(key).replace(whole, scalar.to_bytes(32, "big")))
