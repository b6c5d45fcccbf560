"""How the list of distrusted roots is brought up to date."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib.x509 import distrusted as table
from chalicelib.x509.certificate import Certificate
from tests.authority import CA, DAY, NOW
from tests.upkeep import distrusted

DELEGATOR, MUST_VERIFY = "CKT_NSS_TRUSTED_DELEGATOR", "CKT_NSS_MUST_VERIFY_TRUST"
GONE, MAIL, PRESENT = CA("Gone Root"), CA("Mail Root"), CA("Present Root")


def octal(octets: bytes) -> str:
    """Write octets as certdata.txt does, a few on each line."""
    lines = (octets[start : start + 16] for start in range(0, len(octets), 16))
    return "".join("".join(f"\\{octet:03o}" for octet in line) + "\n" for line in lines) + "END\n"


def certdata(*roots: tuple[CA, str]) -> str:
    """Return a certdata.txt: a certificate and how far it is trusted, for each."""
    text = "# comment\nBEGINDATA\nCKA_CLASS CK_OBJECT_CLASS CKO_NSS_BUILTIN_ROOT_LIST\n"
    for number, (ca, trust) in enumerate(roots):
        identity = f"CKA_ISSUER MULTILINE_OCTAL\n{octal(Certificate(ca.certificate).issuer_name)}"
        identity += f"CKA_SERIAL_NUMBER MULTILINE_OCTAL\n{octal(bytes([2, 1, number]))}"
        value = octal(ca.certificate.public_bytes(Encoding.DER))
        text += f"CKA_CLASS CK_OBJECT_CLASS CKO_CERTIFICATE\n{identity}CKA_VALUE MULTILINE_OCTAL\n{value}\n"
        text += f"CKA_CLASS CK_OBJECT_CLASS CKO_NSS_TRUST\n{identity}CKA_TRUST_SERVER_AUTH CK_TRUST {trust}\n"
    return text


def names(*roots: CA) -> list[str]:
    """Return the subjects of roots."""
    return [Certificate(root.certificate).subject for root in roots]


def test_roots_for_servers_are_read() -> None:
    """What is trusted for mail only was no root of browsers."""
    found = distrusted.held(certdata((GONE, DELEGATOR), (MAIL, MUST_VERIFY), (PRESENT, DELEGATOR)))

    assert set(names(GONE, PRESENT)) == {root.subject for root in found}


def test_list_keeps_what_was_and_drops_what_came_back() -> None:
    """What was trusted once and is not now is listed, with what was listed before; the order is the alphabet's."""
    old = CA("Old Root", not_before=NOW - 9000 * DAY, not_after=NOW.replace(year=2019, day=1))
    once = [Certificate(each.certificate) for each in (GONE, PRESENT, old)]
    before = ["CN=Z", *names(PRESENT)]

    assert ["C=US; O=Example; CN=Gone Root", "CN=Z"] == distrusted.listed(before, once, once[1:2])


def test_the_module_is_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program says what changes, writes the list into the module, and has nothing to say after that."""
    module, source = tmp_path / "distrusted.py", tmp_path / "certdata.txt"
    module.write_text(Path(table.__file__).read_text())
    source.write_text(certdata((GONE, DELEGATOR)))
    monkeypatch.setattr(table, "__file__", str(module))
    assert (1, 0) == (distrusted.main([str(source)]), distrusted.main(["--write", str(source)]))
    written: dict[str, frozenset[str]] = {}
    exec(module.read_text(), {}, written)

    assert "+ C=US; O=Example; CN=Gone Root\n" * 2 == capsys.readouterr().out
    assert table.DISTRUSTED.union(names(GONE)) == written["DISTRUSTED"]
    monkeypatch.setattr(table, "DISTRUSTED", written["DISTRUSTED"])
    assert 0 == distrusted.main([str(source)])
