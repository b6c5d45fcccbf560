"""What a use-case asks of the record and the vault, step by step, on whichever adapter: noted, or disturbed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import GeneratorType
from typing import Any

import pytest

from chalicelib import stores
from chalicelib.errors import Unavailable
from chalicelib.record.conditions import Differs
from chalicelib.record.contract import Record, Vault
from chalicelib.record.writes import MOST_WRITES, Amend, Delete, Put, Write

CHANGES = {"commit", "add_up"}


class Death(BaseException):
    """What ends a process in the middle; nothing catches it."""


@dataclass
class Steps:
    """The steps that were made, in order: the names of the operations, and the transactions among them."""

    names: list[str] = field(default_factory=list)
    transactions: list[Sequence[Write]] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Tell whether any step could have changed the record."""
        return not CHANGES.isdisjoint(self.names)


@contextmanager
def noted(
    before: Callable[[int], object] = id, after: Callable[[int], object] = id, only: str = ""
) -> Iterator[Steps]:
    """Note each step from now on; `before` and `after` it, what happens is called with its number, from 1.

    What happens in between, and what a step does inside, are no steps. With `only` one kind of step is meant.
    """
    steps, within, lock = Steps(), threading.local(), threading.Lock()

    def step(operation: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if getattr(within, "busy", False) or only not in {"", operation.__name__}:
            return operation(*arguments, **named)
        with lock:
            steps.names.append(operation.__name__)
            number = len(steps.names)
        if operation.__name__ == "commit":
            steps.transactions.append(arguments[0])
        within.busy = True
        try:
            before(number)
            answer = operation(*arguments, **named)
            whole = iter(list(answer)) if isinstance(answer, GeneratorType) else answer
            after(number)
        finally:
            within.busy = False
        return whole

    with pytest.MonkeyPatch.context() as patch:
        for owner, protocol in ((stores.record(), Record), (stores.vault(), Vault)):
            for name in (name for name in vars(protocol) if not name.startswith("_")):
                patch.setattr(owner, name, partial(step, getattr(owner, name)))
        yield steps


@contextmanager
def dying(when: str, number: int) -> Iterator[None]:
    """End the process "before" or "after" the n-th step from now."""

    def die(step: int) -> None:
        if step == number:
            raise Death

    with noted(die) if when == "before" else noted(after=die):
        yield


@contextmanager
def cut(number: int) -> Iterator[None]:
    """Let the record not answer to the n-th transaction from now."""

    def fail(step: int) -> None:
        if step == number:
            raise Unavailable("The database does not answer; try again in a moment.")

    with noted(fail, only="commit"):
        yield


class Kept:
    """All that is in the record now, to be made so again."""

    def __init__(self) -> None:
        self._items = self._now()

    def restore(self) -> None:
        """Make the record what it was."""
        found = self._now()
        writes: list[Write] = [Delete({"PK": pk, "SK": sk}) for pk, sk in found.keys() - self._items.keys()]
        writes += [Put(item) for key, item in self._items.items() if found.get(key) != item]
        for start in range(0, len(writes), MOST_WRITES):
            stores.record().commit(writes[start : start + MOST_WRITES])

    def _now(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {(item["PK"], item["SK"]): item for item in stores.record().scan(Differs("PK", ""))}


def changed(writes: Sequence[Write]) -> list[dict[str, Any]]:
    """Return the items, the changes with their keys, or the keys alone, that a transaction writes."""
    found = []
    for write in writes:
        if isinstance(write, Put):
            found.append(write.item)
        elif isinstance(write, Amend):
            found.append({**write.key, **write.changes})
        elif isinstance(write, Delete):
            found.append(write.key)
    return found
