"""A record to test on: a SQLite file, or an AWS inside the process made from the one template."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.models import dynamodb_backends

from chalicelib import jobs, stores, wiring
from chalicelib.sqlite import keys
from chalicelib.sqlite.record import SqliteRecord
from tests.moto import mending, stack
from tests.moto.mending import ACCOUNT

REGION = "us-east-1"
SQLITE, MOTO = "sqlite", "moto"


def made(kind: str, folder: Path) -> AbstractContextManager[dict[str, str]]:
    """Make a record, in a folder if it is a file; yield the variables that name it."""
    return _on_moto() if kind == MOTO else _in_file(folder)


def forget() -> None:
    """Let stores and wiring make everything anew."""
    for each in (*vars(stores).values(), *vars(wiring).values(), *vars(jobs).values()):
        if hasattr(each, "cache_clear"):
            each.cache_clear()


def empty() -> None:
    """Delete all that is in the record and in the vault."""
    record = stores.record()
    if isinstance(record, SqliteRecord):
        record._run("DELETE FROM items")
        return
    table = dynamodb_backends[ACCOUNT][REGION].tables[stores.settings().table]
    for item in table.all_items():
        table.delete_item(item.hash_key, item.range_key)
    for page in stores.vault().pages():
        stores.vault().delete(page)


@contextmanager
def _on_moto() -> Iterator[dict[str, str]]:
    mending.apply()
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        outputs = stack.make(boto3.session.Session(region_name=REGION))
        environment.setattr(BotocoreStubber, "__call__", mending.one_at_a_time(BotocoreStubber.__call__))
        yield stack.environment(outputs)


@contextmanager
def _in_file(folder: Path) -> Iterator[dict[str, str]]:
    record = str(folder / "record.sqlite")
    keys.make(keys.place(record, {}))
    yield {"SSL_ENDPOINT_RECORD": record}
