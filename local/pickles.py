"""moto's own objects as bytes and back: without what has rows of its own in the state file."""

from __future__ import annotations

import base64
import io
import json
import pickle
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.s3.models import s3_backends
from moto.s3.utils import _VersionedKeyStore

BYTES = "bytes"
STATELESS = {"moto_api", "instance_metadata"}


class Rows:
    """The items and objects of a state file, as the collections that moto keeps them in."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def items(self, owner: str, hash_name: str, range_name: str | None) -> Any:
        """Return the items of a table, by hash key and range key."""
        found: Any = defaultdict(dict)
        for (text,) in self._database.execute("SELECT attributes FROM items WHERE owner = ?", (owner,)):
            attributes = json.loads(text, object_hook=_bytes_back)
            hash_key = DynamoType(attributes[hash_name])
            if range_name is None:
                found[hash_key] = Item(hash_key, None, attributes)
            else:
                range_key = DynamoType(attributes[range_name])
                found[hash_key][range_key] = Item(hash_key, range_key, attributes)
        return found

    def objects(self, owner: str) -> Any:
        """Return the objects of a bucket with all their versions, by key."""
        found = _VersionedKeyStore()
        for key, versions in self._database.execute("SELECT key, versions FROM objects WHERE owner = ?", (owner,)):
            found.setlist(key, load(versions, self))
        return found


def attributes_text(item: Item) -> str:
    """Return the attributes of an item as JSON, typed as on the wire."""
    return json.dumps(item.to_json()["Attributes"], ensure_ascii=False, default=_as_json)


def dump(value: Any) -> bytes:
    """Pickle, with a reference in the place of each backend and of each collection that has rows of its own."""
    references: dict[int, tuple[Any, ...]] = {}
    for place, backend in backends():
        references[id(backend)] = ("backend", *place)
    for owner, table in tables():
        references[id(table.items)] = ("items", owner, table.hash_key_attr, table.range_key_attr)
    for owner, bucket in buckets():
        references[id(bucket.keys)] = ("objects", owner)
    file = io.BytesIO()
    _Pickler(file, references).dump(value)
    return file.getvalue()


def load(pickled: bytes, rows: Rows) -> Any:
    """Return what was pickled; only for bytes of a state file, which is ours alone (mode 0600)."""
    return _Unpickler(io.BytesIO(pickled), rows).load()


def backends() -> Iterator[tuple[tuple[str, str, str], Any]]:
    """Yield (service, account, region) and backend of all that have a state."""
    services: list[Any] = list(getattr(BackendDict, "_instances"))  # noqa: B009, mypy calls the attribute ambiguous
    for service in services:
        if service.service_name not in STATELESS:
            for account, regions in service.items():
                for region, backend in regions.items():
                    yield (service.service_name, account, region), backend


def tables() -> Iterator[tuple[str, Any]]:
    """Yield each DynamoDB table with the name that its rows bear in the state file."""
    for account, regions in dynamodb_backends.items():
        for region, backend in regions.items():
            for name, table in backend.tables.items():
                yield f"{account}/{region}/{name}", table


def buckets() -> Iterator[tuple[str, Any]]:
    """Yield each S3 bucket with its name."""
    for partitions in s3_backends.values():
        for backend in partitions.values():
            yield from backend.buckets.items()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, references: dict[int, tuple[Any, ...]]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._references = references

    def persistent_id(self, value: Any) -> tuple[Any, ...] | None:
        return self._references.get(id(value))

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, RSAPrivateKey):  # every KMS key of moto holds one, even a symmetric key
            return _rsa_key, (value.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, rows: Rows) -> None:
        super().__init__(file)
        self._rows = rows

    def persistent_load(self, reference: Any) -> Any:
        kind, *where = reference
        if kind == "items":
            return self._rows.items(*where)
        if kind == "objects":
            return self._rows.objects(*where)
        service, account, region = where
        return get_backend(service)[account][region]


def _as_json(value: bytes | set[Any]) -> Any:
    return {BYTES: base64.b64encode(value).decode()} if isinstance(value, bytes) else list(value)


def _bytes_back(read: dict[str, Any]) -> Any:
    # On the wire a member of this name would hold another object, not text.
    return base64.b64decode(read[BYTES]) if isinstance(read.get(BYTES), str) else read


def _rsa_key(der: bytes) -> Any:
    return load_der_private_key(der, None)
