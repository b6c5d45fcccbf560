"""What a browser would say, and why."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import certifi
import pytest
from cryptography.x509 import ObjectIdentifier, TLSFeature, TLSFeatureType, UnrecognizedExtension
from cryptography.x509.oid import ExtendedKeyUsageOID

from chalicelib.x509 import trust
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.distrusted import DISTRUSTED
from chalicelib.x509.facts import Reason, Verdict
from tests.authority import CA, DAY, NOW, LeafCert, self_signed, signed_with_sha1
from tests.unit.x509.shapes import anchors

ROOT = CA()
TRUSTED = anchors(ROOT)
CA_1 = ROOT.issue_ca("Intermediate")
MAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)


def judge(leaf: LeafCert, *others: CA, trusted: trust.Anchors = TRUSTED, now: datetime = NOW) -> Verdict:
    """Judge a leaf with its intermediates."""
    chained = [leaf.certificate, *leaf.issuers, *(other.certificate for other in others)]
    return trust.judge([Certificate(each) for each in chained], trusted, now)


def reasons(
    leaf: LeafCert, *others: CA, trusted: trust.Anchors = TRUSTED, now: datetime = NOW
) -> dict[str, Reason]:
    """Return the reasons by code."""
    verdict = judge(leaf, *others, trusted=trusted, now=now)

    assert verdict.trusted == (not verdict.reasons)
    return {reason.code: reason for reason in verdict.reasons}


class TestTrusted:
    """Chains that browsers accept."""

    @pytest.mark.parametrize("kind", ["P-256", "P-384", "P-521", "RSA 2048", "RSA 4096"])
    def test_key_types(self, kind: str) -> None:
        """A chain to a root is trusted, with any type of key that browsers take."""
        assert Verdict(True, ()) == judge(CA_1.issue_cert("www.example.com", kind=kind))

    @pytest.mark.parametrize("name", ["*.example.com", "localhost", "xn--bcher-kva.example", "a.b.c.example.com"])
    def test_names(self, name: str) -> None:
        """Whatever the name is: which one is right, nobody asked."""
        assert judge(CA_1.issue_cert(name)).trusted

    def test_name_that_cannot_be_asked_for(self) -> None:
        """An underscore, which the verifier does not take, is passed over for the next name."""
        assert judge(CA_1.issue_cert("my_app.example.com", "www.example.com")).trusted

    def test_root_is_sent(self) -> None:
        """A root that is served too does not matter."""
        assert judge(CA_1.issue_cert("www.example.com"), ROOT).trusted

    def test_extra_root(self) -> None:
        """A private root is trusted where the operator added it."""
        assert judge(CA_1.issue_cert("www.example.com"), trusted=anchors(CA("Another"), extra=[ROOT])).trusted

    def test_without_a_subject(self) -> None:
        """A certificate without a subject, as short-lived ones are, is trusted; the common name means nothing."""
        assert judge(CA_1.issue_cert("www.example.com", common_name="")).trusted

    def test_must_staple(self) -> None:
        """An extension that the verifier does not know is no reason."""
        staple = TLSFeature([TLSFeatureType.status_request])

        assert judge(CA_1.issue_cert("www.example.com", extensions=(staple,))).trusted


class TestReasons:
    """Chains that browsers do not accept."""

    def test_expired(self) -> None:
        """An expired leaf, with the day."""
        leaf = CA_1.issue_cert("www.example.com", not_before=NOW - 30 * DAY, not_after=NOW - DAY)

        assert ["expired"] == list(reasons(leaf))
        assert f"{NOW - DAY:%Y-%m-%d}" in reasons(leaf)["expired"].sentence

    def test_not_yet_valid(self) -> None:
        """A leaf from the future, with the day."""
        leaf = CA_1.issue_cert("www.example.com", not_before=NOW + DAY)

        assert ["not_yet_valid"] == list(reasons(leaf))
        assert f"{NOW + DAY:%Y-%m-%d}" in reasons(leaf)["not_yet_valid"].sentence

    def test_chain_expired(self) -> None:
        """An expired intermediate, with its name."""
        old = ROOT.issue_ca("Old", not_after=NOW - DAY)

        assert "CN=Old" in reasons(old.issue_cert("www.example.com"))["chain_expired"].sentence

    def test_root_expired(self) -> None:
        """An expired root, with its name."""
        root = CA("Old Root", not_after=NOW - DAY)

        found = reasons(root.issue_cert("www.example.com"), trusted=anchors(root))
        assert "CN=Old Root" in found["chain_expired"].sentence

    def test_self_signed(self) -> None:
        """A self-signed leaf, which is fine for staging."""
        found = reasons(self_signed("www.example.com"))

        assert ["self_signed"] == list(found)
        assert "staging" in found["self_signed"].remedy

    def test_untrusted_root(self) -> None:
        """A chain that ends at a private root that was sent, with its name."""
        private = CA("Private Root")
        found = reasons(private.issue_ca("Private").issue_cert("www.example.com"), private)

        assert ["untrusted_root"] == list(found)
        assert "CN=Private Root" in found["untrusted_root"].sentence

    def test_untrusted_root_that_was_left_out(self) -> None:
        """The same if the root was sent, but is not served."""
        private = CA("Private Root")
        leaf = private.issue_ca("Private").issue_cert("www.example.com")
        served = [Certificate(each) for each in (leaf.certificate, *leaf.issuers)]
        verdict = trust.judge(served, TRUSTED, NOW, [Certificate(private.certificate)])

        assert ["untrusted_root"] == [reason.code for reason in verdict.reasons]

    def test_distrusted_root(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A chain to a root that was trusted once says so, instead of asking for an intermediate."""
        once = CA("Once Trusted Root")
        monkeypatch.setattr(trust, "DISTRUSTED", frozenset({"C=US; O=Example; CN=Once Trusted Root"}))
        leaf = once.issue_ca("Once").issue_cert("www.example.com")

        assert ["distrusted_root"] == list(reasons(leaf)) == list(reasons(leaf, once))
        assert "no longer" in reasons(leaf)["distrusted_root"].sentence

    @pytest.mark.parametrize("url", [None, "http://ca.example.com/1.crt"])
    def test_missing_intermediate(self, url: str | None) -> None:
        """A missing issuer, with its name and where to get it."""
        leaf = CA_1.issue_cert("www.example.com", issuer_url=url)
        found = reasons(LeafCert(leaf.certificate, leaf.key))

        assert ["missing_intermediate"] == list(found)
        assert "C=US; O=Example; CN=Intermediate," in found["missing_intermediate"].sentence
        assert (url or "from the authority") in found["missing_intermediate"].remedy
        assert ("C=US; O=Example; CN=Intermediate",) == found["missing_intermediate"].subjects

    def test_second_intermediate_is_missing(self) -> None:
        """Of two intermediates the one that is missing is named."""
        leaf = CA_1.issue_ca("Second").issue_cert("www.example.com")
        verdict = trust.judge([Certificate(each) for each in (leaf.certificate, leaf.issuers[0])], TRUSTED, NOW)

        assert "CN=Intermediate, which issued C=US; O=Example; CN=Second" in verdict.reasons[0].sentence

    def test_no_san(self) -> None:
        """A leaf with nothing but a common name."""
        found = reasons(CA_1.issue_cert(common_name="www.example.com"))

        assert ["no_san"] == list(found)
        assert ("CN=www.example.com",) == tuple(name[-18:] for name in found["no_san"].subjects)

    @pytest.mark.parametrize("kind", ["secp256k1", "Ed25519", "DSA 2048"])
    def test_key_type(self, kind: str) -> None:
        """A key that browsers do not take, which the verifier would accept."""
        assert kind in reasons(CA_1.issue_cert("www.example.com", kind=kind))["key_type"].sentence

    def test_weak_key(self) -> None:
        """A key that is too short, which the verifier would accept."""
        assert "RSA 1024" in reasons(CA_1.issue_cert("www.example.com", kind="RSA 1024"))["weak_key"].sentence

    def test_weak_signature(self) -> None:
        """A signature that can be forged, on the leaf or on an intermediate."""
        leaf = CA_1.issue_cert("www.example.com")
        weak_leaf = LeafCert(signed_with_sha1(leaf.certificate, CA_1.key), leaf.key, leaf.issuers)
        weak_chain = LeafCert(leaf.certificate, leaf.key, (signed_with_sha1(CA_1.certificate, ROOT.key),))

        assert ["weak_signature"] == list(reasons(weak_leaf)) == list(reasons(weak_chain))
        assert "CN=Intermediate is signed" in reasons(weak_chain)["weak_signature"].sentence
        assert ("C=US; O=Example; CN=Intermediate",) == reasons(weak_chain)["weak_signature"].subjects

    def test_chain_eku(self) -> None:
        """A certificate that is for something else than servers, the leaf's or an intermediate."""
        leaf = CA_1.issue_cert("www.example.com", usages=MAIL)
        below = ROOT.issue_ca("Mail", usages=MAIL).issue_cert("www.example.com")

        assert ["chain_eku"] == list(reasons(leaf)) == list(reasons(below))
        assert "CN=Mail" in reasons(below)["chain_eku"].sentence

    def test_without_client_authentication(self) -> None:
        """A certificate that is for servers only, as all new ones are, is fine."""
        assert judge(CA_1.issue_cert("www.example.com", usages=(ExtendedKeyUsageOID.SERVER_AUTH,))).trusted

    def test_several(self) -> None:
        """All reasons are given, not the first."""
        private = CA("Private Root")
        leaf = private.issue_cert(common_name="x", not_before=NOW - 9 * DAY, not_after=NOW - DAY, kind="RSA 1024")

        assert {"weak_key", "expired", "no_san", "untrusted_root"} == set(reasons(leaf, private))

    def test_unverifiable(self) -> None:
        """What only the verifier objects to is told in its words."""
        unknown = UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        found = reasons(CA_1.issue_cert("www.example.com", critical=(unknown,)))

        assert ["unverifiable"] == list(found)
        assert "1.2.3.4: certificate contains unaccounted-for critical" in found["unverifiable"].sentence

    def test_unverifiable_without_words(self) -> None:
        """Where the verifier has no words that help, none are given."""
        constrained = ROOT.issue_ca("Constrained", only="example.net")
        found = reasons(constrained.issue_cert("www.example.com"))

        assert ["unverifiable"] == list(found)
        assert found["unverifiable"].sentence.endswith("insist on.")

    def test_bypassed_order(self) -> None:
        """A chain in the wrong order is judged as browsers do, who put it right."""
        second = CA_1.issue_ca("Second")
        leaf = second.issue_cert("www.example.com")
        backwards = LeafCert(leaf.certificate, leaf.key, tuple(reversed(leaf.issuers)))

        assert judge(backwards).trusted


