"""Reads a log that rolls, each line once, and counts what its lines tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

HEAD_BYTES = 64  # of the first line, which has its time to the microsecond: enough to know a file again
MOST_BYTES = 8 * 1024 * 1024  # of one file, at a time
MINUTE = 60
# See edge.logs. What a client made up beyond a DNS name is nobody's, and counts for nobody.
LINE = re.compile(rb'^\{"ts":([0-9]{9,11})(?:\.[0-9]*)?,"(host|sni)":"([A-Za-z0-9_.-]{1,254})"\}$', re.MULTILINE)


class Tail:
    """Follows one log through all its files; a file is known by its first line, whatever its name.

    So nothing is read twice or left out when a file is renamed, cut to nothing or deleted, nor, if `read` is kept,
    when this program ends.
    """

    def __init__(self, log: Path, read: Mapping[str, int]) -> None:
        self.read = dict(read)  # how many bytes of each file were taken, by its head
        self._log = log

    def news(self) -> bytes:
        """Return the whole lines that are new, of all files; raise OSError where one cannot be read."""
        gained: list[bytes] = []
        read: dict[str, int] = {}
        for path in self._files():
            with suppress(FileNotFoundError), path.open("rb") as file:
                if (head := _head(file)) and head not in read:
                    lines = _lines(file, self.read.get(head, 0))
                    read[head] = file.tell()
                    gained.append(lines)
        self.read = read
        return b"".join(reversed(gained))

    def _files(self) -> Iterator[Path]:
        """Yield the log, and then what it was before, newest first.

        So a file that is renamed meanwhile comes twice. The other way round it came not at all, and was forgotten.
        """
        yield self._log
        yield from sorted(self._log.parent.glob(f"{self._log.stem}-*{self._log.suffix}"), reverse=True)


def tally(lines: bytes) -> Counter[tuple[int, str, str]]:
    """Return how often each (minute since 1970, kind of line, name in lower case) is told."""
    found = Counter((int(at) // MINUTE, kind, name) for at, kind, name in LINE.findall(lines))
    counted: Counter[tuple[int, str, str]] = Counter()
    for (minute, kind, name), times in found.items():
        counted[minute, kind.decode(), name.decode().lower()] += times
    return counted


def _head(file: BinaryIO) -> str:
    """Return what a file is known by, empty if its first line is not whole yet."""
    start = file.read(HEAD_BYTES)
    line, end, _ = start.partition(b"\n")
    return line.decode("latin-1") if end or len(start) == HEAD_BYTES else ""


def _lines(file: BinaryIO, start: int) -> bytes:
    """Return the whole lines from there on, and leave the file at their end."""
    file.seek(0, 2)
    start = min(start, file.tell())
    file.seek(start)
    found = file.read(MOST_BYTES)
    whole = found[: found.rfind(b"\n") + 1]
    file.seek(start + len(whole))
    return whole
