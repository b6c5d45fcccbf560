"""The writes and conditions of the record as DynamoDB writes them: expressions, with their names and values."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.items import typed
from chalicelib.record.conditions import Absent, AbsentOr, Condition, Differs, Equals, Item, NotLater
from chalicelib.record.writes import Amend, Delete, Expect, Put, Write

KINDS = {Put: "Put", Amend: "Update", Delete: "Delete", Expect: "ConditionCheck"}


class Expressions:
    """Collects the names (#n0, …) and values (:v0, …) that the expressions of one request stand for."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def name(self, attribute: str) -> str:
        """Return what stands for the name of an attribute, which may be a reserved word."""
        return self._names.setdefault(attribute, f"#n{len(self._names)}")

    def value(self, value: object) -> str:
        """Return what stands for a value."""
        place = f":v{len(self._values)}"
        self._values[place] = value
        return place

    def condition(self, condition: Condition) -> str:
        """Return a condition as an expression."""
        match condition:
            case Absent():
                return "attribute_not_exists(PK)"
            case AbsentOr(other):
                return f"attribute_not_exists(PK) OR ({self.condition(other)})"
            case Differs(name, value):
                return f"attribute_exists(PK) AND (NOT {self.name(name)} = {self.value(value)})"
            case NotLater(name, value):
                return f"{self.name(name)} <= {self.value(value)}"
            case Equals(values):
                return " AND ".join(self._equals(name, value) for name, value in values.items())

    def changes(self, changes: Item) -> str:
        """Return an update expression that sets attributes, or removes those that are None."""
        sets = [f"{self.name(name)} = {self.value(value)}" for name, value in changes.items() if value is not None]
        removes = [self.name(name) for name, value in changes.items() if value is None]
        parts = (("SET", sets), ("REMOVE", removes))
        return " ".join(f"{word} {', '.join(each)}" for word, each in parts if each)

    def projection(self, only: tuple[str, ...]) -> str:
        """Return the projection expression for some attributes."""
        return ", ".join(map(self.name, only))

    def request(self) -> Item:
        """Return the part of a request that says what stands for what."""
        names = {"ExpressionAttributeNames": {place: name for name, place in self._names.items()}}
        values = {"ExpressionAttributeValues": typed(self._values)}
        return {**(names if self._names else {}), **(values if self._values else {})}

    def _equals(self, name: str, value: object) -> str:
        if value is None:
            return f"attribute_not_exists({self.name(name)})"
        return f"{self.name(name)} = {self.value(value)}"


def request_of(write: Write, table: str) -> tuple[str, Item]:
    """Return a write as its kind and its part of a TransactWriteItems request."""
    written = Expressions()
    if isinstance(write, Put):
        request: Item = {"Item": typed(write.item)}
    else:
        request = {"Key": key(write.key)}
    if isinstance(write, Amend):
        request["UpdateExpression"] = written.changes(write.changes)
    if write.condition is not None:
        condition = written.condition(write.condition)
        # UpdateItem would make the item that is not there.
        request["ConditionExpression"] = (
            f"attribute_exists(PK) AND ({condition})" if isinstance(write, Amend) else condition
        )
    return KINDS[type(write)], {"TableName": table, **request, **written.request()}


def key(item: Item) -> Item:
    """Return the key of an item, as DynamoDB writes it."""
    return typed({"PK": item["PK"], "SK": item["SK"]})
