"""Questions that are asked together."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from chalicelib.service.parallel import Parallel


def length(name: str, seconds: float) -> int:
    """Return how long a name is."""
    return len(name)


def test_each_is_answered_and_asked_once() -> None:
    """The same question about the same name is asked once, with the seconds that it may take."""
    asked: list[tuple[str, float]] = []

    def question(name: str, seconds: float) -> str:
        asked.append((name, seconds))
        return name.upper()

    together = Parallel(3.0, 10.0)
    together.ask(question, ["a", "b", "a"])
    together.ask(question, ["b"])
    together.ask(length, ["a"])
    together.wait()

    assert [("a", 3.0), ("b", 3.0)] == sorted(asked)
    assert ("A", "B", 1) == (
        together.answer(question, "a", ""),
        together.answer(question, "b", ""),
        together.answer(length, "a", 0),
    )


def test_slow_one_is_not_waited_for() -> None:
    """What is not answered in time has the other answer, and those that were quick have theirs."""
    release = threading.Event()

    def slow(name: str, seconds: float) -> int:
        release.wait(30)
        return 1

    together = Parallel(0.1, 0.3)
    together.ask(slow, [f"n{number}" for number in range(100)])  # more than are asked at once
    together.ask(length, ["behind them"])
    began = time.monotonic()
    together.wait()
    took = time.monotonic() - began
    release.set()

    assert 0.3 <= took < 5
    assert -1 == together.answer(length, "behind them", -1)


def test_failure_is_logged_and_hurts_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """A question that fails has the other answer."""

    def broken(name: str, seconds: float) -> int:
        raise RuntimeError("odd")

    together = Parallel(1.0, 5.0)
    together.ask(broken, ["a"])
    together.ask(length, ["a"])
    together.wait()
    with caplog.at_level(logging.ERROR, "ssl_endpoint"):
        answers = together.answer(broken, "a", -1), together.answer(length, "a", -1)

    assert (-1, 1) == answers
    assert "looking at a failed" in caplog.text
