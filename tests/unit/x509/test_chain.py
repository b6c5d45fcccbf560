"""From what was sent to what is served."""

from __future__ import annotations

import itertools

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from chalicelib.errors import BadCertificate, BadKey, KeyMismatch
from chalicelib.x509 import bundle, chain
from chalicelib.x509.paths import empty_pool
from tests.authority import CA, DAY, NOW, LeafCert, key_pem, make_key, pem, self_signed
from tests.unit.x509.shapes import SHAPES, anchors, build, codes, loaded, pool

ROOT = CA()
TRUSTED = anchors(ROOT)
CA_1 = ROOT.issue_ca("Intermediate 1")
CA_2 = CA_1.issue_ca("Intermediate 2")
LEAF = CA_2.issue_cert("www.example.com", "example.com")
CHAIN = [LEAF.certificate, CA_2.certificate, CA_1.certificate]
STRANGER = CA("Stranger").issue_ca("Stranger's Intermediate")


def done(served: chain.Served) -> dict[str, list[str]]:
    """Return what the changes say: subjects by action."""
    actions: dict[str, list[str]] = {"kept": [], "dropped": [], "added": []}
    for change in served.changes:
        actions[change.action].append(change.subject.removeprefix("C=US; O=Example; CN="))
        assert (change.why == "") == (change.action == "kept")
    return actions


class TestKept:
    """What is right already."""

    @pytest.mark.parametrize(
        "text",
        [
            LEAF.chain_pem,
            LEAF.chain_pem.replace("\n", "\r\n"),
            "leaf\n" + LEAF.chain_pem + "\n\n",
            LEAF.chain_pem[:-1],
        ],
    )
    def test_byte_for_byte(self, text: str) -> None:
        """What is ordered and trusted is served exactly as it was sent."""
        served = chain.build(bundle.read(text, LEAF.key_pem), TRUSTED, empty_pool, NOW)

        assert text == served.text
        assert CHAIN == loaded(served)
        assert ["kept"] * 3 == [change.action for change in served.changes]
        assert [] == codes(served, TRUSTED)

    def test_key_in_the_same_file(self) -> None:
        """A key that was sent among the certificates is not in the served text."""
        served = chain.build(bundle.read(LEAF.chain_pem + LEAF.key_pem), TRUSTED, empty_pool, NOW)

        assert LEAF.chain_pem == served.text
        assert LEAF.key_pem.encode() == served.key.pem()

    def test_cross_sign_that_leads_elsewhere(self) -> None:
        """Heroku's rule: what is ordered and trusted keeps a cross-signed root, even if its root is unknown."""
        crossed = CA("Older Root").cross_sign(ROOT)
        sent = [*CHAIN, crossed.certificate]

        assert sent == loaded(build(LEAF, sent, TRUSTED))

    def test_self_signed(self) -> None:
        """A self-signed certificate is served as it was sent, and not trusted."""
        leaf = self_signed("staging.example.com")
        served = build(leaf, [leaf.certificate], TRUSTED)

        assert leaf.pem == served.text
        assert ["self_signed"] == codes(served, TRUSTED)

    def test_same_file_again(self) -> None:
        """The same certificates in another order have the same fingerprints and the same key."""
        first, second = build(LEAF, CHAIN, TRUSTED), build(LEAF, reversed([*CHAIN, ROOT.certificate]), TRUSTED)

        assert first.fingerprints == second.fingerprints
        assert first.key.spki == second.key.spki == first.certificates[0].spki


