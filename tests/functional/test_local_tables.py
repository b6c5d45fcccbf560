"""What makes the embedded tables quick changes no answer: they are held against plain dictionaries."""

from __future__ import annotations

from operator import itemgetter
from random import Random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

Item = dict[str, Any]
STEPS = 60
PARTITIONS, PLACES, OWNERS, MOMENTS = "ABC", "123", "XY", "56789"
INDEXES = {"owner": ("owner", "PK"), "feed": ("feed", "changed"), "due": ("due", "due_at")}
LARGE = 390_000  # bytes; DynamoDB takes items of up to 400 KB


class Pair:
    """The embedded table, and what should be in it."""

    def __init__(self, name: str, random: Random) -> None:
        self.client = boto3.client("dynamodb")
        self.name = name
        self.items: dict[tuple[str, str], Item] = {}
        self._random = random

    def step(self) -> None:
        """Change something, in one of the ways there are."""
        self._random.choice([self.put, self.put, self.update, self.add, self.delete, self.transact, self.fail])()

    def put(self) -> None:
        """Put an item, whatever was there."""
        item = self._item()
        self.client.put_item(TableName=self.name, Item=item)
        self.items[_place(item)] = item

    def update(self) -> None:
        """Set some attributes, those of indexes among them, and remove one."""
        key, new = self._key(), self._item()
        sets = {name: value for name, value in new.items() if name not in {"PK", "SK"}}
        gone = self._random.choice(sorted({"owner", "feed", "due", "text"} - sets.keys()) or ["nothing"])
        self.client.update_item(
            TableName=self.name,
            Key=key,
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in sets) + f" REMOVE #{gone}",
            ExpressionAttributeNames={f"#{name}": name for name in (*sets, gone)},
            ExpressionAttributeValues={f":{name}": value for name, value in sets.items()},
        )
        before = self.items.get(_place(key), key)
        self.items[_place(key)] = {name: value for name, value in {**before, **sets}.items() if name != gone}

    def add(self) -> None:
        """Add to a number."""
        key = self._key()
        self.client.update_item(
            TableName=self.name,
            Key=key,
            UpdateExpression="ADD amount :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        before = self.items.get(_place(key), key)
        amount = int(before.get("amount", {"N": "0"})["N"]) + 1
        self.items[_place(key)] = {**before, "amount": {"N": str(amount)}}

    def delete(self) -> None:
        """Delete an item, if it is there."""
        key = self._key()
        self.client.delete_item(TableName=self.name, Key=key)
        self.items.pop(_place(key), None)

    def transact(self) -> None:
        """Put one item and delete another at once."""
        item, key = self._item(), self._key()
        if _place(item) == _place(key):
            return
        write = [
            {"Put": {"TableName": self.name, "Item": item}},
            {"Delete": {"TableName": self.name, "Key": key}},
        ]
        self.client.transact_write_items(TransactItems=write)
        self.items[_place(item)] = item
        self.items.pop(_place(key), None)

    def fail(self) -> None:
        """Try a transaction of which a part is refused: nothing happens."""
        item, changed = self._item(), self._key()
        if _place(item) == _place(changed):
            return
        update = {
            "TableName": self.name,
            "Key": changed,
            "UpdateExpression": "SET #owner = :owner",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":owner": {"S": "nobody"}},
        }
        never = {
            "TableName": self.name,
            "Key": {"PK": {"S": "never"}, "SK": {"S": "there"}},
            "ConditionExpression": "attribute_exists(PK)",
        }
        put = {"TableName": self.name, "Item": item}
        with pytest.raises(ClientError, match="TransactionCanceled"):
            self.client.transact_write_items(
                TransactItems=[{"Put": put}, {"Update": update}, {"ConditionCheck": never}]
            )

    def check(self) -> None:
        """Ask in every way there is, and compare."""
        for partition in PARTITIONS:
            mine = [item for (pk, _), item in sorted(self.items.items()) if pk == partition]
            assert mine == self._query("PK = :h", partition)
            assert mine[::-1] == self._query("PK = :h", partition, ScanIndexForward=False)
        for index, (hash_name, range_name) in INDEXES.items():
            for value in (*OWNERS, "nobody"):
                there = [item for item in self.items.values() if item.get(hash_name) == {"S": value}]
                listed = sorted(there, key=lambda item: (item[range_name]["S"], *_place(item)))
                assert listed == self._query("#h = :h", value, index)
                late = [item for item in listed if item[range_name]["S"] >= "7"]
                assert late == self._query("#h = :h AND #r >= :r", value, index)
                assert listed == self._paged(value, index)
        everything = self.client.scan(TableName=self.name)["Items"]
        assert sorted(self.items) == sorted(map(_place, everything))
        for place, item in self.items.items():
            got = self.client.get_item(TableName=self.name, Key=_key(*place), ConsistentRead=True)
            assert item == got["Item"]
        keys = [_key(*place) for place in self.items]
        batch = self.client.batch_get_item(RequestItems={self.name: {"Keys": keys}}) if keys else {}
        found = batch.get("Responses", {}).get(self.name, [])
        assert sorted(self.items.values(), key=_place) == sorted(found, key=_place)

    def _query(self, condition: str, value: str, index: str = "", **more: Any) -> list[Item]:
        hash_name, range_name = INDEXES.get(index, ("", ""))
        used = {"#h": hash_name, "#r": range_name}
        names = {short: name for short, name in used.items() if short in condition}
        request = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": {
                ":h": {"S": value},
                **({":r": {"S": "7"}} if ":r" in condition else {}),
            },
            **({"ExpressionAttributeNames": names} if names else {}),
            **({"IndexName": index} if index else {}),
        }
        return list(self.client.query(**request, **more)["Items"])

    def _paged(self, value: str, index: str) -> list[Item]:
        found: list[Item] = []
        start: Item = {}
        while True:
            answer = self.client.query(
                TableName=self.name,
                IndexName=index,
                KeyConditionExpression="#h = :h",
                ExpressionAttributeNames={"#h": INDEXES[index][0]},
                ExpressionAttributeValues={":h": {"S": value}},
                Limit=2,
                **start,
            )
            found += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return found
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _key(self) -> Item:
        return _key(self._random.choice(PARTITIONS), self._random.choice(PLACES))

    def _item(self) -> Item:
        some = {
            "owner": {"S": self._random.choice(OWNERS)},
            "feed": {"S": self._random.choice(OWNERS)},
            "due": {"S": self._random.choice(OWNERS)},
            "text": {"S": self._random.choice(["", 'é\u2028"\\', "x" * 50])},
            "amount": {"N": str(self._random.randrange(100))},
            "kinds": {
                "M": {"L": {"L": [{"S": "a"}, {"NULL": True}]}, "B": {"B": b"\x00\xff"}, "Y": {"BOOL": True}}
            },
        }
        chosen = {name: value for name, value in some.items() if self._random.random() < 0.7}
        moments = {name: {"S": self._random.choice(MOMENTS)} for name in ("changed", "due_at")}
        return {**self._key(), **moments, **chosen}


