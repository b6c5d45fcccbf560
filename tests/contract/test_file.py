"""The SQLite file: who may read it, its versions, and what is said where it cannot be used."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from chalicelib.errors import Conflict, Unavailable
from chalicelib.record.conditions import Differs
from chalicelib.record.contract import Record
from chalicelib.record.writes import Put, new
from chalicelib.sqlite import database
from chalicelib.sqlite.database import UnusableFile, connect
from chalicelib.sqlite.record import SqliteRecord

NOBODY = 65534
ITEMS = [{"PK": "P", "SK": f"{number:03}", "text": "x" * 100} for number in range(50)]
SECOND = ("ALTER TABLE items ADD COLUMN colour TEXT", "UPDATE items SET colour = 'blue'")


def sks(record: Record) -> list[str]:
    """Return what is in the partition of these tests."""
    return [item["SK"] for item in record.query("P")]


def filled(file: str) -> None:
    """Make a record with some items, and let go of it."""
    with closing(SqliteRecord(file)) as record:
        record.commit([Put(item) for item in ITEMS])


def newer(patch: pytest.MonkeyPatch, *statements: str) -> None:
    """Let this be a release with a second version of the file."""
    patch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, statements))
    patch.setattr(database, "VERSION", 2)


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """Yield a folder that anybody may use, and be nobody meanwhile: root may do everything."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.geteuid() == 0
        if root:
            Path(folder).chmod(0o777)
            os.seteuid(NOBODY)
        try:
            yield Path(folder)
        finally:
            if root:
                os.seteuid(0)


def test_nobody_else_may_read_it(file: str) -> None:
    """Neither the file nor what SQLite has beside it, whatever the mask of the process."""
    before = os.umask(0)
    try:
        with closing(SqliteRecord(file)) as record:
            record.commit([Put(ITEMS[0])])
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in Path(file).parent.iterdir()}
    finally:
        os.umask(before)

    assert dict.fromkeys(("record.sqlite", "record.sqlite-wal", "record.sqlite-shm"), 0o600) == modes


def test_file_has_a_version_and_a_beginning(file: str) -> None:
    """Which stay when it is opened again; what was acknowledged is written through."""
    at = datetime(2026, 11, 28, tzinfo=timezone.utc)
    with closing(connect(file, at)) as made:
        pragmas = [
            made.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("user_version", "journal_mode", "synchronous")
        ]
    with closing(SqliteRecord(file)) as record:
        assert at == record.began()

    assert [database.VERSION, "wal", 2] == pragmas


def test_what_was_written_is_there_again(file: str) -> None:
    """After the process has ended, and for others that have it open."""
    filled(file)
    with closing(SqliteRecord(file)) as one, closing(SqliteRecord(file)) as other:
        one.commit([Put({"PK": "P", "SK": "new"})])

        assert [*(item["SK"] for item in ITEMS), "new"] == sks(other)


