"""The search for paths: that it ends."""

from __future__ import annotations

import itertools

import pytest
from cryptography import x509

from chalicelib.x509 import paths
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.paths import End, Search, empty_pool
from tests.authority import CA, DAY, NOW
from tests.unit.x509.shapes import anchors, pool


def search(*certificates: x509.Certificate, roots: tuple[CA, ...] = ()) -> Search:
    """Return a search through certificates."""
    return Search([Certificate(each) for each in certificates], anchors(*roots), NOW)


def mesh(size: int) -> tuple[list[CA], list[x509.Certificate]]:
    """Return authorities each of which has cross-signed every other."""
    authorities = [CA(f"Mesh {number}") for number in range(size)]
    pairs = itertools.permutations(authorities, 2)
    return authorities, [one.cross_sign(other).certificate for one, other in pairs]


class TestBest:
    """best()."""

    def test_ends(self) -> None:
        """A path ends at a trust anchor, at a root that was sent, or where nobody was sent."""
        root = CA()
        ca = root.issue_ca("Intermediate")
        leaf = Certificate(ca.issue_cert("www.example.com").certificate)

        assert End.ROOTED is search(ca.certificate, roots=(root,)).best(leaf).end
        assert End.SELF_SIGNED is search(ca.certificate, root.certificate).best(leaf).end
        assert End.MISSING is search(ca.certificate).best(leaf).end
        assert Certificate(root.certificate) == search(ca.certificate, root.certificate).best(leaf).root

    def test_live_anchor(self) -> None:
        """Of two trust anchors with one name and key the one that is valid is taken."""
        root = CA()
        expired = CA(key=root.key, not_after=NOW - DAY)
        leaf = Certificate(root.issue_cert("www.example.com").certificate)

        for order in ((root, expired), (expired, root)):
            assert Certificate(root.certificate) == search(roots=order).best(leaf).root

    def test_loop(self) -> None:
        """Two authorities that have signed each other do not make an endless path."""
        authorities, certificates = mesh(2)
        leaf = Certificate(authorities[0].issue_cert("www.example.com").certificate)

        assert 3 == len(search(*certificates).best(leaf).certificates)

    def test_leaf_alone_asks_nobody(self) -> None:
        """A self-signed leaf has no issuer to look for."""
        root = CA()
        asked: list[str] = []

        path = search().best(Certificate(root.certificate), lambda key: asked.append(key) or ())  # type: ignore[func-returns-value]
        assert End.MISSING is path.end
        assert [] == asked


class TestLimits:
    """What a stranger can make us compute."""

    @pytest.mark.parametrize("anchored", [0, 1])
    def test_mesh(self, anchored: int) -> None:
        """A mesh of eight authorities is given up after so many steps and signatures; what is found is served."""
        authorities, certificates = mesh(8)
        leaf = Certificate(authorities[0].issue_cert("www.example.com").certificate)
        found = search(*certificates, roots=tuple(authorities[-1:] * anchored))
        path = found.best(leaf)

        assert (End.ROOTED if anchored else End.MISSING) is path.end
        assert found.steps <= paths.STEPS + paths.LONGEST * 8
        assert len(found.signatures) <= paths.SIGNATURES
        assert len(path.certificates) <= paths.LONGEST

    def test_namesakes(self) -> None:
        """Of 63 issuers with the right name and the wrong key not all are tried."""
        namesakes = [CA("Intermediate").certificate for _ in range(63)]
        leaf = Certificate(CA("Intermediate").issue_cert("www.example.com").certificate)
        found = search(*namesakes)
        found.best(leaf)

        assert paths.SIGNATURES == len(found.signatures)

    def test_namesake_with_the_right_key_identifier(self) -> None:
        """The key identifier finds the right issuer among 62 namesakes."""
        root = CA()
        right = root.issue_ca("Intermediate")
        namesakes = [root.issue_ca("Intermediate").certificate for _ in range(62)]
        leaf = Certificate(right.issue_cert("www.example.com").certificate)
        found = search(*namesakes, right.certificate, roots=(root,))

        assert [leaf, Certificate(right.certificate)] == list(found.best(leaf).certificates)
        assert len(found.signatures) <= paths.SIGNATURES

    def test_one_check_for_one_key(self) -> None:
        """Certificates with one name and one key are checked once."""
        root, older = CA(), CA("Older Root")
        same = [older.cross_sign(root).certificate for _ in range(30)]
        leaf = Certificate(root.issue_cert("www.example.com").certificate)
        found = search(*same)
        found.best(leaf)

        assert 1 == len(found.signatures)

    def test_pool_is_asked_seldom(self) -> None:
        """A pool, which may be far away, is asked once for each issuer and for a few issuers only."""
        asked: list[str] = []
        authority = CA("Root")
        chained = [authority := authority.issue_ca(f"Intermediate {n}") for n in range(12)]
        leaf = Certificate(authority.issue_cert("www.example.com").certificate)
        known = pool(*(ca.certificate for ca in chained))
        path = search().best(leaf, lambda key: asked.append(key) or known(key))  # type: ignore[func-returns-value]

        assert len(asked) == len(set(asked)) <= paths.ISSUERS_ASKED
        assert [leaf] == list(path.certificates)  # what leads nowhere is not added

    def test_empty_pool(self) -> None:
        """The empty pool knows nothing."""
        assert () == tuple(empty_pool("anything"))
