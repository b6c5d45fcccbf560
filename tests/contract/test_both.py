"""The same operations on both adapters, at random: what they answer, and what they refuse, is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chalicelib import stores
from chalicelib.errors import Conflict, SSLEndpointError
from chalicelib.record.conditions import Absent, AbsentOr, Condition, Differs, Equals, NotLater
from chalicelib.record.contract import Record
from chalicelib.record.writes import Amend, Delete, Expect, Put, Write
from chalicelib.sqlite.record import SqliteRecord
from tests import records
from tests.records import MOTO

PKS = st.sampled_from(["A", "B", "B\uffff", "C\U0001f0a1"])
SKS = st.sampled_from(["a", "a#1", "a#\uffff", "a#\U0001f0a1", "b", "\U0010ffff", "\U0010ffffx"])
KEYS = st.fixed_dictionaries({"PK": PKS, "SK": SKS})
PREFIXES = st.sampled_from(["", "a", "a#", "\U0010ffff", "x"])
TTLS = st.integers(0, 3)
MOMENTS = st.sampled_from(["2026-01", "2026-02", "2026-03"])
SCALARS = st.one_of(st.text('aé\x00"\U0001f0a1', max_size=2), st.integers(-2, 2), st.booleans())
VALUES = st.recursive(
    st.one_of(SCALARS, st.binary(max_size=2), st.just(10**38 - 1)),
    lambda inner: (
        st.lists(inner | st.none(), max_size=2) | st.dictionaries(st.sampled_from("xS"), inner, max_size=2)
    ),
    max_leaves=3,
)
ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "a": VALUES | st.none(),
        "size": SCALARS | st.none(),
        "ttl": TTLS | st.none(),
        "owner": st.sampled_from(["o", "p"]) | st.none(),
        "feed": st.just("feed") | st.none(),
        "changed": MOMENTS | st.none(),
        "due": st.sampled_from(["w#0", "w#3", "v#0"]) | st.none(),
        "due_at": MOMENTS | st.none(),
    },
)
NAMES = st.sampled_from(["a", "size", "ttl", "owner"])
EQUALS = st.builds(Equals, st.dictionaries(NAMES, SCALARS | st.none(), min_size=1, max_size=2))
NOT_LATER = st.builds(NotLater, NAMES, st.integers(-1, 3))
CONDITIONS: st.SearchStrategy[Condition] = st.one_of(
    st.just(Absent()),
    EQUALS,
    NOT_LATER,
    st.builds(Differs, NAMES, SCALARS),
    st.builds(AbsentOr, EQUALS | NOT_LATER),
)
REFUSALS = [Conflict(str(number)) for number in range(4)]
CHANGES = ATTRIBUTES.filter(bool)
WRITES: st.SearchStrategy[Callable[[Conflict], Write]] = st.one_of(
    st.builds(lambda key, rest: lambda _: Put({**key, **rest}), KEYS, ATTRIBUTES),
    st.builds(lambda key, rest, only: lambda why: Put({**key, **rest}, only, why), KEYS, ATTRIBUTES, CONDITIONS),
    st.builds(lambda key, rest, only: lambda why: Amend(key, rest, only, why), KEYS, CHANGES, CONDITIONS),
    st.builds(lambda key, only: lambda why: Delete(key, only, why), KEYS, CONDITIONS),
    st.builds(lambda key: lambda _: Delete(key), KEYS),
    st.builds(lambda key, only: lambda why: Expect(key, only, why), KEYS, CONDITIONS),
)


def typed(value: Any) -> Any:
    """Return a value with its types, as True equals 1."""
    if isinstance(value, dict):
        return {name: typed(each) for name, each in value.items()}
    return [typed(each) for each in value] if isinstance(value, (list, tuple)) else (type(value), value)


def unordered(items: Any) -> Any:
    """Return items in an order of our own."""
    return [typed(item) for item in sorted(items, key=lambda item: (item["PK"], item["SK"]))]


def by(items: Any, *names: str) -> Any:
    """Return what items say in their order, and all that they say in ours."""
    found = list(items)
    return [[item[name] for name in names] for item in found], unordered(found)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make both records once, for all examples."""
    with pytest.MonkeyPatch.context() as environment, records.made(MOTO, Path()) as variables:
        for name, value in variables.items():
            environment.setenv(name, value)
        records.forget()
        file = SqliteRecord(str(tmp_path_factory.mktemp("both") / "record.sqlite"))
        Both.records = (file, stores.record())
        yield
        file.close()
    records.forget()