def test_many_threads_may_open_it_at_first(file: str) -> None:
    """One makes it, and all of them can use it."""
    barrier, opened = Barrier(8), []

    def run(number: int) -> None:
        barrier.wait(30)
        with closing(SqliteRecord(file)) as record:
            record.commit([Put({"PK": "P", "SK": str(number)})])
            opened.append(record.began())

    threads = [Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with closing(SqliteRecord(file)) as record:
        assert list("01234567") == sks(record)
    assert [opened[0]] * 8 == opened


def test_older_file_is_brought_up(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the version of this release, after a copy (0600) was made that the older one can open."""
    filled(file)
    with monkeypatch.context() as patch:
        newer(patch, *SECOND)
        for _ in range(2):
            with closing(connect(file)) as opened:
                assert 2 == opened.execute("PRAGMA user_version").fetchone()[0]
                assert [("blue",)] == opened.execute("SELECT DISTINCT colour FROM items").fetchall()
    copy = Path(f"{file}.version-1")

    assert 0o600 == stat.S_IMODE(copy.stat().st_mode)
    assert [] == list(copy.parent.glob("*.new*"))
    with closing(SqliteRecord(str(copy))) as record:
        assert [item["SK"] for item in ITEMS] == sks(record)
    with pytest.raises(
        UnusableFile, match=r"newer release of SSL Endpoint \(version 2; this one knows 1"
    ) as caught:
        SqliteRecord(file)
    assert f"the copy that it made: {copy}." in caught.value.message


def test_migration_that_fails_leaves_the_file_as_it_was(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The release that wrote it can go on with it."""
    filled(file)
    with monkeypatch.context() as patch:
        newer(patch, SECOND[0], "UPDATE missing SET colour = 'blue'")
        with pytest.raises(UnusableFile, match="no such table: missing"):
            connect(file)
    with closing(SqliteRecord(file)) as record:
        assert [item["SK"] for item in ITEMS] == sks(record)


def test_first_copy_stays(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever copies late, when another has copied and migrated already, does not replace that copy."""
    filled(file)
    copy, exists = Path(f"{file}.version-1"), Path.exists

    def another_is_quicker(path: Path) -> bool:
        if path == copy:
            copy.write_bytes(b"of another")
            return False
        return exists(path)

    monkeypatch.setattr(Path, "exists", another_is_quicker)
    newer(monkeypatch, *SECOND)
    connect(file).close()

    assert b"of another" == copy.read_bytes()
    assert [] == list(copy.parent.glob("*.new*"))


def test_copy_that_cannot_be_made_keeps_the_file_as_it_is(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a copy there is no migration."""
    filled(file)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        newer(patch, *SECOND)
        patch.setattr(os, "link", full)
        with pytest.raises(UnusableFile, match="No space left"):
            connect(file)
    with closing(SqliteRecord(file)) as record:
        assert [item["SK"] for item in ITEMS] == sks(record)
    assert [] == list(Path(file).parent.glob("*.new*"))


@pytest.mark.parametrize(
    "garbage", [b"not a database, but a long text " * 100, b"SQLite format 3\x00" + b"x" * 5000]
)
def test_garbage_is_refused(file: str, garbage: bytes) -> None:
    """With what to do, and without touching it."""
    Path(file).write_bytes(garbage)
    with pytest.raises(UnusableFile, match=r"cannot be used: .*Restore it from a copy") as caught:
        SqliteRecord(file)

    assert file in caught.value.message
    assert garbage == Path(file).read_bytes()


def test_database_of_something_else_is_refused(file: str) -> None:
    """It is no record that is only empty."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE bookmarks (address TEXT)")
    with pytest.raises(UnusableFile, match="holds something else than a record"):
        SqliteRecord(file)
    with closing(sqlite3.connect(file)) as other:
        assert [("bookmarks",)] == other.execute("SELECT name FROM sqlite_master").fetchall()


def test_place_that_cannot_be_written_is_told(as_nobody: Path) -> None:
    """A folder that is not there, one that may not be written, and a file that may only be read."""
    (as_nobody / "record.sqlite").touch(0o400)
    (as_nobody / "folder").mkdir(0o500)
    for place, why in (
        ("missing/record.sqlite", "No such file"),
        ("folder/record.sqlite", "Permission denied"),
        ("record.sqlite", "Permission denied"),
        ("folder", "Is a directory"),
    ):
        with pytest.raises(UnusableFile, match=rf"cannot be opened: .*{why}"):
            SqliteRecord(str(as_nobody / place))


def test_full_disk_is_unavailable_and_nothing_is_half_there(file: str) -> None:
    """What was there is, a transaction that does not fit is not done at all, and there may be room again."""
    with closing(SqliteRecord(file)) as record:
        record.commit([Put(ITEMS[0])])
        pages = record._database.execute("PRAGMA page_count").fetchone()[0]
        record._database.execute(f"PRAGMA max_page_count = {pages + 20}")
        large: list[Any] = [
            Put({"PK": "P", "SK": f"large-{number}", "text": "x" * 20_000}) for number in range(10)
        ]
        with pytest.raises(Unavailable):
            record.commit(large)
        with pytest.raises(Unavailable):
            record.add_up({"PK": "T", "SK": "x" * 200_000}, {"a": 1}, ("m", 1), 1)
        assert ["000"] == sks(record)
        record._database.execute("PRAGMA max_page_count = 100000")
        record.commit(large)
        record.commit([new({"PK": "Q", "SK": "S"}, Conflict("refused"))])

        assert 11 == len(sks(record))
        assert 12 == len(list(record.scan(Differs("PK", ""))))
        assert [("ok",)] == record._database.execute("PRAGMA integrity_check").fetchall()


def test_closed_file_is_unavailable(file: str) -> None:
    """Not an error of SQLite's."""
    record = SqliteRecord(file)
    record.close()
    with pytest.raises(Unavailable, match="does not answer"):
        record.get("P", "S")
    with pytest.raises(Unavailable, match="does not answer"):
        record.commit([Put(ITEMS[0])])