class TestOrdered:
    """What has to be put right."""

    @pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
    def test_any_order(self, order: tuple[int, ...]) -> None:
        """In whatever order, the chain is leaf first and the root is left out."""
        sent = [*CHAIN, ROOT.certificate]
        served = build(LEAF, [sent[i] for i in order], TRUSTED)

        assert LEAF.chain_pem == served.text
        assert {"kept", "dropped"} == {change.action for change in served.changes}
        assert ["Example Root CA"] == done(served)["dropped"]

    def test_duplicates_and_strangers(self) -> None:
        """What was sent twice is served once, and what has nothing to do with the leaf is left out."""
        served = build(LEAF, [*CHAIN, *CHAIN, *STRANGER.issuers], TRUSTED)

        assert CHAIN == loaded(served)
        assert "Stranger's Intermediate" in done(served)["dropped"]
        assert "It was sent 2 times." in {change.why for change in served.changes}

    def test_expired_cross_sign(self) -> None:
        """An expired cross-sign is left out."""
        expired = CA("Older Root").cross_sign(ROOT, not_after=NOW - DAY)

        served = build(LEAF, [*CHAIN, expired.certificate], anchors(ROOT))
        assert CHAIN == loaded(served)

    def test_expired_cross_sign_of_a_trusted_root(self) -> None:
        """An expired cross-sign is left out also when its root is trusted still."""
        older = CA("Older Root")
        expired = older.cross_sign(ROOT, not_after=NOW - DAY)

        assert CHAIN == loaded(build(LEAF, [*CHAIN, expired.certificate], anchors(ROOT, older)))

    @pytest.mark.parametrize("name", SHAPES)
    def test_longest_path(self, name: str) -> None:
        """The longest path to a trusted root is served, in whatever order and with whatever roots it was sent."""
        shape = SHAPES[name]()
        for sent in itertools.islice(itertools.permutations([*shape.chain, *shape.others]), 0, None, 7):
            assert shape.chain == loaded(build(shape.leaf, sent, shape.trusted))

        assert pem(*shape.chain) == build(shape.leaf, shape.chain, shape.trusted).text

    def test_longest_path_is_not_used_if_it_is_refused(self) -> None:
        """A cross-sign that browsers refuse does not make a chain untrusted that is trusted without it."""
        older = CA("Older Root")
        mail = older.cross_sign(CA_1, usages=(ExtendedKeyUsageOID.EMAIL_PROTECTION,))
        for sent in itertools.permutations([*CHAIN, mail.certificate]):
            assert [] == codes(build(LEAF, sent, anchors(ROOT, older)), anchors(ROOT, older))

    @pytest.mark.parametrize("sent", [1, 2])
    def test_intermediates_beside_the_key(self, sent: int) -> None:
        """Intermediates that came in the key's field, as out of a PKCS#12 file, complete the chain."""
        beside = pem(*CHAIN[sent:]) + LEAF.key_pem
        served = chain.build(bundle.read(pem(*CHAIN[:sent]), beside), TRUSTED, empty_pool, NOW)

        assert LEAF.chain_pem == served.text
        assert [] == codes(served, TRUSTED)

    def test_private_authority(self) -> None:
        """The intermediate of a private authority is kept, its root left out."""
        served = build(LEAF, [ROOT.certificate, *reversed(CHAIN)], anchors(CA("Another")))

        assert LEAF.chain_pem == served.text
        assert ["untrusted_root"] == codes(served, anchors())

    def test_extra_root(self) -> None:
        """A private root that the operator added is trusted."""
        trusted = anchors(CA("Another"), extra=[ROOT])

        assert [] == codes(build(LEAF, CHAIN, trusted), trusted)

    def test_certificates_in_both_fields(self) -> None:
        """A leaf that was sent beside its key is served with the intermediates of the other field."""
        sent = bundle.read(CA_1.pem + CA_2.pem, LEAF.key_pem + LEAF.pem)

        assert LEAF.chain_pem == chain.build(sent, TRUSTED, empty_pool, NOW).text

    def test_expired_intermediate(self) -> None:
        """The only path is served even if a part of it has expired."""
        old = ROOT.issue_ca("Old", not_after=NOW - DAY)
        leaf = old.issue_cert("www.example.com")
        served = build(leaf, [old.certificate, leaf.certificate], TRUSTED)

        assert leaf.chain_pem == served.text
        assert ["chain_expired"] == codes(served, TRUSTED)