class Both(RuleBasedStateMachine):
    """Asks both records and compares."""

    records: ClassVar[tuple[SqliteRecord, Record]]

    @initialize()
    def begin(self) -> None:
        """Begin with nothing."""
        self.records[0]._run("DELETE FROM items")
        records.empty()
        self.number = 0

    def same(self, ask: Callable[[Record], Any]) -> None:
        """Compare what both answer or raise."""
        ours, other = (self._answer(ask, record) for record in self.records)
        assert ours == other

    @staticmethod
    def _answer(ask: Callable[[Record], Any], record: Record) -> Any:
        try:
            return ask(record)
        except (SSLEndpointError, ValueError) as error:
            return type(error), str(error)

    @rule(made=st.lists(WRITES, min_size=0, max_size=4))
    def commit(self, made: list[Callable[[Conflict], Write]]) -> None:
        """Commit a transaction, sensible or not."""
        writes = [write(why) for write, why in zip(made, REFUSALS, strict=False)]
        self.same(lambda record: record.commit(writes))

    @rule(
        key=KEYS,
        amounts=st.dictionaries(st.sampled_from("nm"), st.integers(-3, 3)),
        again=st.booleans(),
        ttl=st.just(2),
    )
    def add_up(self, key: dict[str, str], amounts: dict[str, int], again: bool, ttl: int) -> None:
        """Add up, sometimes a second time."""
        self.number += not again
        self.same(lambda record: record.add_up(key, amounts, ("mark", self.number), ttl))

    @rule(
        pk=PKS,
        prefix=st.sampled_from(["", "a", "a#", "\U0010ffff", "x"]),
        first=SKS | st.just(""),
        newest=st.booleans(),
    )
    def query(self, pk: str, prefix: str, first: str, newest: bool) -> None:
        """Read a partition."""
        self.same(lambda record: typed(list(record.query(pk, prefix, first=first, newest_first=newest))))

    @rule(pk=PKS, before=SKS | st.none(), most=st.integers(1, 4))
    def page(self, pk: str, before: str | None, most: int) -> None:
        """Read a page."""
        self.same(lambda record: typed(record.page(pk, before, most)))

    @rule(condition=CONDITIONS)
    def scan(self, condition: Condition) -> None:
        """Look through everything."""
        self.same(lambda record: unordered(record.scan(condition)))

    @rule(keys=st.lists(KEYS, unique_by=lambda key: (key["PK"], key["SK"])))
    def get(self, keys: list[dict[str, Any]]) -> None:
        """Read by key."""
        self.same(lambda record: [typed(record.get(key["PK"], key["SK"])) for key in keys])
        self.same(lambda record: unordered(record.get_many(keys)))

    @rule(moment=MOMENTS | st.just(""))
    def feed(self, moment: str) -> None:
        """Follow the changes."""
        self.same(lambda record: by(record.changed_since(moment), "changed"))
        self.same(lambda record: (record.next_change(moment) or {}).get("changed"))
        self.same(lambda record: (record.newest_change() or {}).get("changed"))

    @rule(owner=st.sampled_from(["o", "p", "q"]), first=PKS | st.just(""))
    def owned(self, owner: str, first: str) -> None:
        """Ask what an account has."""
        self.same(lambda record: by(record.owned_by(owner, first), "PK"))

    @rule(work=st.sampled_from(["w", "v"]), until=MOMENTS)
    def due(self, work: str, until: str) -> None:
        """Ask what is due."""
        self.same(lambda record: by(record.due(work, until), "due", "due_at"))
        self.same(lambda record: record.next_due(work))

    @invariant()
    def is_the_same(self) -> None:
        """All that is there is the same."""
        if hasattr(self, "number"):
            self.same(lambda record: unordered(record.scan(Differs("PK", ""))))


def test_both_records_do_the_same(both: None) -> None:
    """Whatever they are asked, in whatever order."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    bounded = settings(
        max_examples=12,
        stateful_step_count=20,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        suppress_health_check=quiet,
    )
    run_state_machine_as_test(Both, settings=bounded)  # type: ignore[no-untyped-call]
