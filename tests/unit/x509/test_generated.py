"""Random hierarchies in random shapes, whose right chain is known because of how they are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.errors import Invalid
from chalicelib.x509 import bundle, chain, pem, trust
from chalicelib.x509.anchors import Anchors
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.paths import empty_pool
from tests.authority import CA, DAY, NOW, LeafCert, self_signed
from tests.unit.x509.forms import FORMS, KEY_FORMS
from tests.unit.x509.shapes import anchors, codes, loaded, pool

EXAMPLES = 60
REPEATABLE = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@dataclass
class Hierarchy:
    """A leaf, its right chain, and what else may be sent."""

    leaf: LeafCert
    right: list[x509.Certificate]  # leaf first
    roots: list[CA]  # trusted
    noise: list[x509.Certificate] = field(default_factory=list)

    @property
    def anchors(self) -> Anchors:
        """The trust anchors."""
        return Anchors([Certificate(root.certificate) for root in self.roots])


@st.composite
def hierarchies(draw: st.DrawFn) -> Hierarchy:
    """Make a hierarchy of one to four floors, perhaps with a cross-signed root, and things that do not belong."""
    flags = draw(st.fixed_dictionaries({name: st.booleans() for name in FLAGS}))
    root, older = CA("Root"), CA("Older Root")
    top, roots = root, [root]
    if flags["crossed"]:  # trusted by way of an older root, too, or by way of it only
        top = older.cross_sign(root)
        roots = [older] if flags["by way of the older root only"] else [root, older]
    authority = top
    for floor in range(draw(st.integers(0, 3))):
        authority = authority.issue_ca(f"Intermediate {floor}")
    leaf = authority.issue_cert("www.example.com", "*.example.com")
    made = Hierarchy(leaf, [leaf.certificate, *leaf.issuers], roots)
    if flags["roots sent"]:
        made.noise += [root.certificate, older.certificate]
    if flags["expired cross-sign"]:
        made.noise.append(CA("Oldest Root").cross_sign(root, not_after=NOW - DAY).certificate)
    if flags["strangers"]:
        stranger = CA("Stranger").issue_ca("Intermediate 0")
        made.noise += [stranger.certificate, stranger.issue_cert("other.example.com").certificate]
    if flags["predecessor"]:
        before = authority.issue_cert("www.example.com", key=leaf.key, not_after=NOW + 5 * DAY)
        made.noise.append(before.certificate)
    if flags["expired predecessor"]:
        expired = authority.issue_cert("www.example.com", key=leaf.key, not_after=NOW - DAY)
        made.noise.append(expired.certificate)
    if flags["self-signed predecessor"]:
        made.noise.append(self_signed("www.example.com", key=leaf.key).certificate)
    return made


FLAGS = (
    "crossed",
    "by way of the older root only",
    "roots sent",
    "expired cross-sign",
    "strangers",
    "predecessor",
    "expired predecessor",
    "self-signed predecessor",
)
SEEDS = st.integers(0, 2**32)


@settings(REPEATABLE, max_examples=3 * EXAMPLES)
@given(
    made=hierarchies(),
    seed=SEEDS,
    form=st.sampled_from(sorted(FORMS)),
    key_form=st.sampled_from(sorted(KEY_FORMS)),
)
def test_right_chain(made: Hierarchy, seed: int, form: str, key_form: str) -> None:
    """In any order and shape, with anything else around it, the right chain is served, and trusted."""
    random = Random(seed)
    sent = [*made.right, *made.noise]
    sent += random.choices(sent, k=random.randrange(3))
    random.shuffle(sent)
    upload = bundle.read(FORMS[form](sent), KEY_FORMS[key_form](made.leaf.key))
    served = chain.build(upload, made.anchors, empty_pool, NOW)

    assert made.right == loaded(served)
    assert [] == codes(served, made.anchors)
    assert {each.fingerprint for each in upload.certificates} == {each.fingerprint for each in served.changes}
    assert len(made.right) == sum(change.action == "kept" for change in served.changes)


@REPEATABLE
@given(made=hierarchies(), seed=SEEDS)
def test_in_both_fields(made: Hierarchy, seed: int) -> None:
    """However the certificates are spread over the two fields, the chain is trusted."""
    random = Random(seed)
    sent = random.choice(([*made.right, *made.noise], random.sample(made.right, len(made.right))))
    first = random.randint(0, len(sent))
    upload = bundle.read(FORMS["PEM"](sent[:first]), FORMS["PEM"](sent[first:]) + made.leaf.key_pem)
    served = chain.build(upload, made.anchors, empty_pool, NOW)

    assert [] == codes(served, made.anchors)
    assert made.leaf.certificate == served.certificates[0].loaded


@REPEATABLE
@given(made=hierarchies(), seed=SEEDS)
def test_completed(made: Hierarchy, seed: int) -> None:
    """Whatever intermediates are missing, a pool that has them makes the chain trusted, and adds no root."""
    random = Random(seed)
    missing = random.sample(made.right[1:], random.randint(0, len(made.right) - 1))
    sent = [each for each in (*made.right, *made.noise) if each not in missing]
    random.shuffle(sent)
    known = random.sample([*made.right[1:], *made.noise], len(made.right) - 1 + len(made.noise))
    upload = bundle.read(FORMS["PEM"](sent), made.leaf.key_pem)
    served = chain.build(upload, made.anchors, pool(*known), NOW)

    assert [] == codes(served, made.anchors)
    assert not any(each.self_signed for each in served.certificates)
    assert made.leaf.certificate == served.certificates[0].loaded


@REPEATABLE
@given(made=hierarchies(), seed=SEEDS)
def test_order_does_not_matter(made: Hierarchy, seed: int) -> None:
    """Two orders of one upload are served alike, unless one of them was right already."""
    random = Random(seed)
    sent = [*made.right, *made.noise]
    random.shuffle(sent)
    orders = (sent, sent[::-1])
    uploads = [bundle.read(FORMS["PEM"](order), made.leaf.key_pem) for order in orders]
    first, second = (chain.build(upload, made.anchors, empty_pool, NOW) for upload in uploads)

    assert first.fingerprints == second.fingerprints


@REPEATABLE
@given(made=hierarchies(), form=st.sampled_from(["PEM", "CRLF"]))
def test_right_already(made: Hierarchy, form: str) -> None:
    """What is right already is served byte for byte."""
    text = FORMS[form](made.right)
    served = chain.build(bundle.read(text, made.leaf.key_pem), made.anchors, empty_pool, NOW)

    assert text == served.text


@REPEATABLE
@given(made=hierarchies(), seed=SEEDS)
def test_judged_later(made: Hierarchy, seed: int) -> None:
    """What stands above the served chain is enough of what was left out to judge it by any roots."""
    random = Random(seed)
    sent = [each for each in (*made.right, *made.noise) if random.random() < 0.8 or each == made.leaf.certificate]
    served = chain.build(bundle.read(FORMS["PEM"](sent), made.leaf.key_pem), made.anchors, empty_pool, NOW)
    for trusted in (made.anchors, anchors(), anchors(CA("Other Root"))):
        exact = trust.judge(served.certificates, trusted, NOW, served.left_out)

        assert exact == trust.judge(served.certificates, trusted, NOW, served.beyond)


@REPEATABLE
@given(made=hierarchies(), seed=SEEDS, form=st.sampled_from(sorted(FORMS)))
def test_as_sent(made: Hierarchy, seed: int, form: str) -> None:
    """With preprocess: false the same certificates are served in the same order."""
    random = Random(seed)
    others = [*made.right[1:], *made.noise]
    random.shuffle(others)
    sent = [made.leaf.certificate, *others]
    upload = bundle.read(FORMS[form](sent), made.leaf.key_pem)
    if upload.sent[0].loaded != made.leaf.certificate:  # PKCS#7 is a set: it has no order
        return
    served = chain.as_sent(upload)

    assert {each.fingerprint for each in upload.sent} == set(served.fingerprints)
    assert len(sent) == len(served.certificates)
    assert [each.der for each in served.certificates] == [block.der for block in pem.blocks(served.text)]


@REPEATABLE
@given(st.text(), st.text() | st.none(), st.text() | st.none())
def test_any_text(certificate_chain: str, private_key: str | None, pass_phrase: str | None) -> None:
    """Any text at all is refused with a sentence."""
    with pytest.raises(Invalid) as caught:
        bundle.read(certificate_chain, private_key, pass_phrase)

    assert caught.value.message
