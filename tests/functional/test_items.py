"""Items on their way into the table and back."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import stores
from chalicelib.aws import items
from chalicelib.record.conditions import Equals
from chalicelib.record.contract import Record
from chalicelib.record.writes import Put
from tests.records import MOTO

RECORDS = (MOTO,)
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


def test_item_comes_back_as_it_was(record: Record) -> None:
    """Each kind of value by each way to read; None is left out of an item, not of a map."""
    record.commit([Put({**KEY, **EVERY_KIND, "nothing": None})])
    read = [
        record.get("P", "S"),
        *record.get_many([KEY]),
        *record.query("P"),
        *record.page("P", None, 1)[0],
        *record.scan(Equals({"PK": "P"})),
    ]

    assert [{**KEY, **EVERY_KIND}] * 5 == read


def test_typed_and_plain_are_inverse() -> None:
    """What one writes the other reads."""
    wire = items.typed(EVERY_KIND)
    wire["octets"] = {"B": "AP8="}  # as it is in JSON
    wire["list"]["L"][3] = {"B": "Yg=="}

    assert EVERY_KIND == items.plain(wire)


def test_errors_are_still_told(record: Record) -> None:
    """An answer that is none has its code and its reasons, as botocore reads them."""
    client = stores.client("dynamodb")
    check = {
        "TableName": stores.settings().table,
        "Key": items.typed(KEY),
        "ConditionExpression": "attribute_exists(PK)",
    }
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
