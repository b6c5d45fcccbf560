"""Endpoints and their versions in the table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.errors import Conflict, TooLarge
from chalicelib.model import expiry, times
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.record import indexes
from chalicelib.record.conditions import Equals, Item
from chalicelib.record.contract import Record
from chalicelib.record.writes import Amend, Expect, Put, Write, new, replace
from chalicelib.x509 import stored_facts
from chalicelib.x509.facts import ChainChange, Facts, Key, Reason, Verdict

MOST_SUMMARISED = 100  # names of a certificate that is described in its endpoint's head, too
MOST_BYTES = 390_000  # of a chain and its description: an item may have 400 KB
TOMBSTONE_DAYS = 30  # an edge that was away for longer reads the whole feed anyway
HEAD_KEY = "ENDPOINT"
MOST_ISSUERS = 500  # whose facts are at hand
_issuers: dict[str, Facts] = {}  # by fingerprint, which fixes all facts
END_KEY = "REMOVED"  # beside the versions of an endpoint that was removed


class Replaced(Conflict):
    """A head that a sweep looked at has changed since, or another sweep was quicker."""

    def __init__(self) -> None:
        super().__init__("That certificate was replaced meanwhile.")


@dataclass(frozen=True, slots=True)
class Due:
    """A head that has to be looked at, as it was when it was found."""

    endpoint: Endpoint
    version: Version  # that it serves; it may lack its PEM
    at: str  # since when it is due, as it is written


class EndpointItems:
    """One head an app, replaced only by its successor; one item a version, of which only the verdict changes."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def version(self, endpoint_id: str, number: int) -> Version:
        """Return a version that is known to be there."""
        item = self._record.get(f"ENDPOINT#{endpoint_id}", version_key(number))
        if item is None:
            raise LookupError(f"endpoint {endpoint_id} has no version {number}")
        return _version(item)

    def some(self, endpoint_id: str, *numbers: int) -> list[Version]:
        """Return versions that are known to be there, in the order of their numbers as given."""
        keys = [{"PK": f"ENDPOINT#{endpoint_id}", "SK": version_key(number)} for number in numbers]
        found = {item["number"]: _version(item) for item in self._record.get_many(keys)}
        return [found[number] for number in numbers]

    def versions(self, endpoint_id: str) -> Iterator[Version]:
        """Yield every version ever installed, newest first."""
        for item in self._record.query(f"ENDPOINT#{endpoint_id}", "VERSION#", newest_first=True):
            yield _version(item)

    def create(self, endpoint: Endpoint, version: Version, *writes: Write) -> None:
        """Store a new endpoint with its first version; raise Conflict if the app has one by now."""
        there = Conflict("The app got a certificate at the same time. Look at it again and repeat your change.")
        head = new(_item(endpoint, version), there)
        if endpoint.ver > 1:  # over the tombstone of the one before
            head = replace(_item(endpoint, version), endpoint.ver - 1, there)
        self._record.commit([head, new(_version_item(version), there), *writes])

    def update(self, endpoint: Endpoint, version: Version, *writes: Write) -> None:
        """Store the next head with its new version; raise Conflict if another change came first."""
        raced = _raced(endpoint)
        head = replace(_item(endpoint, version), endpoint.ver - 1, raced)
        self._record.commit([head, new(_version_item(version), raced), *writes])

    def due(self, now: datetime) -> Iterator[Due]:
        """Yield the heads whose expiry has to be looked at by now; what was just changed may be seen as before."""
        for item in self._record.due(indexes.EXPIRY, times.text(now)):
            head = endpoint(item)
            yield Due(head, serving(item) or self.version(head.id, head.active), item["due_at"])

    def look_again(self, seen: Due, at: datetime | None, *writes: Write) -> None:
        """Keep when a head is due next, None for never; raise Replaced if it is no longer what was seen.

        Its `ver` stays, so that no user is refused because of a sweep.
        """
        head = seen.endpoint
        amended = Amend(
            {"PK": f"APP#{head.app_id}", "SK": "ENDPOINT"},
            indexes.attributes(indexes.EXPIRY, head.id, at),
            Equals({"active_id": head.active_id, "due_at": seen.at}),
            Replaced(),
        )
        self._record.commit([amended, *writes])

    def save(self, endpoint: Endpoint, version: Version, *writes: Write) -> None:
        """Store the next head, with its active version; raise Conflict if another change came first.

        Another verdict on that version counts as one: the head must not say again what was believed before.
        """
        raced = _raced(endpoint)
        head = replace(_item(endpoint, version), endpoint.ver - 1, raced)
        # For whoever clears away what was sealed when the tombstone is gone, or another endpoint is in its place.
        beside = Put(_end(endpoint)) if endpoint.removed else self._same_verdict(version, raced)
        self._record.commit([head, beside, *writes])

    def _same_verdict(self, version: Version, raced: Conflict) -> Write:
        key = {"PK": f"ENDPOINT#{version.endpoint_id}", "SK": version_key(version.number)}
        return Expect(key, Equals({"judged_by": version.judged_by or None}), raced)


