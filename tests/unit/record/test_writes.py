"""What a transaction is made of."""

from __future__ import annotations

import pytest

from chalicelib.errors import Conflict
from chalicelib.record.conditions import Absent, Equals
from chalicelib.record.writes import MOST_WRITES, Amend, Delete, Expect, Put, Write, checked, key_of, new, replace

KEY = {"PK": "P", "SK": "S"}
REFUSED = Conflict("refused")
EACH: list[Write] = [
    Put({**KEY, "a": 1}),
    Amend(KEY, {"a": 1}, Absent(), REFUSED),
    Delete(KEY),
    Expect(KEY, Absent(), REFUSED),
]


@pytest.mark.parametrize("write", EACH, ids=lambda write: type(write).__name__)
def test_write_is_about_a_key(write: Write) -> None:
    """Whatever kind it is."""
    assert ("P", "S") == key_of(write)


def test_new_and_replaced_items_have_their_conditions() -> None:
    """One must not be there, the other still has its version."""
    assert Put(KEY, Absent(), REFUSED) == new(KEY, REFUSED)
    assert Put(KEY, Equals({"ver": 3}), REFUSED) == replace(KEY, 3, REFUSED)


def test_transaction_is_checked() -> None:
    """It has 1 to 100 writes at different keys, and is returned as it was."""
    many: list[Write] = [Put({"PK": "P", "SK": str(number)}) for number in range(MOST_WRITES + 1)]

    assert many[:MOST_WRITES] == checked(many[:MOST_WRITES])
    for wrong in ([], many, [EACH[0], EACH[2]]):
        with pytest.raises(ValueError, match="1 to 100 writes at different keys"):
            checked(wrong)
