"""What every vault promises of a sealed version."""

from __future__ import annotations

import traceback
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import Conflict, SSLEndpointError, Unavailable
from chalicelib.record import sealing
from chalicelib.record.conditions import Differs
from chalicelib.record.contract import SealedVersion, Vault
from chalicelib.record.writes import MOST_WRITES, Amend, Expect, Put, Write, new
from chalicelib.sqlite.record import SqliteRecord
from chalicelib.sqlite.vault import SqliteVault
from tests.contract.conftest import Adapter

PEM = b"a chain and a private key: " + bytes(range(256))
KEY = bytes(range(32))
HEAD = {"PK": "APP", "SK": "ENDPOINT"}
THERE = Differs("PK", "")
NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)


def install(adapter: Adapter, endpoint_id: str, version_id: str, *writes: Write, pem: bytes = PEM) -> None:
    """Seal a version and commit what installs it."""
    sealed = adapter.vault.put("app", endpoint_id, version_id, pem)
    adapter.record.commit([*sealed, *(writes or [Put(HEAD)])])


def resting(vault: Vault) -> list[tuple[str, str]]:
    """Return what rests in a vault."""
    return [(each.endpoint_id, each.version_id) for page in vault.pages() for each in page]


def test_what_was_sealed_opens_under_its_identity_alone(adapter: Adapter) -> None:
    """Neither under another app, endpoint or version, nor under what is not there."""
    install(adapter, "endpoint", "one")
    install(adapter, "endpoint", "two", pem=b"other")
    install(adapter, "other", "one", pem=b"")

    assert PEM == adapter.vault.open("app", "endpoint", "one")
    assert (b"other", b"") == (
        adapter.vault.open("app", "endpoint", "two"),
        adapter.vault.open("app", "other", "one"),
    )
    for identity in (("other", "endpoint", "one"), ("app", "endpoint", "three"), ("app", "nothing", "one")):
        with pytest.raises(Unavailable, match="cannot be opened"):
            adapter.vault.open(*identity)


def test_sealed_version_is_never_replaced(adapter: Adapter) -> None:
    """A second one under an identity is refused, as is all that was to be committed with it."""
    install(adapter, "endpoint", "one")
    with pytest.raises((Conflict, Unavailable)):
        install(adapter, "endpoint", "one", new({"PK": "Q", "SK": "S"}, Conflict("refused")), pem=b"other")

    assert PEM == adapter.vault.open("app", "endpoint", "one")
    assert None is adapter.record.get("Q", "S")


def test_pages_tell_everything_by_endpoint(adapter: Adapter) -> None:
    """Once, with when it was put there; deleting a page does not disturb the next, and may be repeated."""
    names = {(f"e-{number // 2:03}", f"v-{number}") for number in range(2 * MOST_WRITES + 5)}
    for name in names:
        install(adapter, *name)
    pages = list(adapter.vault.pages())
    every = [each for page in pages for each in page]
    for page in adapter.vault.pages():
        adapter.vault.delete(page)
        adapter.vault.delete(page)
    adapter.vault.delete([])

    assert names == {(each.endpoint_id, each.version_id) for each in every}
    assert len(names) == len(every)
    assert sorted(each.endpoint_id for each in every) == [each.endpoint_id for each in every]
    assert all(abs(datetime.now(timezone.utc) - each.at) < timedelta(minutes=10) for each in every)
    assert [] == resting(adapter.vault)


def test_what_was_deleted_does_not_open(adapter: Adapter) -> None:
    """What was not deleted does."""
    install(adapter, "endpoint", "one")
    install(adapter, "endpoint", "two")
    adapter.vault.delete([SealedVersion("endpoint", "one", NOW), SealedVersion("nothing", "one", NOW)])

    assert [("endpoint", "two")] == resting(adapter.vault)
    assert PEM == adapter.vault.open("app", "endpoint", "two")
    with pytest.raises(Unavailable):
        adapter.vault.open("app", "endpoint", "one")


def test_vault_that_opens_says_nothing(adapter: Adapter) -> None:
    """Whether or not anything rests in it."""
    adapter.vault.probe()
    install(adapter, "endpoint", "one")
    adapter.vault.probe()


