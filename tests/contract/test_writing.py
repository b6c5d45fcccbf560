"""What every record does with a transaction: all of it or nothing, and who is told what."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from chalicelib.errors import Conflict, SSLEndpointError, Unavailable
from chalicelib.record.conditions import Absent, AbsentOr, Condition, Differs, Equals, NotLater
from chalicelib.record.contract import Record
from chalicelib.record.writes import MOST_WRITES, Amend, Delete, Expect, Put, Write, new, replace

KEY = {"PK": "P", "SK": "S"}
THERE = {**KEY, "ver": 1, "flag": True, "text": "a", "zero": 0}
REFUSED = Conflict("refused")
THREADS = 50
CONDITIONS: list[tuple[Condition, bool, bool]] = [  # whether it holds for THERE, and for nothing
    (Absent(), False, True),
    (Equals({"ver": 1}), True, False),
    (Equals({"ver": 2}), False, False),
    (Equals({"ver": True}), False, False),
    (Equals({"ver": "1"}), False, False),
    (Equals({"flag": True}), True, False),
    (Equals({"flag": 1}), False, False),
    (Equals({"flag": False}), False, False),
    (Equals({"zero": False}), False, False),
    (Equals({"missing": None}), True, True),
    (Equals({"ver": None}), False, True),
    (Equals({"ver": 1, "text": "a", "missing": None}), True, False),
    (Equals({"ver": 1, "text": "b"}), False, False),
    (Differs("ver", 1), False, False),
    (Differs("ver", 2), True, False),
    (Differs("flag", 1), True, False),
    (Differs("missing", "x"), True, False),
    (NotLater("ver", 1), True, False),
    (NotLater("ver", 0), False, False),
    (NotLater("flag", 5), False, False),
    (NotLater("text", 5), False, False),
    (NotLater("missing", 5), False, False),
    (AbsentOr(Equals({"ver": 1})), True, True),
    (AbsentOr(Equals({"ver": 2})), False, True),
    (AbsentOr(NotLater("zero", 0)), True, True),
    (AbsentOr(NotLater("ver", 0)), False, True),
]


def everything(record: Record) -> list[Any]:
    """Return all that is there."""
    return sorted(record.scan(Differs("PK", "")), key=str)


def is_taken(record: Record, *writes: Write) -> bool:
    """Commit, and tell whether it was not refused."""
    try:
        record.commit(writes)
    except SSLEndpointError as error:
        if error is not REFUSED:
            raise
        return False
    return True


@pytest.mark.parametrize(("condition", "there", "nothing"), CONDITIONS, ids=str)
def test_condition_decides(record: Record, condition: Condition, there: bool, nothing: bool) -> None:
    """It means the same on an item and on none, for each kind of write, alone and among others."""
    other = Put({"PK": "Q", "SK": "S"})
    kinds: list[Write] = [
        Put({**KEY, "new": 1}, condition, REFUSED),
        Amend(KEY, {"new": 1}, condition, REFUSED),
        Delete(KEY, condition, REFUSED),
        Expect(KEY, condition, REFUSED),
    ]
    for write in kinds:
        for beside in ([], [other]):
            for start, holds in ((Put(THERE), there), (Delete(KEY), nothing and not isinstance(write, Amend))):
                record.commit([start, Delete({"PK": "Q", "SK": "S"})])
                before = everything(record)

                assert holds is is_taken(record, write, *beside)
                assert holds or before == everything(record)


def test_condition_means_what_it_says_in_python() -> None:
    """`holds` is what the adapters do."""
    assert [(there, nothing) for _, there, nothing in CONDITIONS] == [
        (condition.holds(THERE), condition.holds(None)) for condition, _, _ in CONDITIONS
    ]


def test_each_kind_of_write_does_its_own(record: Record) -> None:
    """A put replaces all, an amendment sets and removes, a deletion deletes, an expectation changes nothing."""
    keys = [{"PK": "P", "SK": str(number)} for number in range(4)]
    record.commit([Put({**key, "a": 1, "b": [1], "none": None}) for key in keys])
    record.commit(
        [
            Put({**keys[0], "c": 1}),
            Amend(keys[1], {"a": 2, "b": None, "d": {"e": b"f"}, "missing": None}, Equals({"a": 1}), REFUSED),
            Delete(keys[2]),
            Expect(keys[3], Equals({"a": 1}), REFUSED),
        ]
    )

    assert [
        {**keys[0], "c": 1},
        {**keys[1], "a": 2, "d": {"e": b"f"}},
        {**keys[3], "a": 1, "b": [1]},
    ] == everything(record)


@pytest.mark.parametrize("write", [Put({**THERE, "ver": 2}), Delete(KEY)])
def test_without_a_condition_it_need_not_be_there(record: Record, write: Write) -> None:
    """A put and a deletion may be repeated, alone and among others."""
    for _ in range(2):
        record.commit([write])
        record.commit([write, Put({"PK": "Q", "SK": "S"})])

    assert ([{**THERE, "ver": 2}] if isinstance(write, Put) else []) == list(record.query("P"))


def test_first_refusal_is_told_and_nothing_changes(record: Record) -> None:
    """Of the writes that are refused the first one counts; what held is not done either."""
    record.commit([Put(THERE), Put({"PK": "A", "SK": "S"})])
    before, wrong = everything(record), Equals({"ver": 7})
    refusals = [Conflict(str(number)) for number in range(3)]
    writes: list[Write] = [
        Put({"PK": "B", "SK": "S"}),
        Delete({"PK": "A", "SK": "S"}),
        Expect(KEY, wrong, refusals[0]),
        Put({"PK": "C", "SK": "S"}, wrong, refusals[1]),
        Amend({"PK": "D", "SK": "S"}, {"a": 1}, Equals({"a": None}), refusals[2]),
    ]
    for kept in (writes, [*writes[:2], *writes[:2:-1]], [writes[4], *writes[:2]]):
        with pytest.raises(Conflict) as caught:
            record.commit(kept)
        first = next(write for write in kept if write.condition is not None)
        assert first.refusal is caught.value
        assert before == everything(record)


def test_refusal_without_words_is_unavailable(record: Record) -> None:
    """A condition that has no refusal of its own, alone, and before another that has one."""
    silent = Put(KEY, Equals({"ver": 1}), None)
    for writes in ([silent], [silent, Put({"PK": "Q", "SK": "S"}, Equals({"ver": 1}), REFUSED)]):
        with pytest.raises(Unavailable):
            record.commit(writes)

    assert [] == everything(record)


@pytest.mark.parametrize("number", [0, MOST_WRITES + 1])
def test_transaction_has_its_size(record: Record, number: int) -> None:
    """None and too many are mistakes of the caller, which change nothing."""
    with pytest.raises(ValueError, match="1 to 100 writes"):
        record.commit([Put({"PK": "P", "SK": str(each)}) for each in range(number)])

    assert [] == everything(record)


@pytest.mark.parametrize("number", [1, 2, MOST_WRITES])
def test_transaction_of_any_size_is_whole(record: Record, number: int) -> None:
    """One write and a hundred are done, and are refused as a whole because of the last one."""
    writes = [new({"PK": "P", "SK": str(each)}, REFUSED) for each in range(number)]

    assert is_taken(record, *writes)
    assert number == len(everything(record))
    record.commit([Delete(write.item) for write in writes[:-1] or writes])
    assert (number == 1) is is_taken(record, *writes)
    assert 1 == len(everything(record))


def test_two_writes_at_one_key_are_a_mistake(record: Record) -> None:
    """Whatever kinds they are."""
    writes: list[Write] = [
        Put(KEY),
        Delete(KEY),
        Expect(KEY, Absent(), REFUSED),
        Amend(KEY, {}, Absent(), REFUSED),
    ]
    for one in writes:
        for other in writes:
            with pytest.raises(ValueError, match="different keys"):
                record.commit([one, other])


def race(record: Record, writes: Any) -> Counter[str]:
    """Let many threads commit at once what `writes` returns for their number; count what they are told."""
    barrier, told = threading.Barrier(THREADS), []

    def run(number: int) -> None:
        barrier.wait(30)
        try:
            record.commit(writes(number))
            told.append("done")
        except Conflict:
            told.append("conflict")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return Counter(told)


def test_one_of_many_that_make_the_same_wins(record: Record) -> None:
    """Alone or in a transaction: the item is the winner's, and nothing of the others is there."""
    alone = race(record, lambda number: [new({**KEY, "by": number}, REFUSED)])
    together = race(
        record,
        lambda number: [Put({"PK": "T", "SK": str(number)}), new({"PK": "Q", "SK": "S", "by": number}, REFUSED)],
    )
    (winner,) = record.query("Q")

    assert {"done": 1, "conflict": THREADS - 1} == alone == together
    assert [str(winner["by"])] == [item["SK"] for item in record.query("T")]


