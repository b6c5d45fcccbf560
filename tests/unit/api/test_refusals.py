"""The log of refusals: what is told, in which form, and how much of it."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest

from chalicelib.api.refusals import LINES, LINES_OF_CLIENT, LONGEST, MINUTE, Refusal, Refusals

LOGIN = Refusal("request-1", "GET", "/apps/{app}", "198.51.100.7", 401, "unauthorized", "")
CHANGE = Refusal("request-2", "POST", "/apps/{app}/domains", "198.51.100.7", 422, "invalid_params", "ci")
HOSTILE = "a\r\nb\x1b[31m\x7f\x9b2J\u2028\u202e\0\ud800c" + "x" * 10_000


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def refusals(clock: Clock, caplog: pytest.LogCaptureFixture) -> Refusals:
    """Return a log of its own."""
    return Refusals(clock)


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, object]]]:
    """Return the lines of the log, each with its level."""
    return [(record.levelname, json.loads(record.getMessage())) for record in caplog.records]


def test_login_that_failed_and_refused_change_are_told(
    refusals: Refusals, caplog: pytest.LogCaptureFixture
) -> None:
    """A 401 is a warning whatever was asked; another 4xx is worth a line when it was a change."""
    refusals.note(LOGIN)
    refusals.note(CHANGE)
    for nothing in (
        replace(LOGIN, status=404),
        replace(LOGIN, status=403, method="HEAD"),
        replace(CHANGE, status=201),
        replace(CHANGE, status=503),
    ):
        refusals.note(nothing)
    (first, login), (second, change) = told(caplog)

    assert ["WARNING", "INFO"] == [first, second]
    assert {
        "event": "refused",
        "request_id": "request-1",
        "method": "GET",
        "route": "/apps/{app}",
        "client": "198.51.100.7",
        "status": 401,
        "error": "unauthorized",
        "token": "",
    } == login
    assert ("POST", 422, "invalid_params", "ci") == tuple(
        change[name] for name in ("method", "status", "error", "token")
    )


@pytest.mark.parametrize("name", ["request_id", "method", "route", "client", "error", "token"])
def test_nothing_can_be_injected(refusals: Refusals, caplog: pytest.LogCaptureFixture, name: str) -> None:
    """Whatever a value holds, the line is one line of printable ASCII and of bounded length."""
    refusals.note(replace(CHANGE, **{name: HOSTILE}))  # type: ignore[arg-type]
    (record,) = caplog.records
    line = record.getMessage()
    (_, read) = told(caplog)[0]

    assert line.isascii()
    assert line.isprintable()
    assert str(read[name]).startswith("a??b?[31m")
    assert LONGEST == len(str(read[name]))


def test_one_client_cannot_flood_the_log(
    refusals: Refusals, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """What is above a client's share is counted, others are heard, and the next minute begins with the sum."""
    for _ in range(LINES_OF_CLIENT + 1000):
        refusals.note(LOGIN)
    refusals.note(replace(LOGIN, client="192.0.2.1"))
    within = len(caplog.records)
    clock.now += MINUTE
    refusals.note(replace(LOGIN, status=200))
    refusals.note(LOGIN)

    assert LINES_OF_CLIENT + 1 == within
    assert [{"event": "refused", "more": 1000}] == [each for _, each in told(caplog)[within:-1]]
    assert "198.51.100.7" == told(caplog)[-1][1]["client"]


def test_many_clients_cannot_flood_the_log(
    refusals: Refusals, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor can one that has many addresses; nothing is kept of those that are not told."""
    for number in range(LINES * 3):
        refusals.note(replace(LOGIN, client=f"2001:db8::{number:x}"))
    clock.now += 10 * MINUTE
    refusals.note(replace(LOGIN, status=200))

    assert LINES + 1 == len(caplog.records)
    assert {"event": "refused", "more": 2 * LINES} == told(caplog)[-1][1]


def test_level_is_let_through_where_the_root_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    """Lambda's root logger, and that of one machine, stops what is below WARNING; this logger does not."""
    root, ours = logging.getLogger(), logging.getLogger("ssl_endpoint")
    before = root.level
    root.setLevel(logging.WARNING)
    try:
        assert ours.isEnabledFor(logging.INFO)
        assert ours.propagate
    finally:
        root.setLevel(before)
