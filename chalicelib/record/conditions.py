"""Under which conditions a write happens, as values: what each means is its `holds`; an adapter may render it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no item."""

    def holds(self, item: Item | None) -> bool:
        """Tell whether the condition holds for an item, None where there is none."""
        return item is None


@dataclass(frozen=True, slots=True)
class Equals:
    """Attributes have these values; None stands for an attribute that is not there, as in an item that is not."""

    values: Mapping[str, str | int | bool | None]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("a condition names at least one attribute")

    def holds(self, item: Item | None) -> bool:
        """Tell whether the condition holds for an item, None where there is none."""
        return all(_is_same((item or {}).get(name), value) for name, value in self.values.items())


@dataclass(frozen=True, slots=True)
class Differs:
    """There is an item, whose attribute has another value or is not there."""

    name: str
    value: str | int | bool

    def holds(self, item: Item | None) -> bool:
        """Tell whether the condition holds for an item, None where there is none."""
        return item is not None and not _is_same(item.get(self.name), self.value)


@dataclass(frozen=True, slots=True)
class NotLater:
    """There is an attribute, a number, and it is at most this one."""

    name: str
    value: int

    def holds(self, item: Item | None) -> bool:
        """Tell whether the condition holds for an item, None where there is none."""
        number = (item or {}).get(self.name)
        return isinstance(number, int) and not isinstance(number, bool) and number <= self.value


@dataclass(frozen=True, slots=True)
class AbsentOr:
    """There is no item, or something holds for it."""

    other: Equals | NotLater

    def holds(self, item: Item | None) -> bool:
        """Tell whether the condition holds for an item, None where there is none."""
        return item is None or self.other.holds(item)


Condition: TypeAlias = Absent | AbsentOr | Differs | Equals | NotLater


def _is_same(ours: object, other: object) -> bool:
    return isinstance(ours, bool) is isinstance(other, bool) and ours == other  # True is not 1, as in DynamoDB
