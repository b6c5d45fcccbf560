"""Several processes over one SQLite file, and processes that are killed while they write."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from chalicelib.sqlite.record import SqliteRecord

ROOT = Path(__file__).parents[2]
LIMIT = 60  # seconds


def heard(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints."""
    assert process.stdout
    return process.stdout.readline().strip()


@contextmanager
def claimants(file: str, *names: str, number: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Run processes that take the same names, once all of them are there."""
    command = [sys.executable, "-m", "tests.contract.claimant", file]
    running = [
        subprocess.Popen(
            [*command, name, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for name in names
    ]
    try:
        assert ["ready"] * len(names) == list(map(heard, running))
        for each in running:
            assert each.stdin
            each.stdin.write("go\n")
            each.stdin.flush()
        yield running
    finally:
        for each in running:
            each.kill()
            each.communicate(timeout=LIMIT)


def test_one_of_many_processes_wins(file: str) -> None:
    """Each name is taken once, by the one that was told so; nobody is told anything else."""
    names = [f"process-{number}" for number in range(8)]
    with claimants(file, *names, number=40) as running:
        said = [each.communicate(timeout=LIMIT)[0].split() for each in running]
        codes = [each.returncode for each in running]
    with closing(SqliteRecord(file)) as record:
        taken = {item["SK"]: item["by"] for item in record.query("CLAIM")}
        theirs = {name: [item["SK"] for item in record.query(f"OF#{name}")] for name in names}

    assert [0] * 8 == codes
    assert 40 == len(taken)
    assert [[each for each in one if each != "lost"] for one in said] == list(theirs.values())
    assert {name: {key for key, by in taken.items() if by == name} for name in names} == {
        name: set(keys) for name, keys in theirs.items()
    }
    assert [40] * 8 == list(map(len, said))


def test_killed_process_loses_nothing(file: str) -> None:
    """Killed at any moment: what it was told is there, and no half of a transaction; the next one can go on."""
    chance = random.Random(1)
    acknowledged: set[str] = set()
    for run in range(10):
        with claimants(file, f"run-{run}", number=100_000) as (process,):
            first = next(line for line in iter(lambda: heard(process), "") if line != "lost")
            time.sleep(chance.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
            rest, _ = process.communicate(timeout=LIMIT)
        acknowledged |= {first, *(line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n"))}
        with closing(SqliteRecord(file)) as record:
            claims = {(item["by"], item["SK"]) for item in record.query("CLAIM")}
            parts = {
                (f"run-{each}", item["SK"]) for each in range(run + 1) for item in record.query(f"OF#run-{each}")
            }
            whole = record._database.execute("PRAGMA integrity_check").fetchall()

        assert claims == parts
        assert acknowledged <= {name for _, name in claims}
        assert [("ok",)] == whole
    assert 10 < len(acknowledged)