class TestInTheFile:
    """Sealed versions that rest in the record itself."""

    @pytest.fixture
    def record(self, file: str) -> SqliteRecord:
        """Return a record in a file of its own."""
        return SqliteRecord(file)

    @pytest.fixture
    def adapter(self, record: SqliteRecord) -> Adapter:
        """Return a vault with a known key."""
        return Adapter("sqlite", record, SqliteVault(record, KEY, lambda: NOW))

    @pytest.fixture(autouse=True)
    def closed(self, record: SqliteRecord) -> object:
        """Let go of the file at the end."""
        yield
        record.close()

    def test_refused_transaction_leaves_nothing_sealed(self, adapter: Adapter) -> None:
        """A version is installed and sealed, or neither."""
        refused = Conflict("refused")
        with pytest.raises(Conflict) as caught:
            install(
                adapter, "endpoint", "one", Put({"PK": "Q", "SK": "S"}), Expect(HEAD, Differs("PK", ""), refused)
            )

        assert refused is caught.value
        assert [] == resting(adapter.vault)
        assert [] == list(adapter.record.scan(THERE))

    @pytest.mark.parametrize(
        "changes",
        [
            {"sealed": b""},
            {"sealed": b"x" * 300},
            {"sealed": None},
            {"sealed": "text"},
            {"nonce": bytes(12)},
            {"nonce": b""},
            {"nonce": None},
        ],
        ids=str,
    )
    def test_altered_version_does_not_open(self, adapter: Adapter, changes: dict[str, object]) -> None:
        """Whatever was changed or is missing."""
        install(adapter, "endpoint", "one")
        adapter.record.commit([Amend({"PK": "SEALED#endpoint", "SK": "one"}, changes, Differs("SK", ""), None)])
        with pytest.raises(Unavailable, match="Version one of endpoint endpoint cannot be opened: it was altered"):
            adapter.vault.open("app", "endpoint", "one")

    def test_any_changed_bit_is_seen(self, adapter: Adapter) -> None:
        """In the text, and in what proves that it is whole."""
        install(adapter, "endpoint", "one")
        item = adapter.record.get("SEALED#endpoint", "one") or {}
        for place in (0, len(item["sealed"]) // 2, len(item["sealed"]) - 1):
            wrong = bytearray(item["sealed"])
            wrong[place] ^= 1
            adapter.record.commit([Put({**item, "sealed": bytes(wrong)})])
            with pytest.raises(Unavailable, match="altered"):
                adapter.vault.open("app", "endpoint", "one")

    def test_version_that_was_moved_does_not_open(self, adapter: Adapter) -> None:
        """Copied over another one's place it is none of that one's."""
        install(adapter, "endpoint", "one")
        item = adapter.record.get("SEALED#endpoint", "one") or {}
        adapter.record.commit([Put({**item, "SK": "two"}), Put({**item, "PK": "SEALED#other"})])
        for identity in (("app", "endpoint", "two"), ("app", "other", "one")):
            with pytest.raises(Unavailable, match="altered"):
                adapter.vault.open(*identity)

    def test_other_key_is_told_by_its_id(self, adapter: Adapter, record: SqliteRecord) -> None:
        """Both ids are named, so that whoever has several keys finds the right one; the keys are not."""
        install(adapter, "endpoint", "one")
        other = SqliteVault(record, bytes(32), lambda: NOW)
        key_id = (record.get("SEALED#endpoint", "one") or {})["key_id"]
        with pytest.raises(Unavailable, match=rf"another key \({key_id}\) than the one in use \([0-9a-f]{{16}}\)"):
            other.open("app", "endpoint", "one")
        with pytest.raises(Unavailable, match="another one than they were sealed with"):
            other.probe()

        assert key_id not in KEY.hex()

    def test_nothing_is_sealed_twice_alike(self, adapter: Adapter) -> None:
        """A nonce is used once."""
        for number in range(20):
            install(adapter, "endpoint", str(number))
        items = list(adapter.record.query("SEALED#endpoint"))

        assert 20 == len({item["nonce"] for item in items}) == len({item["sealed"] for item in items})

    def test_neither_key_nor_text_rests_in_the_files(self, adapter: Adapter, file: str) -> None:
        """Not in the record, nor in what SQLite has beside it."""
        install(adapter, "endpoint", "one", pem=b"-----BEGIN PRIVATE KEY-----")
        rest = b"".join(each.read_bytes() for each in Path(file).parent.iterdir())

        assert b"SEALED#endpoint" in rest
        assert not any(secret in rest for secret in (KEY, KEY.hex().encode(), b"PRIVATE KEY"))


def test_key_is_told_nowhere(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by the vault nor by what it refuses, with all that the refusal came of."""
    seal, keys = sealing.seal, []

    def noting(key: bytes, *rest: Any) -> bytes:
        keys.append(key)
        return seal(key, *rest)

    monkeypatch.setattr(sealing, "seal", noting)
    install(adapter, "endpoint", "one", pem=b"secret text")
    told = [repr(adapter.vault), str(adapter.vault), repr(list(adapter.vault.pages()))]
    for identity in (("other", "endpoint", "one"), ("app", "endpoint", "two")):
        with pytest.raises(SSLEndpointError) as caught:
            adapter.vault.open(*identity)
        told.append("".join(traceback.format_exception(caught.value)))
    secrets = [
        "secret text",
        *(form for key in keys for form in (repr(key)[2:-1], key.hex(), b64encode(key).decode())),
    ]

    assert 1 == len(keys)
    assert [] == [secret for secret in secrets if secret in "".join(told)]
