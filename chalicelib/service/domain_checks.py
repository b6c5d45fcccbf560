"""Looks at domains, stores what was found, and tells of what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import uuid4

from chalicelib.errors import Conflict
from chalicelib.model.caller import Caller
from chalicelib.model.check import Check, CheckChange, Look, first
from chalicelib.model.domain import Domain
from chalicelib.model.notice import Notice
from chalicelib.model.record import AppRecord
from chalicelib.record.activities import ActivityItems
from chalicelib.record.apps import AppItems
from chalicelib.record.checks import CheckItems
from chalicelib.record.writes import Write
from chalicelib.service.checks import MOST_DOMAINS, Checks
from chalicelib.service.notices import Notices

ACTOR = "domain check"
RUN = timedelta(seconds=25)  # after which a run begins nothing more; the next one goes on
Claimed = tuple[AppRecord, Domain, Check]


@dataclass(frozen=True, slots=True)
class DomainChecks:
    """The stored check of each domain."""

    checks: Checks
    repository: CheckItems
    apps: AppItems
    activities: ActivityItems
    notices: Notices
    now: Callable[[], datetime]

    def check(self, record: AppRecord, domain: Domain) -> Look:
        """Look at a domain now, keep what was found and return it."""
        [look] = self.checks.of([(record, domain)])
        before = record.checks.get(domain.hostname)
        store = self.repository.replace if before else self.repository.create
        with suppress(Conflict):  # somebody else looked at it meanwhile, or removed it: what they found is as new
            self._keep(record, before or first(domain), look, store)
        return look

    def recheck_due(self) -> dict[str, int]:
        """Look at the domains whose time has come, and return how many were looked at, changed and unknown.

        Many runs may go on at once, and each may die anywhere: a check that one has claimed is no other's, and if
        nothing is stored of it it is due again when the lease is over.
        """
        counted: Counter[str] = Counter(looked=0, changed=0, unknown=0)
        due, until = self.repository.due(self.now()), self.now() + RUN
        while self.now() < until and (batch := list(islice(due, MOST_DOMAINS))):
            claimed = list(self._claimed(batch))
            looks = self.checks.of([(record, domain) for record, domain, _ in claimed])
            for (record, _, before), look in zip(claimed, looks, strict=True):
                counted.update(self._counted(record, before, look))
        return dict(counted)

    def _claimed(self, due: Sequence[Check]) -> Iterator[Claimed]:
        """Claim checks and yield them with their apps and domains; strike those that have none any more."""
        records: dict[str, AppRecord | None] = {}
        for check in due:
            if check.app_id not in records:
                records[check.app_id] = self.apps.record(check.app_id)
            record = records[check.app_id]
            domain = record.latest_domains.get(check.hostname) if record else None
            with suppress(Conflict):  # somebody else has it
                if record is None or domain is None or domain.removed:
                    self.repository.drop(check)
                    continue
                mine = check.claim(self.now())
                self.repository.replace(mine)
                yield record, domain, mine

    def _counted(self, record: AppRecord, before: Check, look: Look) -> list[str]:
        try:
            change = self._keep(record, before, look, self.repository.replace)
        except Conflict:
            return ["looked"]
        return ["looked", *["changed"] * (change is not None), *["unknown"] * (look.dns.state == "unknown")]

    def _keep(
        self, record: AppRecord, before: Check, look: Look, store: Callable[..., None]
    ) -> CheckChange | None:
        """Store what was found, and with it the news of what has changed; raise Conflict if somebody was first."""
        version_id = record.endpoint.active_id if record.endpoint else None
        after, change = before.see(look, version_id, self.now())
        store(after, *self._news(record, after, change))
        return change

    def _news(self, record: AppRecord, check: Check, change: CheckChange | None) -> list[Write]:
        if change is None:
            return []
        app, at, key = record.app, check.checked_at or self.now(), f"domain#{check.hostname}#{uuid4()}"
        facts = {
            "app": app.name,
            "hostname": check.hostname,
            "before": change.before,
            "after": change.after,
            "sentence": change.sentence,
        }
        nobody = Caller("", ACTOR, "write", str(uuid4()))
        detail = f"{check.hostname}: {change.before} → {change.after}"
        activity = self.activities.write(nobody, app.id, at, "domain.check", detail)
        notice = Notice(key, "domain", app.id, at, facts)
        return [*activity, *self.notices.tell(notice, self.notices.of_app(record))]
