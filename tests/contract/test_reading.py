"""What every record lets be read, and in which order."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from chalicelib.record import indexes
from chalicelib.record.conditions import Absent, AbsentOr, Condition, Differs, Equals, NotLater
from chalicelib.record.contract import Record
from chalicelib.record.writes import MOST_WRITES, Amend, Delete, Put
from tests.contract.conftest import Adapter
from tests.records import MOTO

VALUES: dict[str, Any] = {
    "text": 'é \u2028 \x00 "$bytes" 🂡',
    "empty": "",
    "long": 10**37 + 7,
    "negative": -(10**37),
    "zero": 0,
    "one": 1,
    "yes": True,
    "no": False,
    "octets": b"\x00\xff",
    "none": b"",
    "list": ["a", 1, True, None, b"b", ["c", []], {"d": 2, "octets": b"e"}],
    "map": {"S": "not a type", "N": 1, "M": {"L": []}, "nothing": None},
    "size": "a reserved word",
}
# In the order of their UTF-8 bytes, which UTF-16 has otherwise.
ORDER = ["!", "A", "Z", "a", "a#", "a#1", "a#\uffff", "a#\U0001f0a1", "b", "é"]
ORDER += ["\ud7ff", "\ue000", "\uffff", "\U00010000"]
LAST = "\U0010ffff"


def put(record: Record, *items: dict[str, Any]) -> None:
    """Put items, as many at once as may be."""
    for start in range(0, len(items), MOST_WRITES):
        record.commit([Put(item) for item in items[start : start + MOST_WRITES]])


def sks(items: Any) -> list[str]:
    """Return the SKs of items."""
    return [item["SK"] for item in items]


def typed(value: Any) -> Any:
    """Return a value with its types, as True equals 1."""
    if isinstance(value, dict):
        return {name: typed(each) for name, each in value.items()}
    return [typed(each) for each in value] if isinstance(value, list) else (type(value), value)


def test_values_come_back_as_they_were(record: Record) -> None:
    """Each kind of value keeps its type by each way to read; None is left out of an item, not of what is in it."""
    item = {"PK": "P", "SK": "S", **VALUES, "owner": "o"}
    item |= {"feed": "feed", "changed": "1", "due": "w#0", "due_at": "1"}
    put(record, {**item, "nothing": None})
    read = [
        record.get("P", "S"),
        *record.get_many([{"PK": "P", "SK": "S"}]),
        *record.query("P"),
        *record.page("P", None, 1)[0],
        *record.scan(Equals({"yes": True})),
        *record.changed_since(""),
        record.newest_change(),
        record.next_change(""),
        *record.owned_by("o"),
        *record.due("w", "1"),
    ]

    assert [typed(item)] * 10 == list(map(typed, read))


def test_what_is_not_there_is_none(record: Record) -> None:
    """An empty record has no item, no change and nothing due."""
    assert None is record.get("P", "S")
    assert [] == record.get_many([]) == record.get_many([{"PK": "P", "SK": "S"}])
    assert ([], False) == record.page("P", None, 5)
    assert [None] * 3 == [record.newest_change(), record.next_change(""), record.next_due("w")]
    assert [] == [*record.query("P"), *record.scan(Differs("PK", "")), *record.changed_since("")]
    assert [] == [*record.owned_by("o"), *record.due("w", "9")]


def test_many_keys_are_read_at_once(record: Record) -> None:
    """More than fit into a request, and those that are not there are left out."""
    keys = [{"PK": f"P{number % 3}", "SK": f"{number}"} for number in range(130)]
    put(record, *({**key, "number": number} for number, key in enumerate(keys[:120])))
    found = record.get_many(keys)

    assert set(range(120)) == {item["number"] for item in found}
    assert 120 == len(found)


def test_partition_is_in_the_order_of_bytes(record: Record) -> None:
    """SKs beyond the BMP come behind those of U+FFFF, and the last letter has a place, too."""
    every = [*ORDER, LAST, f"{LAST}x"]
    put(record, *({"PK": "P", "SK": sk} for sk in reversed(every)), {"PK": "PP", "SK": "other"})

    assert sorted(every, key=str.encode) == every == sks(record.query("P"))
    assert every[::-1] == sks(record.query("P", newest_first=True)) == sks(record.page("P", None, 100)[0])
    assert ["other"] == sks(record.query("PP"))


def test_prefix_means_what_begins_with_it(record: Record) -> None:
    """Whatever comes behind it, and no neighbour."""
    every = [*ORDER, LAST, f"{LAST}x", f"a{LAST}", f"a{LAST}z", "\ud7ffx"]
    put(record, *({"PK": "P", "SK": sk} for sk in every))
    for prefix in ("a", "a#", "a#1", f"a{LAST}", LAST, "\ud7ff", "\uffff", "nothing"):
        expected = sorted(sk for sk in every if sk.startswith(prefix))

        assert expected == sks(record.query("P", prefix))
        assert expected[::-1] == sks(record.query("P", prefix, newest_first=True))


def test_first_is_where_reading_begins(record: Record) -> None:
    """Whether or not it is there itself."""
    put(record, *({"PK": "P", "SK": sk} for sk in ORDER))
    for first in ("A", "B", "a#\uffff", "\ufffe", LAST):
        expected = [sk for sk in ORDER if sk >= first]

        assert expected == sks(record.query("P", first=first))
        assert expected[::-1] == sks(record.query("P", first=first, newest_first=True))


def test_some_attributes_are_enough(record: Record) -> None:
    """With `only` at least these attributes come, whatever they are called."""
    put(record, {"PK": "P", "SK": "S", **VALUES})
    for only in (["SK"], ["size", "SK"], ["text", "missing"]):
        wanted = {name: {"PK": "P", "SK": "S", **VALUES}.get(name) for name in only}
        [queried], [scanned] = record.query("P", only=only), record.scan(Equals({"one": 1}), only=only)

        assert wanted == {name: queried.get(name) for name in only} == {name: scanned.get(name) for name in only}


def test_pages_cover_everything_once(record: Record) -> None:
    """Page after page, the greatest SK first; one that just fits is the last."""
    put(record, *({"PK": "P", "SK": sk} for sk in ORDER))
    for most in (1, 3, 7, len(ORDER), 100):
        found: list[str] = []
        before, more = None, True
        while more:
            items, more = record.page("P", before, most)
            assert 0 < len(items) <= most
            before = items[-1]["SK"]
            found += sks(items)
        assert ORDER[::-1] == found
    record.commit([Delete({"PK": "P", "SK": "b"})])

    assert (["a#\U0001f0a1"], True) == (sks((page := record.page("P", "b", 1))[0]), page[1])
    assert ([], False) == record.page("P", "!", 5)


def test_long_reads_come_to_their_end(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is longer than what is read at once comes whole, in order."""
    monkeypatch.setattr("chalicelib.aws.record.SCANNED_AT_ONCE", 3)
    monkeypatch.setattr("chalicelib.sqlite.record.READ_AT_ONCE", 3)
    monkeypatch.setattr("moto.dynamodb.models.table.RESULT_SIZE_LIMIT", 3_000)  # bytes: DynamoDB's is 1 MB
    record, names = adapter.record, [f"{number:02}" for number in range(20)]
    same = {"owner": "o", "feed": "feed", "due": "w#1", "filler": "x" * 500}
    put(record, *({"PK": f"P{name}", "SK": "S", "changed": name, "due_at": name, **same} for name in names))
    put(record, *({"PK": "P", "SK": name, "filler": "x" * 500} for name in names))

    assert names == sks(record.query("P"))
    assert sorted(names * 2) == sorted(
        item["SK"] if item["PK"] == "P" else item["changed"] for item in record.scan(Differs("PK", ""))
    )
    assert names == [item["changed"] for item in record.changed_since("")]
    assert names == [item["PK"][1:] for item in record.owned_by("o")]
    assert names == [item["due_at"] for item in record.due("w", "99")]
    if adapter.kind == MOTO:
        answer = record._client.query(  # type: ignore[attr-defined]
            TableName=record._name,  # type: ignore[attr-defined]
            KeyConditionExpression="PK = :pk",
            ExpressionAttributeValues={":pk": {"S": "P"}},
        )
        assert len(answer["Items"]) < 20  # it did come in pages


