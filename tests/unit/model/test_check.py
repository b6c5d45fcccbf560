"""The stored check: when to look again, and what counts as a change."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.model.answer import Answer
from chalicelib.model.check import (
    EAGER,
    LEASE,
    LONGEST_PAUSE,
    LONGEST_SENTENCE,
    STEADY_PAUSE,
    Check,
    CheckChange,
    Look,
    first,
    next_look,
)
from chalicelib.model.domain import Domain
from chalicelib.model.pointing import DnsState
from chalicelib.model.served import TlsState
from chalicelib.x509.facts import Reason

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
WWW = "www.example.com"
DOMAIN = Domain("d", "app", "account", WWW, NOW, NOW)


def look(dns: str = "invalid", tls: str = "none", sentence: str = "It leads away.") -> Look:
    """Return what was found."""
    reasons = () if dns == "valid" else (Reason("elsewhere", sentence, "Set a record."),)
    state = DnsState(dns, "target", Answer(), Answer(), reasons)
    return Look(DOMAIN, state, TlsState(tls, sentence="" if tls == "served" else "The app has no certificate."))


def seen(check: Check, *looks: Look, at: datetime = NOW) -> tuple[Check, list[CheckChange | None]]:
    """Let a check see looks, each when it is due, and return it with what changed."""
    changes: list[CheckChange | None] = []
    for each in looks:
        check, change = check.see(each, "version", max(at, check.due_at))
        changes.append(change)
    return check, changes


def pauses(check: Check, number: int, found: Look) -> list[timedelta]:
    """Return the pauses after each of some looks that find the same."""
    told = []
    for _ in range(number):
        at = check.due_at
        check, _ = check.see(found, None, at)
        told.append(check.due_at - at)
    return told


def test_new_domain_is_due_at_once() -> None:
    """The first look is at once, and nothing is known before it."""
    check = first(DOMAIN)

    assert (NOW, NOW, "unknown", None, 1) == (check.due_at, check.since, check.state, check.known, check.ver)


@pytest.mark.parametrize(
    ("looks", "pause"),
    [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (12, 3600), (10_000, 3600)],
)
def test_pauses_double_to_an_hour(looks: int, pause: int) -> None:
    """5 seconds, doubled with each look, and never more than an hour."""
    assert timedelta(seconds=pause) == next_look(NOW, looks, NOW, is_right=False)


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (EAGER - SECOND, LONGEST_PAUSE),
        (EAGER - timedelta(microseconds=1), LONGEST_PAUSE),
        (EAGER, STEADY_PAUSE),
        (EAGER + SECOND, STEADY_PAUSE),
        (400 * DAY, STEADY_PAUSE),
    ],
)
def test_after_seven_days_daily(age: timedelta, pause: timedelta) -> None:
    """The eager looks end seven days after the domain was added."""
    assert pause == next_look(NOW, 100, NOW + age, is_right=False)


def test_right_is_looked_at_daily() -> None:
    """What is all right is looked at once a day, from its first day on."""
    assert timedelta(days=1) == STEADY_PAUSE == next_look(NOW, 1, NOW, is_right=True)


def test_week_of_waiting_costs_little() -> None:
    """A domain that never leads here is looked at some 180 times in its first week, and once a day then."""
    told = pauses(first(DOMAIN), 300, look())
    eager = [pause for pause in told if pause < STEADY_PAUSE]

    assert [timedelta(seconds=5 * 2**doublings) for doublings in range(10)] == told[:10]
    assert 170 < len(eager) < 190
    assert {STEADY_PAUSE} == set(told[len(eager) :])


@pytest.mark.parametrize(
    ("dns", "tls", "pause"),
    [
        ("valid", "served", STEADY_PAUSE),
        ("valid", "none", 5 * SECOND),
        ("valid", "waiting", 5 * SECOND),
        ("invalid", "served", 5 * SECOND),
        ("unknown", "served", 5 * SECOND),
    ],
)
def test_all_is_right_when_it_leads_here_and_is_served(dns: str, tls: str, pause: timedelta) -> None:
    """A domain is waited for until DNS leads it here and the edge serves the certificate for it."""
    assert [pause] == pauses(first(DOMAIN), 1, look(dns, tls))


def test_becoming_invalid_begins_anew() -> None:
    """A domain that stops leading here, a year on, is looked at after 5 seconds, 10 … for seven days again."""
    check, _ = seen(first(DOMAIN), look("valid", "served"))
    check, [change] = seen(check, look("invalid", "served"), at=NOW + 365 * DAY)

    assert ("valid", "invalid") == (change and change.before, change and change.after)
    assert (NOW + 365 * DAY, 1) == (check.since, check.looks)
    assert [10 * SECOND, 20 * SECOND] == pauses(check, 2, look("invalid", "served"))


@pytest.mark.parametrize(
    ("found", "changes"),
    [
        ([look("invalid", "none")], [None]),
        ([look("unknown", "down"), look("invalid", "none")], [None, None]),
        ([look("valid", "none")], [("unknown", "valid")]),
        ([look("invalid", "none"), look("valid", "none")], [None, ("invalid", "valid")]),
        ([look("valid", "served")], [("unknown", "valid, served")]),
        ([look("invalid", "none"), look("invalid", "served")], [None, ("not served", "served")]),
        (
            [look("valid", "served"), look("valid", "mismatch")],
            [("unknown", "valid, served"), ("served", "not served")],
        ),
        (
            [look("valid", "served"), look("invalid", "none"), look("valid", "served")],
            [
                ("unknown", "valid, served"),
                ("valid, served", "invalid, not served"),
                ("invalid, not served", "valid, served"),
            ],
        ),
        ([look("valid", "none"), look("valid", "none")], [("unknown", "valid"), None]),
        (
            [look("valid", "none"), look("unknown", "none"), look("valid", "none")],
            [("unknown", "valid"), None, None],
        ),
        (
            [look("valid", "none"), look("unknown", "none"), look("invalid", "none")],
            [("unknown", "valid"), None, ("valid", "invalid")],
        ),
        (
            [look("valid", "served"), *(look("valid", tls) for tls in ("down", "waiting", "unknown", "served"))],
            [("unknown", "valid, served"), None, None, None, None],
        ),
    ],
)
def test_changes(found: list[Look], changes: list[tuple[str, str] | None]) -> None:
    """To become right is a change, and to stop being right; to be unknown, or on the way, never is."""
    _, told = seen(first(DOMAIN), *found)

    assert changes == [change and (change.before, change.after) for change in told]


def test_change_has_a_sentence() -> None:
    """The sentence says what became of the name, and what mends it."""
    check, [better] = seen(first(DOMAIN), look("valid", "served"))
    _, [worse] = seen(check, look("invalid", "served"))

    assert better is not None
    assert better.sentence == f"DNS leads {WWW} here now. The certificate is served for {WWW} now."
    assert worse is not None
    assert worse.sentence == f"DNS does not lead {WWW} here any longer. It leads away. Set a record."


def test_unknown_after_right_stays_daily() -> None:
    """A resolver that fails once does not make a settled domain one that is waited for."""
    check, _ = seen(first(DOMAIN), look("valid", "served"))

    assert [STEADY_PAUSE] == pauses(check, 1, look("unknown", "down"))
    assert not check.leads_away


def test_what_leads_away_is_known() -> None:
    """Only the last look, if it knew, tells that a domain does not lead here."""
    away, _ = seen(first(DOMAIN), look("invalid"))
    unknown, _ = seen(away, look("unknown"))

    assert (False, True, False) == (first(DOMAIN).leads_away, away.leads_away, unknown.leads_away)


def test_claim_is_a_lease() -> None:
    """Whoever claims a check has it alone for a minute; each step counts one up."""
    claimed = first(DOMAIN).claim(NOW)
    after, _ = claimed.see(look(), "version", NOW)

    assert (NOW + LEASE, 2) == (claimed.due_at, claimed.ver)
    assert (3, "version", NOW) == (after.ver, after.version_id, after.checked_at)


def test_long_sentence_is_cut() -> None:
    """What each request to the app has to read stays small."""
    check, _ = seen(first(DOMAIN), look(sentence="x" * 10_000))

    assert LONGEST_SENTENCE == len(check.sentence)
