"""Conditions as they hold."""

from __future__ import annotations

import pytest

from chalicelib.record.conditions import Absent, AbsentOr, Condition, Differs, Equals, Item, NotLater

ITEM: Item = {"PK": "P", "number": 1, "flag": True, "text": "1"}


@pytest.mark.parametrize(
    ("condition", "there", "nothing"),
    [
        (Absent(), False, True),
        (Equals({"number": 1, "text": "1"}), True, False),
        (Equals({"number": 1, "text": "2"}), False, False),
        (Equals({"missing": None}), True, True),
        (Equals({"number": None}), False, True),
        (Differs("number", 2), True, False),
        (Differs("number", 1), False, False),
        (Differs("missing", 1), True, False),
        (NotLater("number", 1), True, False),
        (NotLater("number", 0), False, False),
        (NotLater("missing", 9), False, False),
        (NotLater("text", 9), False, False),
        (AbsentOr(Equals({"number": 2})), False, True),
        (AbsentOr(NotLater("number", 2)), True, True),
    ],
    ids=str,
)
def test_condition_holds(condition: Condition, there: bool, nothing: bool) -> None:
    """For an item, and for none."""
    assert (there, nothing) == (condition.holds(ITEM), condition.holds(None))


def test_true_is_not_one() -> None:
    """Nor is text a number: values are the same only with their types."""
    assert not Equals({"number": True}).holds(ITEM)
    assert not Equals({"flag": 1}).holds(ITEM)
    assert not Equals({"number": "1"}).holds(ITEM)
    assert not NotLater("flag", 5).holds(ITEM)
    assert Differs("flag", 1).holds(ITEM)


def test_condition_about_nothing_is_a_mistake() -> None:
    """DynamoDB has no way to write it."""
    with pytest.raises(ValueError, match="at least one"):
        Equals({})