def test_scan_finds_what_the_condition_says(record: Record) -> None:
    """Each kind of condition, also on what the indexes know."""
    items: list[dict[str, Any]] = [
        {"PK": "A", "SK": "S", "ttl": 10, "flag": True},
        {"PK": "B", "SK": "S", "ttl": 11, "flag": 1},
        {"PK": "C", "SK": "T", "flag": "1"},
        {"PK": "D", "SK": "T"},
    ]
    put(record, *items)
    conditions: dict[str, Condition] = {
        "passed": NotLater("ttl", 10),
        "long passed": NotLater("ttl", -(10**17)),
        "by SK": Equals({"SK": "T"}),
        "by SK and more": Equals({"SK": "T", "flag": None}),
        "true": Equals({"flag": True}),
        "one": Equals({"flag": 1}),
        "different": Differs("flag", 1),
        "absent": Absent(),
        "absent or": AbsentOr(NotLater("ttl", 10**17)),
    }
    found = {name: {item["PK"] for item in record.scan(each)} for name, each in conditions.items()}

    assert {
        "passed": {"A"},
        "long passed": set(),
        "by SK": {"C", "D"},
        "by SK and more": {"D"},
        "true": {"A"},
        "one": {"B"},
        "different": {"A", "C", "D"},
        "absent": set(),
        "absent or": {"A", "B"},
    } == found


