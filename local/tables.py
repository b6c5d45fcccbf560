"""Makes the tables of moto's DynamoDB quick: the same answers, without doing all anew each time.

As it comes, moto sorts all items of a table for each query, looks at each of them for an index, copies what it
answers, counts its bytes three times over, and turns each attribute into text by a dozen calls. Here an index
knows what is where, and an item how it is written, until one of them changes.
"""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import moto.dynamodb.models.table
import moto.dynamodb.responses
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb import models
from moto.dynamodb.comparisons import get_comparison_func
from moto.dynamodb.models import utilities
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

CERTAINLY_SMALL = 300_000  # bytes; moto's limit for an item is a little above 400,000
INDEX_NAME = 6  # its place among the arguments that follow the hash key in moto's own call of Table.query

Groups = dict[tuple[str, ...], dict[tuple[Any, ...], list[Item]]]  # by hash attributes, by their values
_groups: WeakKeyDictionary[Table, Groups] = WeakKeyDictionary()

_query = Table.query
_put_item = Table.put_item
_delete_item = Table.delete_item
_update_item = models.DynamoDBBackend.update_item
_transact = models.DynamoDBBackend.transact_write_items
_size_anew = Item.size
_set_anew = LimitedSizeDict.__setitem__
_cast_any: Any = DynamoType.cast_value
_any_to_dict = utilities.dynamo_to_dict
_serialize_any_map = BaseJSONSerializer._serialize_type_map
_serialize_any_body = BaseJSONSerializer._serialize_body


class _Written(str):
    """An item as it goes out in JSON."""

    __slots__ = ()


def _select(table: Table, hash_key: DynamoType, *positional: Any, **named: Any) -> Any:
    """Query a table that has only the items which the key condition means."""
    part: Any = copy.copy(table)
    if positional[INDEX_NAME] is not None:
        found = _of_index(table, named.get("hash_key_conditions") or [], named.get("range_key_conditions") or [])
    elif hash_key in table.items:
        items: Any = table.items[hash_key]
        found = list(items.values()) if table.has_range_key else [items]
    else:
        found = []
    part.all_items = lambda: found
    return _query(part, hash_key, *positional, **named)


def _of_index(
    table: Table,
    equal: list[tuple[str, DynamoType]],
    conditions: list[tuple[str, str, list[DynamoType]]],
) -> list[Item]:
    groups = _groups.setdefault(table, {})
    names = tuple(name for name, _ in equal)
    if names not in groups:
        groups[names] = _grouped(table, names)
    tests = [
        (name, values[0].type, get_comparison_func(comparison), [value.cast_value for value in values])
        for name, comparison, values in conditions
    ]

    def meant(item: Item) -> bool:
        for name, kind, compare, values in tests:
            found = item.attrs.get(name)
            if found is None or found.type != kind or not compare(found.cast_value, *values):
                return False
        return True

    return list(filter(meant, groups[names].get(tuple((value.type, value.value) for _, value in equal), ())))


def _grouped(table: Table, names: tuple[str, ...]) -> dict[tuple[Any, ...], list[Item]]:
    groups: dict[tuple[Any, ...], list[Item]] = defaultdict(list)
    rows: Any = table.items.values()
    for row in rows:
        for item in row.values() if table.has_range_key else (row,):
            values = [item.attrs.get(name) for name in names]
            if all(value is not None and value.type in {"S", "N"} for value in values):
                groups[tuple((value.type, value.value) for value in values)].append(item)
    return groups


def _sorted_items(table: Table, hash_names: list[str], range_names: list[str | None], items: list[Item]) -> Any:
    names = table._generate_attr_to_sort_by(hash_names, range_names)
    items.sort(key=lambda item: [item.attrs[name].cast_value for name in names])
    return items


def _set(attributes: LimitedSizeDict, name: str, value: Any) -> None:
    """Let moto refuse an item that is too large, but count its bytes only if it may be."""
    kept = vars(attributes)
    if "most" not in kept:
        kept["most"] = sum(map(_bytes, attributes.items()))
    kept["most"] += _bytes((name, value))
    if kept["most"] > CERTAINLY_SMALL:
        _set_anew(attributes, name, value)
    else:
        dict.__setitem__(attributes, name, value)


