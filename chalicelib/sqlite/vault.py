"""The vault in the record itself: a sealed version is an item, committed together with what installs it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from chalicelib.errors import Conflict, Unavailable
from chalicelib.model import times
from chalicelib.record import sealing
from chalicelib.record.contract import SealedVersion
from chalicelib.record.writes import MOST_WRITES, Delete, Write, new
from chalicelib.sqlite.record import SqliteRecord

PREFIX = "SEALED#"
KEY_ID_LETTERS = 16


class SqliteVault:
    """Seals versions with one key, which is kept apart from the record; see `contract.Vault`."""

    def __init__(
        self,
        record: SqliteRecord,
        key: bytes,
        now: Callable[[], datetime],
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._record = record
        self._key = key
        self._key_id = hashlib.sha256(b"ssl-endpoint key id" + key).hexdigest()[:KEY_ID_LETTERS]
        self._now = now
        self._random_bytes = random_bytes

    def put(self, app_id: str, endpoint_id: str, version_id: str, pem: bytes) -> Sequence[Write]:
        """Seal a version, and return the item that the transaction has to hold."""
        nonce = self._random_bytes(sealing.NONCE_BYTES)
        item = {
            **_key(endpoint_id, version_id),
            "key_id": self._key_id,
            "nonce": nonce,
            "sealed": sealing.seal(self._key, nonce, pem, sealing.context(app_id, endpoint_id, version_id)),
            "at": times.text(self._now()),
        }
        return [new(item, Conflict("That version was stored already. Look at the new state."))]

    def open(self, app_id: str, endpoint_id: str, version_id: str) -> bytes:
        """Return the PEM that was put under this identity; raise Unavailable if it does not open."""
        item, name = self._record.get(*_key(endpoint_id, version_id).values()), f"Version {version_id}"
        if item is None:
            raise Unavailable(f"{name} of endpoint {endpoint_id} cannot be opened: it is not in the record.")
        if item.get("key_id") != self._key_id:
            raise Unavailable(
                f"{name} of endpoint {endpoint_id} cannot be opened: it was sealed with another key"
                f" ({item.get('key_id')}) than the one in use ({self._key_id}). Put that key in its place."
            )
        context = sealing.context(app_id, endpoint_id, version_id)
        try:
            return sealing.unseal(self._key, item["nonce"], item["sealed"], context)
        except (KeyError, TypeError, ValueError):
            raise Unavailable(f"{name} of endpoint {endpoint_id} cannot be opened: it was altered.") from None

    def probe(self) -> None:
        """Raise Unavailable unless what rests here was sealed with the key in use."""
        one = next(self._record.partitions(PREFIX), None)
        if one and one.get("key_id") != self._key_id:
            raise Unavailable("The key that opens the sealed versions is another one than they were sealed with.")

    def pages(self) -> Iterator[list[SealedVersion]]:
        """Yield all that rests here, ordered by endpoint, some at a time; raise Unavailable."""
        found = (_sealed(item) for item in self._record.partitions(PREFIX))
        while page := list(islice(found, MOST_WRITES)):
            yield page

    def delete(self, versions: Iterable[SealedVersion]) -> None:
        """Delete sealed versions of one page; those that are gone already do no harm. Raises Unavailable."""
        if gone := [Delete(_key(each.endpoint_id, each.version_id)) for each in versions]:
            self._record.commit(gone)


def _key(endpoint_id: str, version_id: str) -> dict[str, str]:
    return {"PK": f"{PREFIX}{endpoint_id}", "SK": version_id}


def _sealed(item: dict[str, str]) -> SealedVersion:
    return SealedVersion(item["PK"].removeprefix(PREFIX), item["SK"], times.moment(item["at"]))