def test_feed_is_the_order_of_changes(record: Record) -> None:
    """From a moment on, behind a moment, and the last one; an item enters, moves and leaves."""
    for name, changed in (("A", "2026-01"), ("B", "2026-03"), ("C", "2026-02")):
        put(record, {"PK": name, "SK": "S", "feed": "feed", "changed": changed})
    put(record, {"PK": "D", "SK": "S", "changed": "2026-04"}, {"PK": "E", "SK": "S", "feed": "feed"})
    first = [item["PK"] for item in record.changed_since("")]
    record.commit([Amend({"PK": "A", "SK": "S"}, {"changed": "2026-05"}, Equals({"PK": "A"}), None)])
    record.commit([Amend({"PK": "B", "SK": "S"}, {"feed": None}, Equals({"PK": "B"}), None)])

    assert ["A", "C", "B"] == first
    assert ["C", "A"] == [item["PK"] for item in record.changed_since("")]
    assert ["C", "A"] == [item["PK"] for item in record.changed_since("2026-02")]
    assert ["A"] == [item["PK"] for item in record.changed_since("2026-02x")]
    after = [record.next_change(moment) for moment in ("", "2026-02", "2026-05")]
    assert ["C", "A", None] == [item and item["PK"] for item in after]
    assert "A" == (record.newest_change() or {})["PK"]


def test_owner_has_what_is_owned(record: Record) -> None:
    """By PK, from one on; what changes hands is the other's then."""
    put(record, *({"PK": pk, "SK": "S", "owner": "o"} for pk in "CAB"), {"PK": "D", "SK": "S", "owner": "other"})
    put(record, {"PK": "B", "SK": "T", "owner": "o"}, {"PK": "E", "SK": "S"})
    record.commit([Amend({"PK": "C", "SK": "S"}, {"owner": "other"}, Equals({"PK": "C"}), None)])

    assert ["A", "B", "B"] == [item["PK"] for item in record.owned_by("o")]
    assert ["B", "B"] == [item["PK"] for item in record.owned_by("o", "AA")]
    assert ["B", "B"] == [item["PK"] for item in record.owned_by("o", "B")]
    assert ["C", "D"] == [item["PK"] for item in record.owned_by("other")]
    assert [] == list(record.owned_by("nobody"))


def test_due_is_what_has_come(record: Record) -> None:
    """Of one kind of work up to a moment, oldest first in each shard; what is done leaves."""
    for number in range(12):
        due = indexes.partition("work", number % indexes.SHARDS)
        put(record, {"PK": f"{number:02}", "SK": "S", "due": due, "due_at": f"2026-{12 - number:02}"})
    put(record, {"PK": "other", "SK": "S", "due": "other#0", "due_at": "2025"})
    put(record, {"PK": "none", "SK": "S", "due_at": "1"})
    whole = [(item["due"], item["due_at"]) for item in record.due("work", "2026-06")]
    first = record.next_due("work")
    record.commit([Amend({"PK": "11", "SK": "S"}, {"due": None, "due_at": None}, Equals({"PK": "11"}), None)])

    assert sorted(whole) == whole
    assert 6 == len(whole)
    assert ("2026-01", "2026-02", None) == (first, record.next_due("work"), record.next_due("nothing"))
    assert 5 == len(list(record.due("work", "2026-06")))


def test_record_knows_when_it_began(record: Record) -> None:
    """A moment ago, in UTC, and always the same."""
    began = record.began()

    assert began == record.began()
    assert timedelta(0) == began.utcoffset()
    assert timedelta(0) <= datetime.now(timezone.utc) - began < timedelta(minutes=30)
