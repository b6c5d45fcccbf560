"""What the daily reconciliation needs: what nobody needs any more, and verdicts that are given anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from chalicelib.errors import Conflict
from chalicelib.model import times
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.record import endpoints
from chalicelib.record.conditions import Differs, Equals, Item, NotLater
from chalicelib.record.contract import Record
from chalicelib.record.endpoints import END_KEY, HEAD_KEY, MOST_SUMMARISED, version_key
from chalicelib.record.writes import Amend, Delete, Expect, Put, Write

HOSTNAMES = "HOSTNAME#"  # claims, which are for ever: nobody gets a name that was somebody else's


class Leftovers:
    """Items whose time has passed, and what an endpoint had."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def passed(self, now: datetime) -> Iterator[Item]:
        """Yield the keys and ttl of the items whose ttl has passed; reads the whole table, page by page.

        DynamoDB deletes them, too, within days; the embedded one never does.
        """
        passed = self._record.scan(NotLater("ttl", int(now.timestamp())), only=("PK", "SK", "ttl"))
        return (item for item in passed if not item["PK"].startswith(HOSTNAMES))

    def delete(self, item: Item) -> bool:
        """Delete an item whose ttl has passed, unless it has another one by now; tell whether it is gone."""
        with suppress(Conflict):
            key = {"PK": item["PK"], "SK": item["SK"]}
            self._record.commit([Delete(key, Equals({"ttl": item["ttl"]}), Conflict("It is in use again."))])
            return True
        return False

    def of_endpoint(self, endpoint_id: str) -> tuple[set[str], datetime | None]:
        """Return the ids of an endpoint's versions, and when it was removed, None if it was not."""
        items = list(self._record.query(f"ENDPOINT#{endpoint_id}", only=("SK", "version_id", "removed_at")))
        removed_at = next((item["removed_at"] for item in items if item["SK"] == END_KEY), None)
        versions = {item["version_id"] for item in items if item["SK"] != END_KEY}
        return versions, times.moment(removed_at) if removed_at else None


PARTITION, ALL = "VERDICTS", "ALL"


class Overtaken(Conflict):
    """The endpoint is another one by now, or somebody else has judged it."""


class Verdicts:
    """Beside each version by whose trust anchors it was judged last, and one item by whose all of them were."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def given_by(self) -> str:
        """Return the digest of the anchors by which all that is served was judged; "" at first."""
        item = self._record.get(PARTITION, ALL)
        return str(item["digest"]) if item else ""

    def keep(self, digest: str) -> None:
        """Keep that all that is served was judged by these anchors."""
        self._record.commit([Put({"PK": PARTITION, "SK": ALL, "digest": digest})])

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield every endpoint of every app; reads the whole table, page by page."""
        heads = Equals({"SK": HEAD_KEY, "removed": False})
        return map(endpoints.endpoint, self._record.scan(heads))

    def change(self, endpoint: Endpoint, version: Version, digest: str, *writes: Write) -> None:
        """Store another verdict on a version, in the head's summary, too, if that version is served.

        The head stays what it is for edges, and for whoever is about to change it. Raises Overtaken if the version
        is not in that place of the endpoint any more, or somebody else stored a verdict by the same anchors.
        """
        raced = Overtaken(f"{endpoint.name} was changed or judged at the same time.")
        key = {"PK": f"ENDPOINT#{endpoint.id}", "SK": version_key(version.number)}
        changes = {"described": endpoints.described(version), "judged_by": digest}
        told = Amend(key, changes, Differs("judged_by", digest), raced)
        self._record.commit([told, self._in_head(endpoint, version, raced), *writes])

    def _in_head(self, endpoint: Endpoint, version: Version, raced: Overtaken) -> Write:
        served = version.number == endpoint.active
        key: Item = {"PK": f"APP#{endpoint.app_id}", "SK": HEAD_KEY}
        there = Equals({"removed": False, "active_id" if served else "previous_id": version.id})
        if not served or len(version.leaf.names) > MOST_SUMMARISED:
            return Expect(key, there, raced)
        return Amend(key, {"summary": endpoints.described(version)}, there, raced)
