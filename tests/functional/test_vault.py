"""The vault in S3: what is done to its objects."""

from __future__ import annotations

import boto3
import pytest

from chalicelib import stores
from chalicelib.aws.vault import place
from chalicelib.errors import Unavailable
from chalicelib.record.contract import Record
from tests.records import MOTO

RECORDS = (MOTO,)
PEM = b"a chain and a key"


def test_copied_object_does_not_open(record: Record) -> None:
    """A sealed version opens for its app, endpoint and version, and for no other, even if its object is copied."""
    vault, s3 = stores.vault(), boto3.client("s3")
    vault.put("app", "endpoint", "one", PEM)
    source = {"Bucket": stores.settings().bucket, "Key": place("endpoint", "one")}
    s3.copy_object(Bucket=stores.settings().bucket, Key=place("endpoint", "two"), CopySource=source)

    assert PEM == vault.open("app", "endpoint", "one")
    for identity in (("app", "endpoint", "two"), ("other", "endpoint", "one"), ("app", "endpoint", "three")):
        with pytest.raises(Unavailable):
            vault.open(*identity)


def test_tampered_object_does_not_open(record: Record) -> None:
    """One changed byte, or an object that is none of ours, is refused."""
    vault, s3 = stores.vault(), boto3.client("s3")
    vault.put("app", "tampered", "one", PEM)
    key = place("tampered", "one")
    body = s3.get_object(Bucket=stores.settings().bucket, Key=key)["Body"].read()
    other = b"B" if body[-10:-9] == b"A" else b"A"
    for wrong in (body[:-10] + other + body[-9:], b"{}", b"", b"\xff"):
        s3.put_object(Bucket=stores.settings().bucket, Key=key, Body=wrong)
        with pytest.raises(Unavailable):
            vault.open("app", "tampered", "one")


def test_sealed_version_is_never_replaced(record: Record) -> None:
    """A second sealed version under one identity is refused, and the first stays."""
    vault = stores.vault()
    vault.put("app", "kept", "one", PEM)
    with pytest.raises(Unavailable):
        vault.put("app", "kept", "one", b"other")

    assert PEM == vault.open("app", "kept", "one")
