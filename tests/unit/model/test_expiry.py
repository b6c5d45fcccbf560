"""When a chain's end is near."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from chalicelib.model import expiry
from chalicelib.model.endpoint import Version
from chalicelib.x509.facts import Facts, Verdict

BEGIN = datetime(2027, 1, 1, tzinfo=timezone.utc)


def version(*days: int) -> Version:
    """Return a version whose certificates begin together and live for so many days."""
    chain = tuple(
        Facts(f"c{n}", "", (), BEGIN, BEGIN + timedelta(days=n), "1", f"f{n}", "", "", False, False) for n in days
    )
    return Version("e", 1, "v", "", chain, Verdict(trusted=True, reasons=()), (), BEGIN, "test")


@pytest.mark.parametrize(
    ("days", "passed", "said"),
    [
        ((90,), 59, None),
        ((90,), 60, "The certificate expires on 2027-04-01, in 30 days"),
        ((6,), 3, None),
        ((6,), 5, "The certificate expires on 2027-01-07, in 24 hours"),
        ((90, 30), 25, "An intermediate certificate expires on 2027-01-31, in 5 days"),
        ((90,), 90, None),
    ],
)
def test_warning_comes_in_the_last_third(days: tuple[int, ...], passed: int, said: str | None) -> None:
    """The user is told when a third of the shortest lifetime is left, until it is over."""
    found = expiry.warning(version(*days), BEGIN + timedelta(days=passed))

    assert (said is None) == (found is None)
    assert found is None or found.startswith(str(said))