def _key(pk: str, sk: str) -> Item:
    return {"PK": {"S": pk}, "SK": {"S": sk}}


def _place(item: Item) -> tuple[str, str]:
    return item["PK"]["S"], item["SK"]["S"]


def test_every_answer_is_as_it_should_be(aws: dict[str, str]) -> None:
    """After puts, updates, deletions and transactions, also refused ones, each way to ask tells what is there."""
    pair = Pair(aws["Table"], Random(1))
    for _ in range(STEPS):
        pair.step()
        if pair.items:
            pair.check()


def test_a_large_answer_comes_in_pages(aws: dict[str, str]) -> None:
    """A page ends before it is longer than DynamoDB's megabyte, also once its items were read before."""
    client = boto3.client("dynamodb")
    for sk in PLACES:
        client.put_item(TableName=aws["Table"], Item={**_key("A", sk), "text": {"S": "x" * LARGE}})
    for _ in range(2):
        pages = client.get_paginator("query").paginate(
            TableName=aws["Table"],
            KeyConditionExpression="PK = :pk",
            ExpressionAttributeValues={":pk": {"S": "A"}},
        )
        assert [2, 1] == list(map(len, map(itemgetter("Items"), pages)))


def test_item_that_is_too_large_is_refused(aws: dict[str, str]) -> None:
    """At once, and when an update makes it so; what was there stays."""
    client = boto3.client("dynamodb")
    small = {**_key("A", "1"), "text": {"S": "x" * LARGE}}
    client.put_item(TableName=aws["Table"], Item=small)
    with pytest.raises(ClientError, match="Item size"):
        client.put_item(TableName=aws["Table"], Item={**small, "more": {"S": "x" * LARGE}})
    with pytest.raises(ClientError, match="Item size"):
        client.update_item(
            TableName=aws["Table"],
            Key=_key("A", "1"),
            UpdateExpression="SET more = :more",
            ExpressionAttributeValues={":more": {"S": "x" * LARGE}},
        )

    assert small == client.get_item(TableName=aws["Table"], Key=_key("A", "1"))["Item"]
