"""Items: as DynamoDB writes them, {"name": {"S": "text"}}, and as the rest of the code has them."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from chalicelib.record.conditions import Item

OK = 200
ANSWERS = ("Item", "Items", "Responses")  # where GetItem, Query and Scan, and BatchGetItem have their items


def typed(item: Item) -> Item:
    """Return an item as DynamoDB writes it; None is left out."""
    serialize = TypeSerializer().serialize
    return {
        name: {"S": value} if type(value) is str else serialize(value)
        for name, value in item.items()
        if value is not None
    }


def plain(item: Item) -> Item:
    """Return an item without the names of its types, as `keep_items` left it; a number is an int."""
    return {name: value["S"] if "S" in value else _plain(value) for name, value in item.items()}


def keep_items(client: Any) -> None:
    """Let the answers of a DynamoDB client have their items as they came, in JSON.

    botocore looks each attribute up in the description of its ten types, which takes longer than all else that an
    account's list does. `before-parse` is where it lets itself be helped: what it does not see it does not parse.
    """
    client.meta.events.register("before-parse.dynamodb.*", _keep_items, unique_id="items")


def _keep_items(response_dict: Item, customized_response_dict: Item, **_: Any) -> None:
    if response_dict["status_code"] != OK:
        return
    answer = json.loads(response_dict["body"])
    kept = {name: answer.pop(name) for name in ANSWERS if name in answer}
    if kept:
        customized_response_dict.update(kept)
        response_dict["body"] = json.dumps(answer).encode()


def _plain(value: Item) -> Any:
    if "S" in value:
        return value["S"]
    ((kind, content),) = value.items()
    return READ[kind](content)


READ: dict[str, Callable[[Any], Any]] = {
    "N": int,
    "BOOL": bool,
    "NULL": lambda _: None,
    "B": b64decode,
    "L": lambda values: [_plain(value) for value in values],
    "M": plain,
}
