"""Domains in the table: the app's record, and the claim that makes a name unique over all accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.model import times
from chalicelib.model.check import first
from chalicelib.model.domain import Domain
from chalicelib.record import indexes
from chalicelib.record.checks import CheckItems
from chalicelib.record.conditions import AbsentOr, Equals, Item
from chalicelib.record.contract import Record
from chalicelib.record.writes import Delete, Expect, Put, Write, new, replace

TOMBSTONE_DAYS = 30  # an edge that was away for longer reads the whole feed anyway
ANY = "*"


class DomainTaken(Invalid):
    """The name is another app's, or overlaps with one of another account."""

    def __init__(self, hostname: str) -> None:
        super().__init__(f"{hostname} is currently in use by another app.")


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose a name is."""

    hostname: str
    app_id: str
    account_id: str


class DomainItems:
    """One record an app and name, which edges follow; one claim a name, kept beside its siblings."""

    def __init__(self, record: Record, checks: CheckItems) -> None:
        self._record = record
        self._checks = checks

    def create(self, domain: Domain, *writes: Write) -> None:
        """Store a domain with its check, and claim its name.

        Raises DomainTaken if another app has it, or if a name of another account overlaps with it, and Conflict if
        the app has it by now.
        """
        taken = DomainTaken(domain.hostname)
        claim = new(_claim_item(domain), taken)
        self._record.commit([claim, *self._added(domain), *self._no_overlap(domain, taken), *writes])

    def create_proven(self, domain: Domain, *writes: Write) -> None:
        """Store a domain although names of other accounts overlap; raise DomainTaken if another app has it."""
        claim = new(_claim_item(domain), DomainTaken(domain.hostname))
        self._record.commit([claim, *self._added(domain), *writes])

    def move(self, domain: Domain, tombstone: Domain, *writes: Write) -> None:
        """Store a domain in the place of another app's, of which only the tombstone stays.

        Raises Conflict if that app does not have it any longer.
        """
        raced = Conflict(
            f"{domain.hostname} changed hands at the same time. Look at it again and repeat your call."
        )
        held = Equals({"app_id": tombstone.app_id})
        self._record.commit(
            [
                Put(_claim_item(domain), held, raced),
                replace(_item(tombstone), tombstone.ver - 1, raced),
                self._checks.strike(tombstone.app_id, tombstone.hostname),
                *self._added(domain),
                *writes,
            ]
        )

    def remove(self, domain: Domain, *writes: Write) -> None:
        """Store the tombstone and free the name; raise NotFound if it is gone already."""
        gone = NotFound("domain")
        free = Delete(_claim_key(domain.hostname), Equals({"app_id": domain.app_id}), gone)
        record = replace(_item(domain), domain.ver - 1, gone)
        self._record.commit([record, free, self._checks.strike(domain.app_id, domain.hostname), *writes])

    def claim(self, hostname: str) -> Claim | None:
        """Return whose the name itself is."""
        key = _claim_key(hostname)
        item = self._record.get(key["PK"], key["SK"])
        return _claim(item) if item else None

    def overlapping(self, hostname: str) -> list[Claim]:
        """Return whose the wildcard over a name is, or the names under a wildcard."""
        key = _claim_key(hostname)
        claims = map(_claim, self._record.query(key["PK"], "" if key["SK"] == ANY else ANY))
        return [each for each in claims if each.hostname != hostname]

    def proofs_spent(self, account_id: str, place: str) -> int:
        """Return how many proofs of an account at a name in DNS were used."""
        key = _proof_key(account_id, place)
        item = self._record.get(key["PK"], key["SK"])
        return int(item["spent"]) if item else 0

    def spend_proof(self, account_id: str, place: str, spent: int) -> Write:
        """Count one more, if there are still as many as that."""
        return Put(
            {**_proof_key(account_id, place), "spent": spent + 1},
            AbsentOr(Equals({"spent": spent})),
            Conflict(f"The record at {place} was used at the same time. Look again and repeat your call."),
        )

    def _added(self, domain: Domain) -> list[Write]:
        record = new(_item(domain), Conflict("Somebody else added that domain at the same time."))
        if domain.ver > 1:  # over its own tombstone
            record = replace(_item(domain), domain.ver - 1, Conflict("That domain was just added."))
        return [record, self._checks.new(first(domain))]

    def _no_overlap(self, domain: Domain, taken: DomainTaken) -> list[Write]:
        """Refuse a wildcard over another account's names, and a name under another account's wildcard."""
        key = _claim_key(domain.hostname)
        if key["SK"] != ANY:
            wildcard = {**key, "SK": ANY}
            mine = AbsentOr(Equals({"account_id": domain.account_id}))
            return [Expect(wildcard, mine, taken)]
        if any(sibling["account_id"] != domain.account_id for sibling in self._record.query(key["PK"])):
            raise taken
        return []


def _proof_key(account_id: str, place: str) -> Item:
    return {"PK": f"ACCOUNT#{account_id}", "SK": f"PROOF#{place}"}


def _claim_item(domain: Domain) -> Item:
    return {**_claim_key(domain.hostname), "app_id": domain.app_id, "account_id": domain.account_id}


def _claim(item: Item) -> Claim:
    hostname = f"{item['SK']}.{item['PK'].partition('#')[2]}"
    return Claim(hostname, item["app_id"], item["account_id"])


def _claim_key(hostname: str) -> Item:
    label, _, parent = hostname.partition(".")
    return {"PK": f"DOMAIN#{parent}", "SK": label}


def _item(domain: Domain) -> Item:
    updated = times.text(domain.updated_at)
    item = {
        "PK": f"APP#{domain.app_id}",
        "SK": f"DOMAIN#{domain.hostname}",
        **indexes.in_feed(updated),
        "domain_id": domain.id,
        "app_id": domain.app_id,
        "account_id": domain.account_id,
        "hostname": domain.hostname,
        "created_at": times.text(domain.created_at),
        "updated_at": updated,
        "ver": domain.ver,
        "removed": domain.removed,
    }
    if domain.removed:
        return {**item, "ttl": int((domain.updated_at + timedelta(days=TOMBSTONE_DAYS)).timestamp())}
    return {**item, "owner": domain.account_id}


def domain(item: Item) -> Domain:
    """Read the item of an app's domain."""
    fields = ("app_id", "account_id", "hostname", "ver", "removed")
    return Domain(
        id=item["domain_id"],
        created_at=times.moment(item["created_at"]),
        updated_at=times.moment(item["updated_at"]),
        **{field: item[field] for field in fields},
    )