def _raced(endpoint: Endpoint) -> Conflict:
    return Conflict(f"{endpoint.name} was changed at the same time. Look at it again and repeat your change.")


def version_key(number: int) -> str:
    """Return the SK of a version."""
    return f"VERSION#{number:010d}"


HEAD = (
    "app_id",
    "account_id",
    "name",
    "hostname",
    "active",
    "active_id",
    "previous",
    "previous_id",
    "last",
    "removed",
    "muted",
)


def _item(endpoint: Endpoint, version: Version) -> Item:
    updated = times.text(endpoint.updated_at)
    item = {
        "PK": f"APP#{endpoint.app_id}",
        "SK": HEAD_KEY,
        **indexes.in_feed(updated),
        "endpoint_id": endpoint.id,
        "expires_at": times.text(min(facts.expires_at for facts in version.chain)),
        "created_at": times.text(endpoint.created_at),
        "updated_at": updated,
        "ver": endpoint.ver,
        **{name: getattr(endpoint, name) for name in HEAD},
    }
    if endpoint.removed:
        return {**item, "ttl": int((endpoint.updated_at + timedelta(days=TOMBSTONE_DAYS)).timestamp())}
    summary = {"summary": described(version)} if len(version.leaf.names) <= MOST_SUMMARISED else {}
    look = indexes.attributes(indexes.EXPIRY, endpoint.id, expiry.due(version, endpoint.updated_at))
    return {**item, **summary, **look, "owner": endpoint.account_id}


def _end(endpoint: Endpoint) -> Item:
    removed = {"endpoint_id": endpoint.id, "removed_at": times.text(endpoint.updated_at)}
    return {"PK": f"ENDPOINT#{endpoint.id}", "SK": END_KEY, **removed}


def endpoint(item: Item) -> Endpoint:
    """Read the item of a head."""
    absent: dict[str, Any] = {"hostname": None, "previous": None, "previous_id": None, "muted": False}
    head = {**absent, **{name: item[name] for name in HEAD if name in item}}
    return Endpoint(
        id=item["endpoint_id"],
        created_at=times.moment(item["created_at"]),
        updated_at=times.moment(item["updated_at"]),
        ver=item["ver"],
        **head,
    )


def _version_item(version: Version) -> Item:
    written = described(version)
    size = len(version.certificate_chain.encode()) + len(written)
    if size > MOST_BYTES:
        raise TooLarge("The certificates say more than can be kept: leave out those that are not needed.")
    return {
        "PK": f"ENDPOINT#{version.endpoint_id}",
        "SK": version_key(version.number),
        "endpoint_id": version.endpoint_id,
        "number": version.number,
        "version_id": version.id,
        "certificate_chain": version.certificate_chain,
        "described": written,
        "created_at": times.text(version.created_at),
        "created_by": version.created_by,
        # It only makes later verdicts more exact, so it is no reason to refuse anything.
        "left_out": version.left_out if 0 < len(version.left_out) <= MOST_BYTES - size else None,
    }


def described(version: Version) -> str:
    """Return what is known about a version's certificates, as text."""
    return json.dumps(_plain({"chain": version.chain, "verdict": version.verdict, "changes": version.changes}))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return times.text(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return _plain(asdict(value)) if hasattr(value, "__dataclass_fields__") else value


def serving(item: Item) -> Version | None:
    """Read the version that a head serves from the head's item, without the PEM; None if it is too long for it."""
    if "summary" not in item:
        return None
    version = {
        "number": item["active"],
        "version_id": item["active_id"],
        "certificate_chain": "",
        "created_by": "",
    }
    return _version({**item, **version, "created_at": item["updated_at"], "described": item["summary"]})


def _version(item: Item) -> Version:
    read = json.loads(item["described"])
    verdict = read["verdict"]
    return Version(
        endpoint_id=item["endpoint_id"],
        number=item["number"],
        id=item["version_id"],
        certificate_chain=item["certificate_chain"],
        chain=(_facts(read["chain"][0]), *map(_issuer, read["chain"][1:])),
        verdict=Verdict(verdict["trusted"], tuple(_reason(each) for each in verdict["reasons"])),
        changes=tuple(ChainChange(**change) for change in read["changes"]),
        created_at=times.moment(item["created_at"]),
        created_by=item["created_by"],
        left_out=item.get("left_out", ""),
        judged_by=item.get("judged_by", ""),
    )


def _reason(written: dict[str, Any]) -> Reason:
    return Reason(**{**written, "subjects": tuple(written.get("subjects", ()))})


def _issuer(written: dict[str, Any]) -> Facts:
    """Read the facts of an issuer once: a list of endpoints is full of the same few."""
    known = _issuers.get(written["fingerprint"])
    if known is None:
        if len(_issuers) >= MOST_ISSUERS:
            _issuers.clear()
        known = _issuers[written["fingerprint"]] = _facts(written)
    return known


def _facts(written: dict[str, Any]) -> Facts:
    written = stored_facts.today(written)
    moments = {name: times.moment(written[name]) for name in ("starts_at", "expires_at")}
    names = {name: tuple(written[name]) for name in ("names", "common_names")}
    return Facts(**{**written, **moments, **names, "key": Key(**written["key"])})