class TestLeaf:
    """Which certificate is the leaf."""

    def test_renewed(self) -> None:
        """Of two certificates with one key the one that is valid for longer is served."""
        renewed = CA_2.issue_cert("www.example.com", key=LEAF.key, not_after=NOW + 85 * DAY)
        for sent in itertools.permutations([*CHAIN, renewed.certificate]):
            assert renewed.certificate == loaded(build(LEAF, sent, TRUSTED))[0]

    def test_predecessor_was_self_signed(self) -> None:
        """A certificate of an authority goes before a self-signed one, however long that is valid."""
        own = self_signed("www.example.com", key=LEAF.key)

        assert CHAIN == loaded(build(LEAF, [own.certificate, *CHAIN], TRUSTED))

    def test_not_yet_valid(self) -> None:
        """A certificate that is valid now goes before one that will be valid for longer."""
        later = CA_2.issue_cert("www.example.com", key=LEAF.key, not_before=NOW + DAY, not_after=NOW + 85 * DAY)

        assert CHAIN == loaded(build(LEAF, [later.certificate, *CHAIN], TRUSTED))

    def test_rooted_before_longer(self) -> None:
        """A certificate whose chain is complete goes before one that is valid for longer."""
        other = STRANGER.issue_cert("www.example.com", key=LEAF.key, not_after=NOW + 85 * DAY)

        assert CHAIN == loaded(build(LEAF, [other.certificate, *CHAIN], TRUSTED))

    def test_several_keys(self) -> None:
        """Of several keys the one that fits is used."""
        sent = bundle.read(LEAF.chain_pem, key_pem(make_key()) + LEAF.key_pem)

        assert LEAF.key_pem.encode() == chain.build(sent, TRUSTED, empty_pool, NOW).key.pem()

    def test_mismatch(self) -> None:
        """A key that fits nothing is refused, and the sentence names the key and the certificates."""
        with pytest.raises(KeyMismatch) as caught:
            chain.build(bundle.read(LEAF.pem, key_pem(make_key("P-384"))), TRUSTED, empty_pool, NOW)

        assert caught.value.message.startswith("No key found that signs the certificate")
        assert "EC P-384" in caught.value.message
        assert "CN=www.example.com (EC P-256)" in caught.value.message

    def test_no_key(self) -> None:
        """Without a key nothing can be served."""
        with pytest.raises(BadKey, match="No private key"):
            chain.build(bundle.read(LEAF.pem), TRUSTED, empty_pool, NOW)

    def test_ed25519(self) -> None:
        """Ed25519 is refused, because browsers do not accept it, unless the upload is left as it is."""
        leaf = CA_1.issue_cert("www.example.com", kind="Ed25519")
        sent = bundle.read(leaf.chain_pem, leaf.key_pem)
        with pytest.raises(BadKey, match="Ed25519"):
            chain.build(sent, TRUSTED, empty_pool, NOW)

        assert leaf.chain_pem == chain.as_sent(sent).text
        assert ["key_type"] == codes(chain.as_sent(sent), TRUSTED)

    def test_unreadable_extension(self) -> None:
        """A leaf that an edge could not load is refused."""
        broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.31"), b"\x30\x05junk")
        leaf = CA_1.issue_cert("www.example.com", extensions=(broken,))
        sent = bundle.read(leaf.chain_pem, leaf.key_pem)
        with pytest.raises(BadCertificate, match="cannot be served"):
            chain.build(sent, TRUSTED, empty_pool, NOW)
        with pytest.raises(BadCertificate, match="cannot be served"):
            chain.as_sent(sent)


