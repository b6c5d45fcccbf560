"""The one DynamoDB table, written: commands that commit as one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.items import Item, typed
from chalicelib.errors import Conflict, SSLEndpointError, Unavailable

ATTEMPTS = 5  # of a transaction that met another one; what lost a race is told at once
PAUSE = 0.05  # seconds, doubled with each attempt


@dataclass(frozen=True, slots=True)
class Write:
    """One part of a transaction, and the error that it becomes when its condition does not hold."""

    kind: str  # "Put", "Update", "Delete" or "ConditionCheck"
    request: Item
    refusal: SSLEndpointError | None = None


class Transactions:
    """Writes plain dictionaries, each with its PK and SK, all or none."""

    def __init__(self, client: Any, name: str, sleep: Callable[[float], None]) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def new(self, item: Item, refusal: SSLEndpointError) -> Write:
        """Put an item that must not be there yet."""
        return self._put(item, "attribute_not_exists(PK)", {}, refusal)

    def put_if(self, item: Item, condition: str, values: Item, refusal: SSLEndpointError) -> Write:
        """Put an item if `condition` holds for the one before it; #ttl stands for the attribute ttl."""
        return self._put(item, condition, values, refusal)

    def replace(self, item: Item, ver: int, refusal: SSLEndpointError) -> Write:
        """Put an item over the one that still has version `ver`."""
        return self._put(item, "ver = :ver", {":ver": ver}, refusal)

    def amend(
        self, key: Item, changes: Item, condition: str, values: Item, refusal: SSLEndpointError | None
    ) -> Write:
        """Change some attributes of an item, None removing one, if `condition` holds for it."""
        names = {f"#a{place}": name for place, name in enumerate(changes)}
        kept = {alias: changes[name] for alias, name in names.items() if changes[name] is not None}
        sets = ", ".join(f"{alias} = :{alias[1:]}" for alias in kept)
        removes = ", ".join(alias for alias in names if alias not in kept)
        request = {
            "Key": typed({"PK": key["PK"], "SK": key["SK"]}),
            "UpdateExpression": " ".join(
                part for part in (sets and f"SET {sets}", removes and f"REMOVE {removes}") if part
            ),
            "ExpressionAttributeNames": names,
        }
        set_to = {f":{alias[1:]}": value for alias, value in kept.items()}
        return self._write("Update", request, condition, {**values, **set_to}, refusal)

    def add(self, item: Item) -> Write:
        """Put an item whose key cannot be taken."""
        return self._put(item, "", {}, None)

    def expect(self, key: Item, condition: str, values: Item, refusal: SSLEndpointError) -> Write:
        """Only let the transaction through if `condition` holds for the item at `key`."""
        return self._write("ConditionCheck", {"Key": typed(key)}, condition, values, refusal)

    def delete(self, key: Item, condition: str, values: Item, refusal: SSLEndpointError) -> Write:
        """Delete the item at `key` if `condition` holds for it."""
        return self._write("Delete", {"Key": typed(key)}, condition, values, refusal)

    def strike(self, key: Item) -> Write:
        """Delete the item at `key` if there is one."""
        return self._write("Delete", {"Key": typed({"PK": key["PK"], "SK": key["SK"]})}, "", {}, None)

    def commit(self, writes: Sequence[Write]) -> None:
        """Do all the writes or none.

        Raises the refusal of the first write whose condition does not hold, Conflict when other transactions
        keep being in the way, and Unavailable when DynamoDB does not answer.
        """
        request = [{write.kind: write.request} for write in writes]
        for attempt in range(ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=request)
                return
            except ClientError as error:
                _refuse(error, writes)
            except BotoCoreError as error:
                raise Unavailable("The database does not answer; try again in a moment.") from error
            self._sleep(PAUSE * 2**attempt)
        raise Conflict("Other changes were made at the same time. Look at the new state and repeat yours.")

    def _put(self, item: Item, condition: str, values: Item, refusal: SSLEndpointError | None) -> Write:
        return self._write("Put", {"Item": typed(item)}, condition, values, refusal)

    def _write(
        self, kind: str, request: Item, condition: str, values: Item, refusal: SSLEndpointError | None
    ) -> Write:
        request = {**request, "TableName": self._name}
        if condition:
            request["ConditionExpression"] = condition
        if "#ttl" in condition:  # a reserved word
            request["ExpressionAttributeNames"] = {**request.get("ExpressionAttributeNames", {}), "#ttl": "ttl"}
        if values:
            request["ExpressionAttributeValues"] = typed(values)
        return Write(kind, request, refusal)


def _refuse(error: ClientError, writes: Sequence[Write]) -> None:
    """Raise what a cancelled transaction means; return if it may be tried again."""
    reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
    for write, reason in zip(writes, reasons, strict=False):
        if reason == "ConditionalCheckFailed" and write.refusal is not None:
            raise write.refusal from None
    if (
        "TransactionConflict" not in reasons
        and error.response["Error"]["Code"] != "TransactionInProgressException"
    ):
        raise Unavailable("The database did not take the change; try again in a moment.") from error
