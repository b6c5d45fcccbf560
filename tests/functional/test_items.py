"""Items on their way into the table and back."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import stores
from chalicelib.aws import items
from chalicelib.record.conditions import Equals
from chalicelib.record.writes import Put

KEY = {"PK": "P", "SK": "S"}
EVERY_KIND: dict[str, Any] = {
    "text": 'é \u2028 "',
    "empty": "",
    "number": 12345678901234567890,
    "negative": -1,
    "yes": True,
    "no": False,
    "octets": b"\x00\xff",
    "list": ["a", 1, None, b"b", ["c"], {"d": 2}],
    "map": {"S": "not a type", "N": 1, "M": {"L": []}, "nothing": None},
}


def test_item_comes_back_as_it_was(aws: dict[str, str]) -> None:
    """Each kind of value by each way to read; None is left out of an item, not of a map."""
    table = stores.record()
    table.commit([Put({**KEY, **EVERY_KIND, "nothing": None})])
    read = [
        table.get("P", "S"),
        *table.get_many([KEY]),
        *table.query("P"),
        *table.page("P", None, 1)[0],
        *table.scan(Equals({"PK": "P"})),
    ]

    assert [{**KEY, **EVERY_KIND}] * 5 == read


def test_typed_and_plain_are_inverse() -> None:
    """What one writes the other reads."""
    wire = items.typed(EVERY_KIND)
    wire["octets"] = {"B": "AP8="}  # as it is in JSON
    wire["list"]["L"][3] = {"B": "Yg=="}

    assert EVERY_KIND == items.plain(wire)


def test_errors_are_still_told(aws: dict[str, str]) -> None:
    """An answer that is none has its code and its reasons, as botocore reads them."""
    stores.record()
    client = stores.client("dynamodb")
    check = {"TableName": aws["Table"], "Key": items.typed(KEY), "ConditionExpression": "attribute_exists(PK)"}
    with pytest.raises(ClientError) as caught:
        client.transact_write_items(TransactItems=[{"ConditionCheck": check}])

    assert "TransactionCanceledException" == caught.value.response["Error"]["Code"]
    assert "ConditionalCheckFailed" == caught.value.response["CancellationReasons"][0]["Code"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.query(
            TableName="none",
            KeyConditionExpression="PK = :pk",
            ExpressionAttributeValues=items.typed({":pk": "P"}),
        )
