"""What a transaction of the record is made of: writes, each with its condition and the error that it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from chalicelib.errors import SSLEndpointError
from chalicelib.record.conditions import Absent, Condition, Equals, Item

MOST_WRITES = 100  # in one transaction: DynamoDB takes no more


@dataclass(frozen=True, slots=True)
class Put:
    """An item takes the place of what is at its key; attributes that are None are left out."""

    item: Item
    condition: Condition | None = None
    refusal: SSLEndpointError | None = None


@dataclass(frozen=True, slots=True)
class Amend:
    """Some attributes of an item that is there change, None removing one; where there is none, that is refused."""

    key: Item
    changes: Item
    condition: Condition
    refusal: SSLEndpointError | None


@dataclass(frozen=True, slots=True)
class Delete:
    """An item goes; without a condition it need not be there."""

    key: Item
    condition: Condition | None = None
    refusal: SSLEndpointError | None = None


@dataclass(frozen=True, slots=True)
class Expect:
    """Nothing changes, but the condition has to hold."""

    key: Item
    condition: Condition
    refusal: SSLEndpointError


Write: TypeAlias = Put | Amend | Delete | Expect


def new(item: Item, refusal: SSLEndpointError) -> Put:
    """Put an item that must not be there yet."""
    return Put(item, Absent(), refusal)


def replace(item: Item, ver: int, refusal: SSLEndpointError) -> Put:
    """Put an item over the one that still has version `ver`."""
    return Put(item, Equals({"ver": ver}), refusal)


def key_of(write: Write) -> tuple[str, str]:
    """Return PK and SK of what a write is about."""
    item: dict[str, Any] = write.item if isinstance(write, Put) else write.key
    return item["PK"], item["SK"]


def checked(writes: Sequence[Write]) -> Sequence[Write]:
    """Return the writes of a transaction; raise ValueError for none, too many, or two at one key."""
    keys = {key_of(write) for write in writes}
    if not 0 < len(writes) <= MOST_WRITES or len(keys) < len(writes):
        raise ValueError(f"a transaction has 1 to {MOST_WRITES} writes at different keys, not {len(writes)}")
    return writes