def moment(text: str) -> datetime:
    """Read a day."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


class TestLifetime:
    """How long a certificate may be valid depends on when its validity begins."""

    @pytest.mark.parametrize(
        ("begins", "days"),
        [
            ("2025-12-01", 398),
            ("2026-03-14", 398),
            ("2026-03-15", 200),
            ("2027-03-14", 200),
            ("2027-03-15", 100),
            ("2029-03-14", 100),
            ("2029-03-15", 47),
            ("2032-01-01", 47),
        ],
    )
    def test_longest(self, begins: str, days: int) -> None:
        """So many days are accepted, a second more is not."""
        root = CA("Root", not_before=moment("2020-01-01"), not_after=moment("2050-01-01"))
        start = moment(begins)
        for extra, codes in ((timedelta(0), []), (timedelta(seconds=1), ["lifetime_too_long"])):
            leaf = root.issue_cert(
                "www.example.com", not_before=start, not_after=start + timedelta(days=days) + extra
            )

            assert codes == list(reasons(leaf, trusted=anchors(root), now=start + DAY))

    def test_private_root(self) -> None:
        """A private authority's certificates may be valid for ever."""
        leaf = CA_1.issue_cert("www.example.com", not_after=NOW + 9 * 365 * DAY)

        assert judge(leaf, trusted=anchors(CA("Another"), extra=[ROOT])).trusted

    def test_sentence(self) -> None:
        """The sentence says how long it is and how long it may be."""
        start = moment("2026-06-01")
        root = CA("Root", not_before=moment("2020-01-01"), not_after=moment("2050-01-01"))
        leaf = root.issue_cert("www.example.com", not_before=start, not_after=start + timedelta(days=365))

        sentence = reasons(leaf, trusted=anchors(root), now=start + DAY)["lifetime_too_long"].sentence
        assert "365 days" in sentence
        assert "at most 200" in sentence


