"""What a call to AWS may change: nothing, a few rows that can be named beforehand, or anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

READING = re.compile(r"(BatchGet|Describe|Get|Head|List|Query|Scan|Search|Lookup|TransactGet)")
KMS_READING = re.compile(r"(Decrypt|Describe|Encrypt|Generate|Get|List|ReEncrypt|Sign|Verify)")
# SigV4: AWS4-HMAC-SHA256 Credential=<access key>/<date>/<region>/<service>/aws4_request, ...
CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 +Credential=([^/\s,]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request,")
PLAIN_OBJECT_QUERY = re.compile(r"(x-id=(PutObject|DeleteObject))?")


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of a DynamoDB table; `attributes` hold its key, typed as on the wire."""

    region: str
    table: str
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """All versions of an S3 object."""

    bucket: str
    key: str


Row = ItemRow | ObjectRow
NOTHING: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """What of an HTTP request tells the service and operation that it calls."""

    access_key: str
    region: str
    service: str
    method: str
    path: str  # decoded
    query: str  # raw
    target: str  # X-Amz-Target
    tagged: bool  # S3: the request sets tags, which rest outside the object


def call(environ: dict[str, Any]) -> Call | None:
    """Read a WSGI environment; None for a request that is not signed in its Authorization header."""
    credential = CREDENTIAL.match(environ.get("HTTP_AUTHORIZATION", ""))
    if credential is None:
        return None
    access_key, region, service = credential.groups()
    return Call(
        access_key=access_key,
        region=region,
        service=service,
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
        query=environ.get("QUERY_STRING", ""),
        target=environ.get("HTTP_X_AMZ_TARGET", ""),
        tagged="HTTP_X_AMZ_TAGGING" in environ,
    )


def replay_token(called: Call, body: bytes) -> str:
    """Return the ClientRequestToken of a transaction, "" without one: the same again means "did you do it?"."""
    if called.service != "dynamodb" or not called.target.endswith(".TransactWriteItems"):
        return ""
    try:
        return str(json.loads(body).get("ClientRequestToken") or "")
    except (ValueError, AttributeError):
        return ""


def effect(called: Call, body: bytes) -> tuple[Row, ...] | None:
    """Return the rows that a call may change; None if it may change anything."""
    if called.path.startswith("/moto-api"):
        return NOTHING if called.method == "GET" else None
    if called.service == "s3":
        return _effect_on_objects(called)
    if called.service == "dynamodb":
        return _effect_on_items(called, body)
    if called.service == "kms":
        return _effect_on_keys(called, body)
    operation = called.target.rpartition(".")[2] or _action(body)
    return NOTHING if READING.match(operation) else None


def _effect_on_objects(called: Call) -> tuple[Row, ...] | None:
    if called.method in {"GET", "HEAD"}:
        return NOTHING
    bucket, _, key = called.path.lstrip("/").partition("/")
    plain = called.method in {"PUT", "DELETE"} and PLAIN_OBJECT_QUERY.fullmatch(called.query)
    return (ObjectRow(bucket, key),) if plain and bucket and key and not called.tagged else None


def _effect_on_keys(called: Call, body: bytes) -> tuple[Row, ...] | None:
    # Naming an AWS managed key makes it: with key material that has to be there after the next start.
    if b"alias/aws/" in body:
        return None
    return NOTHING if KMS_READING.match(called.target.rpartition(".")[2]) else None


def _effect_on_items(called: Call, body: bytes) -> tuple[Row, ...] | None:
    operation = called.target.rpartition(".")[2]
    if READING.match(operation):
        return NOTHING
    try:
        written = list(_written(operation, json.loads(body)))
    except (ValueError, TypeError, AttributeError, LookupError):
        return None
    rows = (ItemRow(called.region, table, attributes) for table, attributes in written)
    return tuple(rows) if written else None


def _written(operation: str, request: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield table and key (or whole item) of each write; nothing for an operation that is not known."""
    if operation == "PutItem":
        yield request["TableName"], request["Item"]
    elif operation in {"UpdateItem", "DeleteItem"}:
        yield request["TableName"], request["Key"]
    elif operation == "BatchWriteItem":
        for table, parts in request["RequestItems"].items():
            for part in parts:
                ((kind, write),) = part.items()
                yield table, write["Item" if kind == "PutRequest" else "Key"]
    elif operation == "TransactWriteItems":
        for part in request["TransactItems"]:
            ((kind, write),) = part.items()
            yield write["TableName"], write["Item" if kind == "Put" else "Key"]


def _action(body: bytes) -> str:
    """Return the operation that a form of the Query protocol names."""
    found = re.search(rb"(?:^|&)Action=([A-Za-z0-9]+)", body)
    return found.group(1).decode() if found else ""