class TestCompleted:
    """What is missing."""

    def test_one(self) -> None:
        """A missing intermediate is added, and said to be."""
        served = build(LEAF, CHAIN[:2], TRUSTED, pool(CA_1.certificate, STRANGER.certificate))

        assert LEAF.chain_pem == served.text
        assert ["Intermediate 1"] == done(served)["added"]

    def test_all(self) -> None:
        """A leaf alone gets its whole chain."""
        served = build(LEAF, CHAIN[:1], TRUSTED, pool(CA_1.certificate, CA_2.certificate))

        assert LEAF.chain_pem == served.text

    @pytest.mark.parametrize("name", SHAPES)
    def test_public_authorities(self, name: str) -> None:
        """A leaf alone gets a chain that is trusted, and no root, even if the pool holds roots."""
        shape = SHAPES[name]()
        served = build(shape.leaf, shape.chain[:1], shape.trusted, pool(*shape.chain, *shape.others))

        assert [] == codes(served, shape.trusted)
        assert not any(each.self_signed for each in served.certificates)

    def test_fewest(self) -> None:
        """No more is added than is needed."""
        older = CA("Older Root")
        crossed = older.cross_sign(ROOT)
        served = build(LEAF, CHAIN[:2], anchors(ROOT, older), pool(CA_1.certificate, crossed.certificate))

        assert CHAIN == loaded(served)

    def test_expired_is_replaced(self) -> None:
        """An expired intermediate is replaced by its successor."""
        expired = ROOT.cross_sign(CA_1, not_after=NOW - DAY)
        served = build(LEAF, [*CHAIN[:2], expired.certificate], TRUSTED, pool(CA_1.certificate))

        assert CHAIN == loaded(served)

    def test_nothing_that_does_not_help(self) -> None:
        """Nothing is added that does not lead to a trusted root: no pool can make a chain worse."""
        served = build(LEAF, CHAIN[:2], anchors(CA("Another")), pool(CA_1.certificate, ROOT.certificate))

        assert CHAIN[:2] == loaded(served)
        assert [] == done(served)["added"]

    @pytest.mark.parametrize("impostor_name", ["Intermediate 1", "Intermediate 2"])
    def test_impostor_with_the_same_name(self, impostor_name: str) -> None:
        """A stranger's certificate with the right name, but another key, is not added."""
        impostor = ROOT.issue_ca(impostor_name)
        served = build(LEAF, CHAIN[:1], TRUSTED, pool(impostor.certificate, CA_1.certificate, CA_2.certificate))

        assert CHAIN == loaded(served)

    def test_leaf_cannot_issue(self) -> None:
        """A customer's leaf in the pool does not become an authority."""
        middle = LeafCert(CHAIN[0], LEAF.key)
        forged = CA("www.example.com", key=middle.key, certificate=middle.certificate).issue_cert("bank.example")
        served = build(forged, [forged.certificate], TRUSTED, pool(*CHAIN))

        assert [forged.certificate] == loaded(served)
        assert ["missing_intermediate"] == codes(served, TRUSTED)

    def test_expired_leaf(self) -> None:
        """An expired leaf is completed, too, so that its reason is the only one."""
        leaf = CA_2.issue_cert("www.example.com", not_before=NOW - 90 * DAY, not_after=NOW - DAY)
        served = build(leaf, [leaf.certificate], TRUSTED, pool(CA_1.certificate, CA_2.certificate))

        assert 3 == len(served.certificates)
        assert ["expired"] == codes(served, TRUSTED)

    def test_expired_is_replaced_below_a_leaf_that_is_refused_itself(self) -> None:
        """What is wrong with the leaf is no excuse for an issuer that has expired: its successor is served."""
        leaf = CA_2.issue_cert(common_name="www.example.com")
        expired = CA_1.cross_sign(CA_2, not_after=NOW - DAY).certificate
        sent = [leaf.certificate, expired, CA_1.certificate]
        served = build(leaf, sent, TRUSTED, pool(CA_1.certificate, CA_2.certificate))

        assert [leaf.certificate, CA_2.certificate, CA_1.certificate] == loaded(served)
        assert ["no_san"] == codes(served, TRUSTED)

    def test_authority_for_mail(self) -> None:
        """An intermediate that is not for servers is not added."""
        mail = ROOT.issue_ca("Mail", usages=(ExtendedKeyUsageOID.EMAIL_PROTECTION,))
        leaf = mail.issue_cert("www.example.com")

        assert [leaf.certificate] == loaded(build(leaf, [leaf.certificate], TRUSTED, pool(mail.certificate)))


