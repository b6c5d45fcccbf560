"""The record in one DynamoDB table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.expressions import Expressions, key, request_of
from chalicelib.aws.items import keep_items, plain, typed
from chalicelib.errors import Conflict, Unavailable
from chalicelib.record import indexes
from chalicelib.record.conditions import Condition, Item
from chalicelib.record.writes import Write, checked

FEED_INDEX, OWNER_INDEX, DUE_INDEX = "feed", "owner", "due"
MOST_KEYS = 100  # BatchGetItem takes no more
SCANNED_AT_ONCE = 500  # items
LAST = "9"  # behind every moment
FIRST, LAST_TEXT = " ", "\U0010ffff"  # before and behind every PK
ATTEMPTS = 5  # of a transaction that met another one; what lost a race is told at once
PAUSE = 0.05  # seconds, doubled with each attempt
ALONE = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}  # half the price of a transaction
IN_THE_WAY = {"TransactionConflict", "TransactionConflictException", "TransactionInProgressException"}
REFUSED = {"ConditionalCheckFailed", "ConditionalCheckFailedException"}


class DynamoRecord:
    """Reads and writes plain dictionaries, each with its PK and SK; see `contract.Record`."""

    def __init__(self, client: Any, name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep
        keep_items(client)

    def get(self, pk: str, sk: str) -> Item | None:
        """Return an item, None where there is none."""
        answer = self._call("get_item", Key=typed({"PK": pk, "SK": sk}), ConsistentRead=True)
        return plain(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Item]) -> list[Item]:
        """Return the items at different keys, without those that are not there."""
        found: list[Item] = []
        for start in range(0, len(keys), MOST_KEYS):
            wanted: Item = {"Keys": list(map(key, keys[start : start + MOST_KEYS])), "ConsistentRead": True}
            while wanted:
                answer = self._ask("batch_get_item", RequestItems={self._name: wanted})
                found += map(plain, answer["Responses"].get(self._name, []))
                wanted = answer.get("UnprocessedKeys", {}).get(self._name, {})
        return found

    def query(
        self, pk: str, prefix: str = "", *, first: str = "", newest_first: bool = False, only: Sequence[str] = ()
    ) -> Iterator[Item]:
        """Yield the items of a partition in SK order."""
        conditions, values = ["PK = :pk"], {":pk": pk}
        if prefix:
            conditions, values = [*conditions, "begins_with(SK, :sk)"], {**values, ":sk": prefix}
        elif first:
            conditions, values = [*conditions, "SK >= :sk"], {**values, ":sk": first}
        yield from self._pages(
            KeyConditionExpression=" AND ".join(conditions),
            ExpressionAttributeValues=typed(values),
            ConsistentRead=True,
            ScanIndexForward=not newest_first,
            **({"ProjectionExpression": ", ".join(only)} if only else {}),
        )

    def page(self, pk: str, before: str | None, most: int) -> tuple[list[Item], bool]:
        """Return at most `most` items of a partition, the greatest SK first, and whether there are more."""
        condition, values = "PK = :pk", {":pk": pk}
        if before is not None:
            condition, values = f"{condition} AND SK < :before", {**values, ":before": before}
        answer = self._call(
            "query",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=typed(values),
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=most + 1,
        )
        items = list(map(plain, answer["Items"]))
        return items[:most], len(items) > most or "LastEvaluatedKey" in answer

    def scan(self, condition: Condition, only: Sequence[str] = ()) -> Iterator[Item]:
        """Yield the items of the whole table for which `condition` holds."""
        written = Expressions()
        filtered: Item = {"FilterExpression": written.condition(condition), "Limit": SCANNED_AT_ONCE}
        if only:
            filtered["ProjectionExpression"] = written.projection(tuple(only))
        yield from self._pages("scan", **filtered, **written.request())

    def commit(self, writes: Sequence[Write]) -> None:
        """Do all the writes or none, or raise the refusal of the first whose condition does not hold."""
        requests = [request_of(write, self._name) for write in checked(writes)]
        for attempt in range(ATTEMPTS):
            try:
                self._write(requests)
                return
            except ClientError as error:
                _refuse(error, writes)
            except BotoCoreError as error:
                raise Unavailable("The database does not answer; try again in a moment.") from error
            self._sleep(PAUSE * 2**attempt)
        raise Conflict("Other changes were made at the same time. Look at the new state and repeat yours.")

    def add_up(self, key: Item, amounts: Mapping[str, int], mark: tuple[str, int], ttl: int) -> None:
        """Add to numbers of an item, once for each mark."""
        written, (name, number) = Expressions(), mark
        adds = ", ".join(f"{written.name(each)} {written.value(amount)}" for each, amount in amounts.items())
        marked, place = written.name(name), written.value(number)
        try:
            self._client.update_item(
                TableName=self._name,
                Key=typed(key),
                UpdateExpression=f"SET {written.changes({'ttl': ttl})[4:]}, {marked} = {place} ADD {adds}",
                ConditionExpression=f"attribute_not_exists({marked}) OR {marked} < {place}",
                **written.request(),
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The database does not answer; try again in a moment.") from error

    def changed_since(self, since: str) -> Iterator[Item]:
        """Yield what the feed index holds from `since` on, oldest first."""
        yield from self._pages(
            IndexName=FEED_INDEX,
            KeyConditionExpression="feed = :feed AND changed >= :since",
            ExpressionAttributeValues=typed({":feed": "feed", ":since": since or "0"}),
        )

    def newest_change(self) -> Item | None:
        """Return what the feed index holds last."""
        return self._change("feed = :feed", {}, ScanIndexForward=False)

    def next_change(self, after: str) -> Item | None:
        """Return what the feed index holds first behind a moment."""
        return self._change("feed = :feed AND changed > :after", {":after": after or "0"})

    def owned_by(self, account_id: str, first: str = "", last: str = "") -> Iterator[Item]:
        """Yield what the owner index holds of an account, by PK, from `first` on, up to `last` if there is one."""
        condition, values = "#owner = :owner", {":owner": account_id}
        if first or last:
            condition = f"{condition} AND PK BETWEEN :first AND :last"
            values |= {":first": first or FIRST, ":last": last or LAST_TEXT}
        yield from self._pages(
            IndexName=OWNER_INDEX,
            KeyConditionExpression=condition,
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues=typed(values),
        )

    def due(self, work: str, until: str) -> Iterator[Item]:
        """Yield what the due index holds of a kind of work up to a moment, shard by shard."""
        for shard in range(indexes.SHARDS):
            yield from self._pages(**_due(work, shard, until))

    def next_due(self, work: str) -> str | None:
        """Return the moment from which on the first item of a kind of work is due."""
        shards = range(indexes.SHARDS)
        firsts = (self._call("query", Limit=1, **_due(work, shard, LAST))["Items"] for shard in shards)
        return min((plain(items[0])["due_at"] for items in firsts if items), default=None)

    def began(self) -> datetime:
        """Return when the table was made, in UTC."""
        at: datetime = self._call("describe_table")["Table"]["CreationDateTime"]
        return at.astimezone(timezone.utc)

    def _change(self, condition: str, values: Item, **order: Any) -> Item | None:
        answer = self._call(
            "query",
            IndexName=FEED_INDEX,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=typed({":feed": "feed", **values}),
            Limit=1,
            **order,
        )
        return next(map(plain, answer["Items"]), None)

    def _write(self, requests: list[tuple[str, Item]]) -> None:
        kind, request = requests[0]
        if len(requests) == 1 and kind in ALONE:
            getattr(self._client, ALONE[kind])(**request)
        else:
            self._client.transact_write_items(TransactItems=[{kind: request} for kind, request in requests])

    def _pages(self, operation: str = "query", **request: Any) -> Iterator[Item]:
        start: Item = {}
        while True:
            answer = self._call(operation, **request, **start)
            yield from map(plain, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _call(self, operation: str, **request: Any) -> Any:
        return self._ask(operation, TableName=self._name, **request)

    def _ask(self, operation: str, **request: Any) -> Any:
        try:
            return getattr(self._client, operation)(**request)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The database does not answer; try again in a moment.") from error


def _refuse(error: ClientError, writes: Sequence[Write]) -> None:
    """Raise what a write or transaction that did not happen means; return if it may be tried again."""
    code = error.response["Error"]["Code"]
    reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])] or [code]
    for write, reason in zip(writes, reasons, strict=False):
        if reason in REFUSED and write.refusal is not None:
            raise write.refusal from None
    if not IN_THE_WAY & {code, *reasons}:
        raise Unavailable("The database did not take the change; try again in a moment.") from error


def _due(work: str, shard: int, until: str) -> Item:
    return {
        "IndexName": DUE_INDEX,
        "KeyConditionExpression": "due = :due AND due_at <= :until",
        "ExpressionAttributeValues": typed({":due": indexes.partition(work, shard), ":until": until}),
    }
