"""A process that takes names one after the other: `python -m tests.contract.claimant FILE NAME NUMBER`.

Prints each name when its transaction, which puts two items, was acknowledged; "lost" for those of others.
"""

from __future__ import annotations

import sys

from chalicelib.errors import Conflict
from chalicelib.record.writes import Put, new
from chalicelib.sqlite.record import SqliteRecord


def say(word: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(file: str, who: str, number: int) -> None:
    """Take so many names."""
    record, taken = SqliteRecord(file), Conflict("taken")
    say("ready")
    sys.stdin.readline()
    for each in range(number):
        name = f"{each:06}"
        claim = new({"PK": "CLAIM", "SK": name, "by": who}, taken)
        try:
            record.commit([claim, Put({"PK": f"OF#{who}", "SK": name, "text": "x" * 3000})])
        except Conflict:
            say("lost")
        else:
            say(name)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