class TestAsSent:
    """preprocess: false."""

    @pytest.mark.parametrize(
        "text",
        [LEAF.chain_pem + ROOT.pem + ROOT.pem, LEAF.pem, LEAF.pem + STRANGER.pem + CA_1.pem, "x\n" + LEAF.pem],
    )
    def test_exactly(self, text: str) -> None:
        """What was sent is served byte for byte, whatever it is."""
        served = chain.as_sent(bundle.read(text, LEAF.key_pem))

        assert text == served.text
        assert {"kept"} == {change.action for change in served.changes}

    def test_binary(self) -> None:
        """What an edge could not read as it was sent is written as PEM, in the same order."""
        text = (LEAF.pem + ROOT.pem + ROOT.pem).encode("utf-16").decode("latin-1")

        assert LEAF.pem + ROOT.pem + ROOT.pem == chain.as_sent(bundle.read(text, LEAF.key_pem)).text

    def test_key_among_the_certificates(self) -> None:
        """A key in the chain's field is not served."""
        assert LEAF.pem == chain.as_sent(bundle.read(LEAF.pem + LEAF.key_pem)).text

    def test_first_must_fit(self) -> None:
        """The key has to fit the first certificate, not any."""
        with pytest.raises(KeyMismatch, match="first certificate"):
            chain.as_sent(bundle.read(CA_2.pem + LEAF.pem, LEAF.key_pem))

    def test_leaf_beside_the_key(self) -> None:
        """Without a certificate in the chain's own field there is nothing to serve as it was sent."""
        with pytest.raises(BadCertificate, match="No certificate"):
            chain.as_sent(bundle.read("", LEAF.key_pem + LEAF.pem))

    def test_damaged_block(self) -> None:
        """A block that cannot be read cannot be served; the error names it."""
        with pytest.raises(BadCertificate, match="Block 2 of certificate_chain"):
            chain.as_sent(bundle.read(LEAF.pem + CA_2.pem.replace("M", "A", 9), LEAF.key_pem))


class TestInspect:
    """inspect()."""

    @pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
    def test_without_a_key(self, order: tuple[int, ...]) -> None:
        """Without a key the leaf is the certificate that issued none of the others."""
        sent = [*CHAIN, ROOT.certificate]
        served = chain.inspect(bundle.read(pem(*(sent[i] for i in order))), TRUSTED, empty_pool, NOW)

        assert LEAF.chain_pem == served.text

    def test_root_alone(self) -> None:
        """A root alone is its own chain."""
        assert ROOT.pem == chain.inspect(bundle.read(ROOT.pem), TRUSTED, empty_pool, NOW).text

    def test_self_signed_authority(self) -> None:
        """A home-made certificate that calls itself an authority is inspected like any other."""
        leaf = self_signed("staging.example.com", ca=True)
        served = chain.inspect(bundle.read(leaf.pem), TRUSTED, empty_pool, NOW)

        assert ["self_signed"] == codes(served, TRUSTED)

    def test_two_leaves(self) -> None:
        """Of two leaves one is inspected and the other is said to be left out."""
        other = STRANGER.issue_cert("other.example.com")
        served = chain.inspect(bundle.read(pem(other.certificate, *CHAIN)), TRUSTED, empty_pool, NOW)

        assert CHAIN == loaded(served)
        assert ["other.example.com"] == done(served)["dropped"]


def test_bad_block_is_told() -> None:
    """A block that cannot be used spoils nothing; the changes name it."""
    request = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
    served = chain.build(bundle.read(request + LEAF.chain_pem, LEAF.key_pem), TRUSTED, empty_pool, NOW)

    assert LEAF.chain_pem == served.text
    assert "block 1 of certificate_chain" in done(served)["dropped"]


def test_nothing_shows_the_key() -> None:
    """Neither a bundle nor a chain shows a key when it is printed."""
    sent = bundle.read(LEAF.pem + LEAF.key_pem)

    shown = repr(sent) + repr(chain.build(sent, TRUSTED, empty_pool, NOW))
    assert not any(line in shown for line in LEAF.key_pem.splitlines()[1:-1])
