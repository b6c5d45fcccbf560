"""When a chain's end is near."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.model import expiry
from chalicelib.model.endpoint import Version
from chalicelib.x509.facts import Facts, Key, Verdict

BEGIN = datetime(2027, 1, 1, tzinfo=timezone.utc)


def version(*days: int) -> Version:
    """Return a version whose certificates begin together and live for so many days."""
    chain = tuple(
        Facts(f"c{n}", "", (), BEGIN, BEGIN + timedelta(days=n), "1", f"f{n}", Key(""), "", False, False)
        for n in days
    )
    return Version("e", 1, "v", "", chain, Verdict(trusted=True, reasons=()), (), BEGIN, "test")


@pytest.mark.parametrize(
    ("days", "passed", "said"),
    [
        ((90,), 59, None),
        ((90,), 60, "The certificate expires on 2027-04-01, in 30 days"),
        ((6,), 2, None),
        ((6,), 3, "The certificate expires on 2027-01-07, in 3 days"),
        ((6,), 5, "The certificate expires on 2027-01-07, in 24 hours"),
        ((90, 30), 25, "An intermediate certificate expires on 2027-01-31, in 5 days"),
        ((90,), 90, None),
    ],
)
def test_warning_comes_when_it_is_time_to_renew(days: tuple[int, ...], passed: int, said: str | None) -> None:
    """The user is told when a third of the lifetime is left, of a short one a half, until it is over."""
    found = expiry.warning(version(*days), BEGIN + timedelta(days=passed))

    assert (said is None) == (found is None)
    assert found is None or found.startswith(str(said))


@pytest.mark.parametrize(
    ("days", "left"),
    [
        ((90,), [30 * 24, 15 * 24, 7.5 * 24, 0, -24]),
        ((47,), [47 * 8, 47 * 4, 47 * 2, 0, -24]),
        ((33,), [11 * 24, 5.5 * 24, 3 * 24, 0, -24]),
        ((30,), [10 * 24, 5 * 24, 2.5 * 24, 0, -24]),
        ((12,), [4 * 24, 2 * 24, 24, 0, -24]),
        ((10,), [5 * 24, 2.5 * 24, 12, 0, -24]),
        ((6,), [3 * 24, 1.5 * 24, 12, 0, -24]),
        ((398, 60), [20 * 24, 10 * 24, 5 * 24, 0, -24]),
    ],
)
def test_stages_are_fractions_of_the_time_that_all_of_the_chain_is_valid(
    days: tuple[int, ...], left: list[float]
) -> None:
    """A third, a sixth and a twelfth are left, of short lives a half, a quarter and 12 hours; then it is over."""
    served = version(*days)
    found = [(served.expires_at - at).total_seconds() / 3600 for at in expiry.moments(served).values()]

    assert list(expiry.STAGES) == list(expiry.moments(served))
    assert left == found


@pytest.mark.parametrize("stage", expiry.STAGES)
def test_stage_is_reached_to_the_second(stage: str) -> None:
    """One second before its moment a stage is not reached; at its moment and after it, it is."""
    served = version(90)
    at = expiry.moments(served)[stage]
    second = timedelta(seconds=1)

    assert stage != expiry.reached(served, at - second)
    assert stage == expiry.reached(served, at) == expiry.reached(served, at + second)
    assert at == expiry.next_moment(served, at - second)
    assert at != expiry.next_moment(served, at)


def test_version_is_looked_at_when_its_next_stage_comes() -> None:
    """What is served anew is due at its first stage, at once if one is reached, and never after the last."""
    served = version(90)
    moments = expiry.moments(served)

    assert moments["renew"] == expiry.due(served, BEGIN)
    assert moments["soon"] == expiry.due(served, moments["soon"])
    assert expiry.next_moment(served, moments["overdue"]) is None


def test_chain_that_is_never_valid_as_a_whole_is_over_when_its_first_certificate_is() -> None:
    """An intermediate that ended before the leaf began leaves no lifetime, and no fraction of it."""
    late = Facts(
        "l", "", (), BEGIN + timedelta(days=40), BEGIN + timedelta(days=90), "1", "l", Key(""), "", False, False
    )
    served = replace(version(30), chain=(late, *version(30).chain))

    assert "expired" == expiry.reached(served, BEGIN + timedelta(days=30))
    assert BEGIN + timedelta(days=30) == expiry.moments(served)["renew"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than an hour"),
        (-3599, "less than an hour"),
        (3600, "1 hour"),
        (47 * 3600, "47 hours"),
        (48 * 3600, "2 days"),
        (-86400 * 3, "3 days"),
    ],
)
def test_time_left_is_told_in_words(seconds: int, words: str) -> None:
    """Days from two on, hours below."""
    assert words == expiry.left(BEGIN + timedelta(seconds=seconds), BEGIN)


def test_news_is_about_the_leaf_and_what_ends_first() -> None:
    """The same leaf is the same news with another intermediate, unless one of them ends first."""
    better = replace(version(90, 200), chain=(version(90).leaf, version(300).leaf))

    assert "f90" == expiry.identity(version(90)) == expiry.identity(version(90, 200)) == expiry.identity(better)
    assert "f90+f30" == expiry.identity(version(90, 30))
    assert "f90" == expiry.identity(version(90, 90))


def test_coming_stages_are_those_that_are_not_reached() -> None:
    """They are told in their order, with their moments."""
    served = version(90)

    assert expiry.moments(served) == expiry.coming(served, BEGIN)
    assert ["expired", "overdue"] == list(expiry.coming(served, BEGIN + timedelta(days=89)))
    assert {} == expiry.coming(served, BEGIN + timedelta(days=91))
