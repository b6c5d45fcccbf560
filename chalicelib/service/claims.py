"""Names that are another account's: who proves by DNS that a name is theirs gets it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from chalicelib.errors import Conflict, Unavailable, Unproven
from chalicelib.model import dns, times
from chalicelib.model.caller import Caller
from chalicelib.model.dns import Proof
from chalicelib.model.domain import Domain
from chalicelib.model.notice import Notice
from chalicelib.model.record import AppRecord
from chalicelib.record.activities import ActivityItems
from chalicelib.record.apps import AppItems
from chalicelib.record.domains import Claim, DomainItems, DomainTaken
from chalicelib.record.writes import Write
from chalicelib.service.notices import Notices

if TYPE_CHECKING:
    from chalicelib.net.lookup import Dns

PROOF_SECONDS = 4.0  # for the look-up of the record that proves it
ACTOR = "domain claim"  # in the activity of the app that loses the name: it must not see the other's token
SHOWN = 3  # other values, in the sentence that refuses
SHOWN_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Claims:
    """Gives a name to an app although it is, or overlaps with, another account's."""

    repository: DomainItems
    apps: AppItems
    activities: ActivityItems
    notices: Notices
    lookup: Callable[[], Dns]

    def take(self, caller: Caller, record: AppRecord, domain: Domain, writes: Sequence[Write]) -> Domain:
        """Store the domain together with `writes` and return it, if DNS proves that it is its account's.

        A name of another account moves, and both are told; names that merely overlap stay where they are.
        Raises Unproven, with the record to set, without a proof, DomainTaken if the name is another app's of the
        same account, and Conflict if it changes hands at the same time.
        """
        claim, over = self.repository.claim(domain.hostname), self._overlapping(domain)
        if claim and claim.account_id == domain.account_id:
            raise DomainTaken(domain.hostname)
        if not claim and not over:
            raise Conflict(f"{domain.hostname} was given up elsewhere at the same time; repeat your call.")
        proof = dns.proof(domain.hostname, domain.account_id)
        spent = self.repository.proofs_spent(domain.account_id, proof.hostname)
        self._prove(proof.after(spent), domain)
        was = "another account's until now" if claim else "which overlaps with a name of another account"
        detail = f"{domain.hostname}, {was}: proved by DNS"
        activity = self.activities.write(caller, record.app.id, domain.updated_at, "domain.claim", detail)
        writes = [*writes, self.repository.spend_proof(domain.account_id, proof.hostname, spent), *activity]
        if claim:
            return self._move(record, domain, claim, writes)
        try:
            self.repository.create_proven(domain, *writes, *self._tell_shadowed(domain, over))
        except DomainTaken:
            raise Conflict(f"{domain.hostname} was added elsewhere at the same time; repeat your call.") from None
        return domain

    def _overlapping(self, domain: Domain) -> list[Claim]:
        every = self.repository.overlapping(domain.hostname)
        return [each for each in every if each.account_id != domain.account_id]

    def _prove(self, proof: Proof, domain: Domain) -> None:
        try:
            found = self.lookup().texts(proof.hostname, PROOF_SECONDS)
        except Unavailable as error:
            raise _unproven(domain, proof, error.message) from error
        if proof.value not in {text.strip() for text in found}:
            raise _unproven(domain, proof, _shown(found))

    def _move(self, record: AppRecord, domain: Domain, claim: Claim, writes: Sequence[Write]) -> Domain:
        loser = self.apps.record(claim.app_id)
        lost = loser.latest_domains.get(domain.hostname) if loser else None
        if loser is None or lost is None or lost.removed:
            raise Conflict(f"{domain.hostname} is being removed elsewhere; repeat your call.")
        # Edges give a name to the app that claimed it last.
        moved = replace(domain, updated_at=times.later(lost.updated_at, domain.updated_at))
        at = moved.updated_at
        won = f"{domain.hostname} moved to {record.app.name}: a TXT record in its zone proved that it is yours."
        gone = (
            f"{domain.hostname} moved from {loser.app.name} to another account, which proved by a TXT record in"
            " its zone that it may have it. If that is not right, ask whoever runs its DNS."
        )
        self.repository.move(
            moved,
            lost.remove(at),
            *writes,
            *self._recorded(loser, at, domain.hostname),
            *self._tell(record, domain.hostname, at, won, to_us=True),
            *self._tell(loser, domain.hostname, at, gone, to_us=False),
        )
        return moved

    def _tell_shadowed(self, domain: Domain, strangers: Iterable[Claim]) -> list[Write]:
        """Tell the account whose wildcard no longer serves a name; those under a new wildcard lose nothing."""
        wildcard = next((each for each in strangers if each.hostname.startswith("*.")), None)
        loser = self.apps.record(wildcard.app_id) if wildcard else None
        if wildcard is None or loser is None:
            return []
        at, name = domain.updated_at, domain.hostname
        sentence = (
            f"{name} is another account's now, which proved by a TXT record in its zone that it may have it. Your"
            f" {wildcard.hostname} serves {loser.app.name} for all other names."
        )
        news = self._tell(loser, name, at, sentence, to_us=False)
        return [*self._recorded(loser, at, f"{name}, under {wildcard.hostname}"), *news]

    def _recorded(self, record: AppRecord, at: datetime, detail: str) -> list[Write]:
        nobody = Caller("", ACTOR, "write", str(uuid4()))
        return self.activities.write(nobody, record.app.id, at, "domain.lost", detail)

    def _tell(self, record: AppRecord, hostname: str, at: datetime, sentence: str, *, to_us: bool) -> list[Write]:
        facts = {"app": record.app.name, "hostname": hostname, "to_us": to_us, "sentence": sentence}
        notice = Notice(f"moved#{hostname}#{uuid4()}", "moved", record.app.id, at, facts)
        return self.notices.tell(notice, self.notices.of_app(record))


def _unproven(domain: Domain, proof: Proof, found: str) -> Unproven:
    return Unproven(
        f"{domain.hostname} is in use by another account, or overlaps with a name of one. If it is yours, set a"
        f" TXT record with the name {proof.hostname} and the value {proof.value}, and repeat this call. {found}",
        asdict(proof),
    )


def _shown(found: Sequence[str]) -> str:
    if not found:
        return "There is no such record yet."
    shown = ", ".join(repr(text[:SHOWN_LENGTH]) for text in found[:SHOWN])
    return f"What is there now has another value: {shown}."
