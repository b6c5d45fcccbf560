"""Reading a log that rolls, and what its lines tell."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chalicelib.edge.tail import HEAD_BYTES, Tail, tally

AT = 1795544915  # a second
MINUTE = AT // 60


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return where a log will be."""
    return tmp_path / "traffic.log"


def line(number: int) -> bytes:
    """Return one line of a log: no two are alike."""
    return b'{"ts":%d.%06d,"host":"www.example.com"}\n' % (AT + number, number)


def write(log: Path, *numbers: int) -> None:
    """Append lines, as the engine does."""
    with log.open("ab") as file:
        file.write(b"".join(map(line, numbers)))


def numbers(lines: bytes) -> list[int]:
    """Return which lines these are."""
    return [int(each.partition(b".")[2][:6]) for each in lines.splitlines()]


def test_each_line_is_read_once(log: Path) -> None:
    """What was there before, and what comes; nothing while there is no log."""
    tail = Tail(log, {})
    none = tail.news()
    write(log, 1, 2)
    first = tail.news()
    write(log, 3)
    second, third = tail.news(), tail.news()

    assert b"" == none == third
    assert ([1, 2], [3]) == (numbers(first), numbers(second))


def test_half_a_line_waits_for_its_end(log: Path) -> None:
    """Also the first line of a file."""
    tail, read = Tail(log, {}), []
    for part in (line(1)[:10], line(1)[10:] + line(2)[:-1], b"\n" + line(3)[:40], line(3)[40:]):
        with log.open("ab") as file:
            file.write(part)
        read.append(numbers(tail.news()))

    assert [[], [1], [2], [3]] == read


def test_rolling_loses_and_repeats_nothing(log: Path) -> None:
    """Whether one file or several were begun since the last look, and whatever they are called."""
    tail = Tail(log, {})
    write(log, 1)
    read = numbers(tail.news())
    write(log, 2)
    log.rename(log.with_name("traffic-2026-11-24T18-00-00.000-size.log"))
    write(log, 3, 4)
    log.rename(log.with_name("traffic-2026-11-24T18-00-01.000-size.log"))
    write(log, 5)
    read += numbers(tail.news())
    log.with_name("traffic-2026-11-24T18-00-00.000-size.log").unlink()
    write(log, 6)
    read += numbers(tail.news())

    assert [1, 2, 3, 4, 5, 6] == read
    assert 2 == len(tail.read)


def test_rolling_during_a_look_loses_and_repeats_nothing(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the engine begins a new file between two steps of one look."""
    for step in range(3):
        with monkeypatch.context() as patch:
            assert [1, 2, 3, 4] == _read_while_rolling(log, step, patch), step
        for path in log.parent.iterdir():
            path.unlink()


def _read_while_rolling(log: Path, step: int, patch: pytest.MonkeyPatch) -> list[int]:
    """Return what is read of four lines when the log rolls right before a step of the second look."""
    steps: list[str] = []

    def rolling(name: str) -> None:
        before = getattr(Path, name)

        def happens(path: Path, *given: Any, **more: Any) -> Any:
            steps.append(name)
            if len(steps) == step + 1:
                log.rename(log.with_name("traffic-2.log"))
                log.write_bytes(line(4))
            return before(path, *given, **more)

        patch.setattr(Path, name, happens)

    tail = Tail(log, {})
    log.with_name("traffic-1.log").write_bytes(line(1))
    log.write_bytes(line(2) + line(3))
    read = numbers(tail.news())
    with patch.context():
        for name in ("glob", "open"):
            rolling(name)
        read += numbers(tail.news())
    patch.undo()
    return sorted(read + numbers(tail.news()))


def test_a_log_that_was_cut_to_nothing_is_read_anew(log: Path) -> None:
    """A shorter file with other lines is another file."""
    tail = Tail(log, {})
    write(log, 1, 2, 3)
    read = numbers(tail.news())
    log.write_bytes(b"")
    read += numbers(tail.news())
    write(log, 4)
    read += numbers(tail.news())

    assert [1, 2, 3, 4] == read


def test_a_log_that_lost_its_end_is_not_read_twice(log: Path) -> None:
    """Only what comes is new."""
    tail = Tail(log, {})
    write(log, 1, 2, 3)
    tail.news()
    log.write_bytes(line(1))
    none = tail.news()
    write(log, 4)

    assert b"" == none
    assert [4] == numbers(tail.news())


def test_another_life_goes_on(log: Path) -> None:
    """What was read is all that has to be kept, while files roll and nobody reads."""
    first = Tail(log, {})
    write(log, 1, 2)
    first.news()
    write(log, 3)
    log.rename(log.with_name("traffic-1.log"))
    write(log, 4)

    assert [3, 4] == numbers(Tail(log, first.read).news())


def test_a_long_first_line_is_enough(log: Path) -> None:
    """A file is known by the beginning of its first line, which has the time."""
    tail = Tail(log, {})
    log.write_bytes(b'{"ts":%d.5,"host":"%s"}\n' % (AT, b"x" * 4 * HEAD_BYTES))
    first, second = tail.news(), tail.news()

    assert (1, b"") == (first.count(b"\n"), second)
    assert [HEAD_BYTES] == [len(head) for head in tail.read]


def test_lines_are_counted_by_minute_kind_and_name() -> None:
    """Names are compared in lower case; a time may be without a fraction."""
    lines = (
        b'{"ts":%d.25,"host":"www.example.com"}\n'
        b'{"ts":%d,"host":"WWW.Example.com"}\n'
        b'{"ts":%d.1,"host":"www.example.com"}\n'
        b'{"ts":%d.5,"sni":"www.example.com"}\n'
    ) % (AT, AT + 1, AT + 60, AT)

    assert Counter(
        {
            (MINUTE, "host", "www.example.com"): 2,
            (MINUTE + 1, "host", "www.example.com"): 1,
            (MINUTE, "sni", "www.example.com"): 1,
        }
    ) == tally(lines)


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"{}",
        b'{"ts":1795544915.5}',
        b'{"ts":1795544915.5,"host":""}',
        b'{"ts":1795544915.5,"host":null}',
        b'{"ts":1795544915.5,"host":"a b"}',
        b'{"ts":1795544915.5,"host":"a\\"b"}',
        b'{"ts":1795544915.5,"host":"caf\xc3\xa9.example"}',
        b'{"ts":1795544915.5,"host":"[::1]"}',
        b'{"ts":1795544915.5,"host":"../x"}',
        b'{"ts":1795544915.5,"host":"' + b"a" * 255 + b'"}',
        b'{"ts":1795544915.5,"host":"a","sni":"b"}',
        b'{"ts":"1795544915","host":"a"}',
        b'{"ts":1e9,"host":"a"}',
        b'{"ts":-1795544915,"host":"a"}',
        b'{"ts":99999999999999,"host":"a"}',
        b'{"ts":1795544915.5,"path":"a"}',
        b' {"ts":1795544915.5,"host":"a"}',
        b'{"ts":17955{"ts":1795544915.5,"host":"a"}',
        b"\x00\xff",
    ],
)
def test_odd_lines_count_for_nobody(odd: bytes) -> None:
    """Nor do they hurt the lines around them."""
    whole = b'{"ts":1795544915.5,"host":"a"}'

    assert Counter({(MINUTE, "host", "a"): 2}) == tally(b"\n".join([whole, odd, whole, b""]))
