"""Makes moto quick enough to live in: the same answers, without copying or sorting a whole table each time.

As it comes, moto lists its own folder for each call, deep-copies the table for each part of a transaction, sorts
all its items for each query, copies what it answers, counts its bytes three times over, looks for ten spellings of
each of its attributes, and keeps every object that it ever made in a list, so that each of those copies stays in
memory for ever. And it cannot describe a key that a stack made.
"""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import moto.dynamodb.models.table
import moto.dynamodb.responses
import moto.kms.models
import moto.kms.policy_validator
import moto.kms.responses
import moto.s3.models
from moto import backends
from moto.core.model_instances import model_data
from moto.core.serialize import JSONSerializer
from moto.dynamodb import models
from moto.dynamodb.comparisons import get_comparison_func
from moto.dynamodb.models import utilities
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

FORGETFUL_SERVICES = ("dynamodb", "s3", "kms")
INDEX_NAME = 6  # its place among the arguments that follow the hash key in moto's own call of Table.query
PLAIN_TYPES = frozenset({"S", "N", "SS", "NS", "BOOL", "NULL"})

_list_of_moto_modules = backends.list_of_moto_modules
_transact = models.DynamoDBBackend.transact_write_items
_query = Table.query
_validate_policy = moto.kms.policy_validator.validate_policy
_cast_any: Any = DynamoType.cast_value
_any_to_dict = utilities.dynamo_to_dict
_serialize_any_structure = JSONSerializer._serialize_type_structure


class _Forgetful(list[Any]):
    """A list that stays empty."""

    def append(self, _: Any) -> None:
        """Forget."""


def apply(forgetful: Sequence[str] = FORGETFUL_SERVICES) -> None:
    """Replace the costly parts of moto in this process; these services forget what is no longer in use."""
    for service in forgetful:
        kinds: Any = model_data[service].values()
        for kind in kinds:
            kind.instances_tracked = _Forgetful()
    for owner, name, replacement in REPLACEMENTS:
        setattr(owner, name, replacement)


def _deepcopy_unless_table(value: Any) -> Any:
    return value if isinstance(value, Table) else copy.deepcopy(value)


def _deepcopy_unless_answer(value: Any) -> Any:
    """Answers are written out while their service is locked: nobody changes them, or what they came from."""
    return list(value) if type(value) is list and value and type(value[0]) is Item else copy.deepcopy(value)


def _cast_value(value: DynamoType) -> Any:
    """Return text, which most values and all keys are, without asking what else it could be."""
    return value.value if value.type == "S" else _cast_any.fget(value)


def _to_dict(value: Any) -> Any:
    """Write out what an answer is made of, text first."""
    if type(value) is DynamoType and value.type == "S":
        return {"S": value.value}
    if isinstance(value, dict):
        return {name: _to_dict(part) for name, part in value.items()}
    return _any_to_dict(value)


def _size(item: Item) -> int:
    """Return the bytes of an item, text without a detour; it only decides where a page of an answer ends."""
    return sum(
        len(name) + (len(value.value) if type(value.value) is str else value.size())
        for name, value in item.attrs.items()
    )


def _transact_write_items(backend: models.DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Do as moto does, but undo a failed transaction item by item."""
    before = [found for part in transact_items if (found := _item_before(backend, part))]
    try:
        _transact(backend, transact_items)
    except Exception:
        for table, hash_key, range_key, item in before:
            _put_back(table, hash_key, range_key, item)
        raise


def _item_before(
    backend: models.DynamoDBBackend, part: dict[str, Any]
) -> tuple[Table, DynamoType, DynamoType | None, Item | None] | None:
    """Return where a part of a transaction writes, and a copy of what is there; None for a malformed part."""
    _, write = next(iter(part.items()))
    table = backend.tables.get(write.get("TableName"))
    try:
        keys = backend.get_keys_value(table, write.get("Item") or write.get("Key"))  # type: ignore[arg-type]
        return table, *keys, copy.deepcopy(table.get_item(*keys))  # type: ignore[union-attr, return-value]
    except Exception:
        return None  # moto refuses it with its own words in a moment


def _put_back(table: Table, hash_key: DynamoType, range_key: DynamoType | None, item: Item | None) -> None:
    items: Any = table.items
    if range_key is not None:
        items, place = items[hash_key], range_key
    else:
        place = hash_key
    if item is None:
        items.pop(place, None)
    else:
        items[place] = item


def _query_part(table: Table, hash_key: DynamoType, *positional: Any, **named: Any) -> Any:
    """Query a table that holds only the items which the key condition means."""
    part = copy.copy(table)
    part.items = defaultdict(dict)
    if positional[INDEX_NAME] is not None:
        conditions = [(name, "=", [value]) for name, value in named.get("hash_key_conditions") or []]
        _select(table, part, [*conditions, *(named.get("range_key_conditions") or [])])
    elif hash_key in table.items:
        part.items[hash_key] = table.items[hash_key]
    return _query(part, hash_key, *positional, **named)


def _select(table: Table, part: Table, conditions: list[tuple[str, str, list[DynamoType]]]) -> None:
    tests = [
        (name, values[0].type, get_comparison_func(comparison), [value.cast_value for value in values])
        for name, comparison, values in conditions
    ]

    def meant(item: Item) -> bool:
        attributes = item.attrs
        for name, kind, compare, values in tests:
            found = attributes.get(name)
            if found is None or found.type != kind:
                return False
            if not compare(found.value if kind == "S" else found.cast_value, *values):
                return False
        return True

    items: Any
    for hash_key, items in table.items.items():
        if not table.has_range_key:
            if meant(items):
                part.items[hash_key] = items
        elif chosen := {range_key: item for range_key, item in items.items() if meant(item)}:
            part.items[hash_key] = chosen


def _serialize_structure(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Pass on a value that is on its way out as it came in, for example {"S": "text"}."""
    if (
        shape.name == "AttributeValue"
        and type(value) is dict
        and len(value) == 1
        and PLAIN_TYPES.issuperset(value)
    ):
        serializer._default_serialize(serialized, value, shape, key)
    else:
        _serialize_any_structure(serializer, serialized, value, shape, key)


def _validate_policy_of_stack(key: Any, action: str) -> None:
    """Read also a policy that came as an object, as those in templates do."""
    policy = key.policy if isinstance(key.policy, str) else json.dumps(key.policy)
    _validate_policy(SimpleNamespace(policy=policy, arn=key.arn), action)  # type: ignore[arg-type]


@cache
def _modules() -> frozenset[str]:
    """Return what moto lists anew on disk for each call."""
    return frozenset(_list_of_moto_modules())


REPLACEMENTS: tuple[tuple[Any, str, Any], ...] = (
    (backends, "list_of_moto_modules", _modules),
    (models, "copy", SimpleNamespace(deepcopy=_deepcopy_unless_table)),
    (models.DynamoDBBackend, "transact_write_items", _transact_write_items),
    (Table, "query", _query_part),
    (moto.dynamodb.models.table, "copy", SimpleNamespace(copy=copy.copy, deepcopy=_deepcopy_unless_answer)),
    (Item, "size", _size),
    (DynamoType, "cast_value", property(_cast_value)),
    (utilities, "dynamo_to_dict", _to_dict),
    (moto.dynamodb.responses, "dynamo_to_dict", _to_dict),
    (moto.kms.responses, "validate_policy", _validate_policy_of_stack),
    (JSONSerializer, "_serialize_type_structure", _serialize_structure),
)
