"""The key of the sealed versions: made once, read from one of two places."""

from __future__ import annotations

import stat
from base64 import b64encode
from pathlib import Path

import pytest

from chalicelib.errors import Unavailable
from chalicelib.sqlite import keys

KEY = bytes(range(32))
TEXT = b64encode(KEY).decode()


@pytest.fixture
def record(tmp_path: Path) -> str:
    """Return the path of a record."""
    return str(tmp_path / "record.sqlite")


def test_key_is_beside_the_record_unless_it_is_told(record: str) -> None:
    """The environment may name another file."""
    assert Path(f"{record}.key") == keys.place(record, {})
    assert Path("/etc/key") == keys.place(record, {keys.FILE_VARIABLE: "/etc/key"})


def test_key_that_was_made_is_read(record: str) -> None:
    """It is for its owner alone, is random, and leaves nothing beside it."""
    file = keys.place(record, {})
    keys.make(file, lambda number: KEY[:number])

    assert KEY == keys.read(record, {})
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert [file] == list(file.parent.iterdir())


def test_key_is_never_made_twice(record: str) -> None:
    """The first one stays: another would open nothing. What a crash left beside it is in nobody's way."""
    file = keys.place(record, {})
    file.with_name(f".{file.name}.new").write_text("left by a crash")
    keys.make(file, lambda _: KEY)
    with pytest.raises(FileExistsError):
        keys.make(file)

    assert KEY == keys.read(record, {})


def test_environment_may_give_the_key(record: str) -> None:
    """Then there need not be a file."""
    assert KEY == keys.read(record, {keys.VARIABLE: f" {TEXT}\n"})


@pytest.mark.parametrize("wrong", [TEXT[:-4], b64encode(KEY + b"x").decode(), "no base64!", "é" * 44, "\x00"])
def test_unusable_key_is_told_without_it(record: str, wrong: str) -> None:
    """Where it is and how to make one, wherever it came from; never what it is."""
    file = keys.place(record, {})
    file.touch(0o600)
    file.write_text(wrong)
    for environment, where in (({}, str(file)), ({keys.VARIABLE: wrong}, f"the variable {keys.VARIABLE}")):
        with pytest.raises(
            Unavailable, match=r"is not usable\. It is 32 random bytes as base64: `openssl"
        ) as caught:
            keys.read(record, environment)
        assert where in caught.value.message
        assert wrong not in caught.value.message


def test_missing_key_is_told(record: str) -> None:
    """With where to put it."""
    with pytest.raises(Unavailable, match=rf"{record}\.key: No such file .*backup.*{keys.FILE_VARIABLE}"):
        keys.read(record, {})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
def test_key_that_others_can_read_is_refused(record: str, mode: int) -> None:
    """With the command that mends it."""
    file = keys.place(record, {})
    file.write_text(TEXT)
    file.chmod(mode)
    with pytest.raises(Unavailable, match=rf"can be read by others: run `chmod 600 {file}`"):
        keys.read(record, {})
