"""Verdicts that are given anew, when the roots that browsers trust are others than before."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.aws import endpoints
from chalicelib.aws.endpoints import HEAD_KEY, MOST_SUMMARISED, version_key
from chalicelib.aws.items import Item
from chalicelib.aws.table import Table
from chalicelib.aws.transactions import Write
from chalicelib.errors import Conflict
from chalicelib.model.endpoint import Endpoint, Version

PARTITION, ALL = "VERDICTS", "ALL"


class Overtaken(Conflict):
    """The endpoint is another one by now, or somebody else has judged it."""


class Verdicts:
    """Beside each version by whose trust anchors it was judged last, and one item by whose all of them were."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def given_by(self) -> str:
        """Return the digest of the anchors by which all that is served was judged; "" at first."""
        item = self._table.get(PARTITION, ALL)
        return str(item["digest"]) if item else ""

    def keep(self, digest: str) -> None:
        """Keep that all that is served was judged by these anchors."""
        self._table.put({"PK": PARTITION, "SK": ALL, "digest": digest})

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield every endpoint of every app; reads the whole table, page by page."""
        values = {":head": HEAD_KEY, ":false": False}
        return map(endpoints.endpoint, self._table.scan("SK = :head AND removed = :false", values))

    def change(self, endpoint: Endpoint, version: Version, digest: str, *writes: Write) -> None:
        """Store another verdict on a version, in the head's summary, too, if that version is served.

        The head stays what it is for edges, and for whoever is about to change it. Raises Overtaken if the version
        is not in that place of the endpoint any more, or somebody else stored a verdict by the same anchors.
        """
        raced = Overtaken(f"{endpoint.name} was changed or judged at the same time.")
        key = {"PK": f"ENDPOINT#{endpoint.id}", "SK": version_key(version.number)}
        changes = {"described": endpoints.described(version), "judged_by": digest}
        once = "attribute_exists(PK) AND (attribute_not_exists(judged_by) OR judged_by <> :digest)"
        told = self._table.amend(key, changes, once, {":digest": digest}, raced)
        self._table.commit([told, self._in_head(endpoint, version, raced), *writes])

    def _in_head(self, endpoint: Endpoint, version: Version, raced: Overtaken) -> Write:
        served = version.number == endpoint.active
        key: Item = {"PK": f"APP#{endpoint.app_id}", "SK": HEAD_KEY}
        there = f"removed = :false AND {'active_id' if served else 'previous_id'} = :version"
        values = {":false": False, ":version": version.id}
        if not served or len(version.leaf.names) > MOST_SUMMARISED:
            return self._table.expect(key, there, values, raced)
        return self._table.amend(key, {"summary": endpoints.described(version)}, there, values, raced)