class TestJudgedAgain:
    """Chains whose verdict is known, by other roots."""

    LEAF = CA_1.issue_cert("www.example.com")
    SERVED = tuple(Certificate(each) for each in (LEAF.certificate, *LEAF.issuers))

    def again(self, before: Verdict, *roots: CA) -> list[str]:
        """Return the codes of the verdict by these roots."""
        return [reason.code for reason in trust.judge(self.SERVED, anchors(*roots), NOW, (), before).reasons]

    def test_root_that_is_gone_is_no_missing_intermediate(self) -> None:
        """What lacked nothing lacks nothing now: its last issuer is a root, and is not trusted."""
        trusted = judge(self.LEAF)
        untrusted = trust.judge(self.SERVED, anchors(), NOW, (), trusted)

        assert "CN=Example Root CA" in untrusted.reasons[0].sentence
        assert ["untrusted_root"] == self.again(trusted) == self.again(untrusted, CA("Other Root"))
        assert [] == self.again(untrusted, ROOT)

    def test_distrusted_root(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One that is known to have been trusted is called that."""
        monkeypatch.setattr(trust, "DISTRUSTED", frozenset({"C=US; O=Example; CN=Example Root CA"}))

        assert ["distrusted_root"] == self.again(judge(self.LEAF))

    def test_missing_intermediate_is_still_missing(self) -> None:
        """What lacked an intermediate lacks it by any roots."""
        assert ["missing_intermediate"] == self.again(judge(self.LEAF, trusted=anchors()))

    def test_digest_tells_roots_apart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is the same for the same roots in any order, and another one for any that matter otherwise."""
        other = CA("Other Root")
        extra = trust.Anchors([Certificate(ROOT.certificate)], [Certificate(other.certificate)])
        found = [trust.digest(each) for each in (anchors(ROOT, other), anchors(ROOT), anchors(), extra)]
        again = trust.digest(anchors(other, ROOT))
        monkeypatch.setattr(trust, "DISTRUSTED", frozenset({"C=US; O=Example; CN=Example Root CA"}))

        assert again == found[0]
        assert 5 == len({*found, trust.digest(anchors(ROOT))})


class TestMozilla:
    """The real roots."""

    ANCHORS = trust.mozilla()

    def test_all_are_loaded(self) -> None:
        """Every root of certifi's file is loaded, and none of them is called distrusted."""
        assert certifi.contents().count("-----BEGIN") == len(self.ANCHORS)

    def test_extra(self) -> None:
        """Private roots are added; what cannot be read among them is passed over."""
        extra = (ROOT.pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").encode()
        trusted = trust.mozilla(extra)

        assert len(self.ANCHORS) + 1 == len(trusted)
        assert not trusted.is_mozilla(Certificate(ROOT.certificate))
        assert judge(CA_1.issue_cert("www.example.com"), trusted=trusted).trusted

    def test_strangers_are_not_trusted(self) -> None:
        """Our own root is not Mozilla's."""
        assert ["missing_intermediate"] == list(reasons(CA_1.issue_cert("www.example.com"), trusted=self.ANCHORS))

    def test_distrusted_names(self) -> None:
        """The list of roots that were trusted once is as it would be written of a certificate."""
        assert "C=US; O=DigiCert Inc; OU=www.digicert.com; CN=DigiCert Global Root CA" in DISTRUSTED
        assert all("=" in name for name in DISTRUSTED)
        assert "C=US; O=Internet Security Research Group; CN=ISRG Root X1" not in DISTRUSTED
