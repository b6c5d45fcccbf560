"""The one DynamoDB table: what is read, by key, partition or index, and what is written alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import due
from chalicelib.aws.items import Item, keep_items, plain, typed
from chalicelib.aws.transactions import Transactions
from chalicelib.errors import SSLEndpointError, Unavailable

FEED_INDEX = "feed"
OWNER_INDEX = "owner"
MOST_KEYS = 100  # BatchGetItem takes no more
SCANNED_AT_ONCE = 500  # items
LAST = "9"  # behind every moment


class Table(Transactions):
    """Reads and writes plain dictionaries, each with its PK and SK."""

    def __init__(self, client: Any, name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(client, name, sleep)
        keep_items(client)

    def get(self, pk: str, sk: str) -> Item | None:
        """Return the item as of now, or None."""
        answer = self._call("get_item", Key=typed({"PK": pk, "SK": sk}), ConsistentRead=True)
        return plain(answer["Item"]) if "Item" in answer else None

    def created_at(self) -> datetime:
        """Return when the table was made."""
        at: datetime = self._call("describe_table")["Table"]["CreationDateTime"]
        return at.astimezone(timezone.utc)

    def get_many(self, keys: Sequence[Item]) -> list[Item]:
        """Return the items as of now, in any order; those that are not there are left out."""
        found: list[Item] = []
        for start in range(0, len(keys), MOST_KEYS):
            wanted: Item = {
                "Keys": [typed(key) for key in keys[start : start + MOST_KEYS]],
                "ConsistentRead": True,
            }
            while wanted:
                answer = self._ask("batch_get_item", RequestItems={self._name: wanted})
                found += map(plain, answer["Responses"].get(self._name, []))
                wanted = answer.get("UnprocessedKeys", {}).get(self._name, {})
        return found

    def query(
        self, pk: str, prefix: str = "", *, newest_first: bool = False, only: Sequence[str] = ()
    ) -> Iterator[Item]:
        """Yield the items of a partition whose SK begins with `prefix`, in SK order; `only` some attributes."""
        condition, values = "PK = :pk", {":pk": pk}
        if prefix:
            condition, values = f"{condition} AND begins_with(SK, :sk)", {**values, ":sk": prefix}
        yield from self._pages(
            KeyConditionExpression=condition,
            ExpressionAttributeValues=typed(values),
            ConsistentRead=True,
            ScanIndexForward=not newest_first,
            **({"ProjectionExpression": ", ".join(only)} if only else {}),
        )

    def scan(self, condition: str, values: Item, only: Sequence[str] = ()) -> Iterator[Item]:
        """Yield the items of the whole table for which `condition` holds; #ttl stands for the attribute ttl.

        Reads page by page. What is written meanwhile may be missing.
        """
        written = " ".join((condition, *only))
        yield from self._pages(
            "scan",
            FilterExpression=condition,
            ExpressionAttributeValues=typed(values),
            Limit=SCANNED_AT_ONCE,
            **({"ProjectionExpression": ", ".join(only)} if only else {}),
            **({"ExpressionAttributeNames": {"#ttl": "ttl"}} if "#ttl" in written else {}),
        )

    def page(self, pk: str, before: str | None, most: int) -> tuple[list[Item], bool]:
        """Return at most `most` items of a partition, the greatest SK first, and whether there are more.

        They come before the SK `before`, whether that is there or not. Costs one query, however many there are.
        """
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

    def query_from(self, pk: str, first: str) -> Iterator[Item]:
        """Yield the items of a partition from an SK on, in SK order."""
        yield from self._pages(
            KeyConditionExpression="PK = :pk AND SK >= :first",
            ExpressionAttributeValues=typed({":pk": pk, ":first": first}),
            ConsistentRead=True,
        )

    def add_up(self, key: Item, amounts: Mapping[str, int], mark: tuple[str, int], ttl: int) -> None:
        """Add to numbers of an item, which need not be there yet; once for each mark.

        A mark is a name and a number that is higher each time: so a call that was repeated, by whomever, counts
        once. The names of the numbers stand for themselves, so they must be no reserved words.
        """
        name, number = mark
        adds = ", ".join(f"{each} :{each}" for each in amounts)
        values = {f":{each}": amount for each, amount in amounts.items()}
        try:
            self._client.update_item(
                TableName=self._name,
                Key=typed(key),
                UpdateExpression=f"SET #ttl = :ttl, #mark = :mark ADD {adds}",
                ConditionExpression="attribute_not_exists(#mark) OR #mark < :mark",
                ExpressionAttributeNames={"#ttl": "ttl", "#mark": name},
                ExpressionAttributeValues=typed({**values, ":ttl": ttl, ":mark": number}),
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The database does not answer; try again in a moment.") from error

    def put(self, item: Item) -> None:
        """Put an item, whatever was there: for what may be lost or written twice."""
        self._call("put_item", Item=typed(item))

    def put_over(self, item: Item, ver: int, refusal: SSLEndpointError) -> None:
        """Put an item over the one that still has version `ver`, or raise `refusal`: alone, at half the price."""
        try:
            self._client.put_item(**self.replace(item, ver, refusal).request)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise refusal from None
            raise Unavailable("The database did not take the change; try again in a moment.") from error
        except BotoCoreError as error:
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

    def owned_by(self, account_id: str) -> Iterator[Item]:
        """Yield what the owner index holds of an account, a little behind the truth."""
        yield from self._pages(
            IndexName=OWNER_INDEX,
            KeyConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues=typed({":owner": account_id}),
        )

    def due(self, work: str, until: str) -> Iterator[Item]:
        """Yield what the due index holds of a kind of work up to a moment (text of model.times), oldest first.

        Of each shard, one after the other; a little behind the truth.
        """
        for shard in range(due.SHARDS):
            yield from self._pages(**_due(work, shard, until))

    def next_due(self, work: str) -> str | None:
        """Return the moment (text of model.times) from which on the first item of a kind of work is due."""
        firsts = (self._call("query", Limit=1, **_due(work, shard, LAST))["Items"] for shard in range(due.SHARDS))
        return min((plain(items[0])["due_at"] for items in firsts if items), default=None)

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


def _due(work: str, shard: int, until: str) -> Item:
    return {
        "IndexName": due.INDEX,
        "KeyConditionExpression": "due = :due AND due_at <= :until",
        "ExpressionAttributeValues": typed({":due": due.partition(work, shard), ":until": until}),
    }
