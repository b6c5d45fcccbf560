"""CPU time of this process and of its children, and tables of it."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

SECONDS = 60  # any one child process


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds of many runs."""

    least: float
    median: float


def here(do: Callable[[], object], runs: int) -> Cost:
    """Measure a call in this process, after one that warms it up."""
    do()
    return _cost(time.process_time, do, runs)


def child(command: Sequence[str], runs: int) -> Cost:
    """Measure a process; raise CalledProcessError if it fails."""

    def do() -> None:
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)

    return _cost(_children, do, runs)


def _cost(clock: Callable[[], float], do: Callable[[], object], runs: int) -> Cost:
    took = []
    for _ in range(runs):
        start = clock()
        do()
        took.append((clock() - start) * 1000)
    return Cost(min(took), median(took))


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def line(name: str, cost: Cost, target: float | None = None) -> bool:
    """Print one line of a table; return whether the target is met (by the least, because machines are busy)."""
    met = target is None or cost.least <= target
    told = "" if target is None else f"  target {target:g} ms: {'met' if met else 'MISSED'}"
    print(f"  {name:<58}{cost.least:>9.2f}{cost.median:>9.2f}{told}")
    return met


def title(text: str) -> None:
    """Print the head of a table."""
    print(f"\n{text}\n  {'CPU milliseconds':<58}{'least':>9}{'median':>9}")