def _bytes(attribute: tuple[str, Any]) -> int:
    name, value = attribute
    return len(name) + (value.size() if type(value) is DynamoType else len(str(value)))


def _put(table: Table, *positional: Any, **named: Any) -> Any:
    try:
        return _put_item(table, *positional, **named)
    finally:
        _groups.pop(table, None)


def _delete(table: Table, *positional: Any, **named: Any) -> Any:
    try:
        return _delete_item(table, *positional, **named)
    finally:
        _groups.pop(table, None)


def _update(
    backend: models.DynamoDBBackend, table_name: str, key: dict[str, Any], *args: Any, **named: Any
) -> Any:
    """Do as moto does, which changes an item in place."""
    try:
        return _update_item(backend, table_name, key, *args, **named)
    finally:
        with suppress(Exception):  # moto has said already what is wrong with the table or the key
            _groups.pop(backend.get_table(table_name), None)
            if item := backend.get_item(table_name, key):
                vars(item.attrs).clear()  # how it was written and how long it was


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
    _groups.pop(table, None)
    items: Any = table.items
    if range_key is not None:
        items, place = items[hash_key], range_key
    else:
        place = hash_key
    if item is None:
        items.pop(place, None)
    else:
        items[place] = item


def _deepcopy_unless_table(value: Any) -> Any:
    return value if isinstance(value, Table) else copy.deepcopy(value)


def _deepcopy_unless_answer(value: Any) -> Any:
    """Answers are written out while their service is locked: nobody changes them, or what they came from."""
    return list(value) if type(value) is list and value and type(value[0]) is Item else copy.deepcopy(value)


def _cast_value(value: DynamoType) -> Any:
    """Return text, which most values and all keys are, without asking what else it could be."""
    return value.value if value.type == "S" else _cast_any.fget(value)


def _size(item: Item) -> int:
    kept = vars(item.attrs)
    if "size" not in kept:
        kept["size"] = _size_anew(item)
    return int(kept["size"])


def _to_dict(value: Any) -> Any:
    """Write out what an answer is made of, items as they were written the last time."""
    if type(value) is LimitedSizeDict:
        kept = vars(value)
        if "text" not in kept:
            kept["text"] = _Written(json.dumps(value, cls=utilities.DynamoJsonEncoder, separators=(",", ":")))
        return kept["text"]
    if isinstance(value, dict):
        return {name: _to_dict(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_to_dict(part) for part in value]
    return _any_to_dict(value)


def _serialize_map(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    if type(value) is _Written:
        serializer._default_serialize(serialized, value, shape, key)
    else:
        _serialize_any_map(serializer, serialized, value, shape, key)


def _serialize_body(serializer: Any, body: Any) -> str:
    of_tables = serializer.operation_model.service_model.service_name == "dynamodb"
    return _json(body) if of_tables else _serialize_any_body(serializer, body)


def _json(value: Any) -> str:
    """Write JSON around what is written already."""
    if type(value) is _Written:
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {_json(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return json.dumps(value)


REPLACEMENTS: tuple[tuple[Any, str, Any], ...] = (
    (models, "copy", SimpleNamespace(deepcopy=_deepcopy_unless_table)),
    (models.DynamoDBBackend, "update_item", _update),
    (models.DynamoDBBackend, "transact_write_items", _transact_write_items),
    (LimitedSizeDict, "__setitem__", _set),
    (Table, "query", _select),
    (Table, "sorted_items", _sorted_items),
    (Table, "put_item", _put),
    (Table, "delete_item", _delete),
    (moto.dynamodb.models.table, "copy", SimpleNamespace(copy=copy.copy, deepcopy=_deepcopy_unless_answer)),
    (Item, "size", _size),
    (DynamoType, "cast_value", property(_cast_value)),
    (utilities, "dynamo_to_dict", _to_dict),
    (moto.dynamodb.responses, "dynamo_to_dict", _to_dict),
    (BaseJSONSerializer, "_serialize_type_map", _serialize_map),
    (BaseJSONSerializer, "_serialize_body", _serialize_body),
)