def test_one_of_many_that_change_the_same_wins(record: Record) -> None:
    """Each version is followed by one."""
    record.commit([Put({**KEY, "ver": 1})])
    for ver in (1, 2):
        change = {**KEY, "ver": ver + 1}
        assert {"done": 1, "conflict": THREADS - 1} == race(
            record, lambda _, it=change, v=ver: [replace(it, v, REFUSED)]
        )

    assert {**KEY, "ver": 3} == record.get("P", "S")


def test_numbers_add_up_once_a_mark(record: Record) -> None:
    """What is not there counts as nothing; a mark that is not higher than the last of its name changes nothing."""
    key = {"PK": "T", "SK": "S"}
    record.add_up(key, {"a": 1, "size": 5}, ("m#one", 7), 100)
    for number in (7, 6):
        record.add_up(key, {"a": 50}, ("m#one", number), 900)
    record.add_up(key, {"a": 2, "b": 10**30}, ("m#other", 1), 200)
    record.add_up(key, {"a": -4}, ("m#one", 8), 300)
    record.add_up(key, {}, ("m#one", 9), 400)

    assert {**key, "a": -1, "size": 5, "b": 10**30, "m#one": 9, "m#other": 1, "ttl": 400} == record.get("T", "S")


def test_adding_up_keeps_what_else_is_there(record: Record) -> None:
    """And the item stays in its indexes, under its new ttl."""
    record.commit([Put({**KEY, "a": 1, "text": "x", "owner": "o", "ttl": 5})])
    record.add_up(KEY, {"a": 1}, ("mark", 1), 50)
    expected = {**KEY, "a": 2, "text": "x", "owner": "o", "ttl": 50, "mark": 1}

    assert [expected] == [*record.owned_by("o")] == [*record.scan(NotLater("ttl", 50))]
    assert [] == [*record.scan(NotLater("ttl", 49))]


def test_many_add_up_at_once(record: Record) -> None:
    """Each with marks of its own: nothing is lost and nothing counts twice, though each call is repeated."""
    barrier = threading.Barrier(10)

    def run(name: str) -> None:
        barrier.wait(30)
        for number in (1, 2, 2, 1, 3):
            record.add_up(KEY, {"a": 1}, (name, number), 1)

    threads = [threading.Thread(target=run, args=(f"edge-{number}",)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert 30 == (record.get("P", "S") or {})["a"]


def test_item_goes_when_its_time_has_passed(record: Record) -> None:
    """Until something deletes it, it is there, and its ttl may change or be taken away."""
    record.commit([Put({"PK": "P", "SK": str(ttl), "ttl": ttl}) for ttl in (10, 20, 30)])
    record.commit([Amend({"PK": "P", "SK": "10"}, {"ttl": 40}, Equals({"ttl": 10}), REFUSED)])
    record.commit([Amend({"PK": "P", "SK": "20"}, {"ttl": None}, Equals({"ttl": 20}), REFUSED)])

    assert ["30"] == [item["SK"] for item in record.scan(NotLater("ttl", 30), only=("SK",))]
    assert 3 == len(everything(record))
