"""What the record and the vault promise, whichever adapter keeps them: DynamoDB with S3 and KMS, or SQLite.

tests/contract holds both adapters to every sentence here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.record.conditions import Condition, Item
from chalicelib.record.writes import Write


class Record(Protocol):
    """Items: flat dictionaries with a text PK (the partition) and SK, unique together, kept until deleted.

    Values are text, whole numbers of up to 38 digits, bool, bytes, and lists and dictionaries of these; an
    attribute that is None is not there. PK and SK are not empty. SKs order by their UTF-8 bytes. Safe for many
    threads and processes at once. Every method may raise Unavailable, after which it is unknown whether a write
    has happened.

    Reads by key and partition see every transaction that was committed before they began. Three sparse indexes
    see it too, but may be a moment late: `feed` (items with `feed` and `changed`), `owner` (with `owner`) and
    `due` (with `due` and `due_at`). A long read may see some items as before a transaction and others as after it.
    `ttl` (seconds since 1970) is when an item may go: until something has deleted it, it is there.
    """

    def get(self, pk: str, sk: str) -> Item | None:
        """Return an item, None where there is none."""

    def get_many(self, keys: Sequence[Item]) -> list[Item]:
        """Return the items at different keys, in any order, without those that are not there."""

    def query(
        self, pk: str, prefix: str = "", *, first: str = "", newest_first: bool = False, only: Sequence[str] = ()
    ) -> Iterator[Item]:
        """Yield the items of a partition in SK order, or the other way round with `newest_first`.

        Those whose SK begins with `prefix`, or, where that is empty, from the SK `first` on. With `only` at least
        these attributes.
        """

    def page(self, pk: str, before: str | None, most: int) -> tuple[list[Item], bool]:
        """Return at most `most` items of a partition, the greatest SK first, and whether there are more.

        They come before the SK `before`, which need not be there. Costs as much as it returns.
        """

    def scan(self, condition: Condition, only: Sequence[str] = ()) -> Iterator[Item]:
        """Yield the items of the whole record for which `condition` holds, in any order; with `only` as `query`.

        Reads page by page: what is written meanwhile may be missing.
        """

    def commit(self, writes: Sequence[Write]) -> None:
        """Do all the writes or none; they are about different keys, 1 to 100 of them (else ValueError).

        Conditions are about the items as they were before. Raises the refusal of the first write whose condition
        does not hold, changing nothing; and Conflict when other transactions keep being in the way. Of two that
        exclude each other exactly one succeeds.
        """

    def add_up(self, key: Item, amounts: Mapping[str, int], mark: tuple[str, int], ttl: int) -> None:
        """Add to numbers of an item, which need not be there yet, and set its ttl; once for each mark.

        A mark is a name and a number that is higher each time: one that is not higher than the last of that name
        changes nothing, so a call that is repeated, by anybody, counts once.
        """

    def changed_since(self, since: str) -> Iterator[Item]:
        """Yield what the feed index holds from `since` on (text of model.times; "" means all), oldest first."""

    def newest_change(self) -> Item | None:
        """Return what the feed index holds last."""

    def next_change(self, after: str) -> Item | None:
        """Return what the feed index holds first behind a moment (text of model.times)."""

    def owned_by(self, account_id: str, first: str = "", last: str = "") -> Iterator[Item]:
        """Yield what the owner index holds of an account, by PK: from `first` on, up to `last` if there is one.

        Reads some at a time: who stops early pays for little more than what was taken.
        """

    def due(self, work: str, until: str) -> Iterator[Item]:
        """Yield what the due index holds of a kind of work up to a moment (text of model.times).

        Shard by shard (see `indexes`), oldest first in each.
        """

    def next_due(self, work: str) -> str | None:
        """Return the moment (text of model.times) from which on the first item of a kind of work is due."""

    def began(self) -> datetime:
        """Return when the record was made, in UTC."""


@dataclass(frozen=True, slots=True)
class SealedVersion:
    """A sealed version that rests in the vault, whoever it belongs to."""

    endpoint_id: str
    version_id: str
    at: datetime  # when it was put there, in UTC


class Vault(Protocol):
    """Sealed versions: chain and private key of a version together, encrypted, never changed.

    What is sealed is bound to its app, endpoint and version: copied over another one's place it does not open.
    """

    def put(self, app_id: str, endpoint_id: str, version_id: str, pem: bytes) -> Sequence[Write]:
        """Seal a version (PEM: leaf, chain, private key) under an identity that was never used before.

        Returns what the transaction that installs the version has to hold, so that it never is without: the sealed
        version itself, or nothing where it rests elsewhere already. Raises Unavailable.
        """

    def open(self, app_id: str, endpoint_id: str, version_id: str) -> bytes:
        """Return the PEM that was put under this identity; raise Unavailable if it does not open."""

    def probe(self) -> None:
        """Raise Unavailable, with the reason, unless sealed versions can be opened."""

    def pages(self) -> Iterator[list[SealedVersion]]:
        """Yield all that rests here, ordered by endpoint, some at a time; raise Unavailable.

        What is put there meanwhile may be missing; deleting what was yielded does not disturb.
        """

    def delete(self, versions: Iterable[SealedVersion]) -> None:
        """Delete sealed versions of one page; those that are gone already do no harm. Raises Unavailable."""
