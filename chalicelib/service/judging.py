"""Judges what is served by today's roots, and tells of certificates that are trusted no more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from chalicelib.errors import Unavailable
from chalicelib.model import times
from chalicelib.model.caller import Caller
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.notice import Notice
from chalicelib.model.record import AppRecord
from chalicelib.record.activities import ActivityItems
from chalicelib.record.apps import AppItems
from chalicelib.record.endpoints import EndpointItems
from chalicelib.record.reconciliation import Overtaken, Verdicts
from chalicelib.record.writes import Write
from chalicelib.service.notices import Notices
from chalicelib.x509 import trust
from chalicelib.x509.anchors import Anchors, readable
from chalicelib.x509.facts import Verdict

ACTOR = "reconcile"
ATTEMPTS = 5  # at an endpoint that is changed meanwhile
DISTRUST = "distrust"  # the kind of the notice
log = logging.getLogger("ssl_endpoint")


@dataclass(frozen=True, slots=True)
class Judging:
    """Gives every version that is served, or can be gone back to, the verdict of the roots as they are now."""

    verdicts: Verdicts
    endpoints: EndpointItems
    apps: AppItems
    activities: ActivityItems
    notices: Notices
    anchors: Anchors
    app_zone: str
    now: Callable[[], datetime]

    def run(self) -> dict[str, int]:
        """Judge all if the roots are others than when all was judged last, and return how many verdicts changed.

        Only when all is done is that recorded, so that the next run does what one that died has left. Raises
        Unavailable if some could not be judged.
        """
        digest, changed, failed = trust.digest(self.anchors), 0, 0
        if digest == self.verdicts.given_by():
            return {"judged": 0}
        for endpoint in self.verdicts.endpoints():
            try:
                changed += self._judge_all_of(endpoint, digest)
            except Exception:  # one endpoint keeps no other from being judged
                log.exception("judging endpoint %s failed", endpoint.id)
                failed += 1
        if failed:
            raise Unavailable(
                f"{failed} endpoints could not be judged; the log has why. The next run tries again."
            )
        self.verdicts.keep(digest)
        return {"judged": changed}

    def _judge_all_of(self, endpoint: Endpoint, digest: str) -> int:
        for _ in range(ATTEMPTS):
            numbers = filter(None, (endpoint.active, endpoint.previous))
            try:
                return sum(self._judge(endpoint, number, digest) for number in numbers)
            except Overtaken:  # if by a roll-back, nobody has judged what is served now
                record = self.apps.record(endpoint.app_id)
                if record is None or record.endpoint is None:
                    return 0
                endpoint = record.endpoint
        raise Unavailable(f"{endpoint.name} cannot be judged: it changes all the time.")

    def _judge(self, endpoint: Endpoint, number: int, digest: str) -> bool:
        """Judge one version, and tell whether the verdict is another one; raise Overtaken."""
        before = self.endpoints.version(endpoint.id, number)
        verdict = verdict_by(self.anchors, before)
        record = self.apps.record(endpoint.app_id) if verdict != before.verdict else None
        if record is None:
            return False
        after, now = replace(before, verdict=verdict), self.now()
        detail = f"v{number}, {before.leaf.fingerprint}: {_said(before.verdict)} → {_said(verdict)}"
        caller = Caller("", ACTOR, "write", str(uuid4()))
        writes = self.activities.write(caller, endpoint.app_id, now, "certificate.judged", detail)
        if before.verdict.trusted and not verdict.trusted and number == endpoint.active:
            writes += self._news(record, after, now)
        self.verdicts.change(endpoint, after, digest, *writes)
        return True

    def _news(self, record: AppRecord, version: Version, now: datetime) -> list[Write]:
        facts = {
            "app": record.app.name,
            "hostname": record.target(self.app_zone),
            "reasons": [
                {"sentence": reason.sentence, "remedy": reason.remedy} for reason in version.verdict.reasons
            ],
        }
        key = f"{DISTRUST} {version.id} {times.text(now)}"
        return self.notices.tell(Notice(key, DISTRUST, record.app.id, now, facts), self.notices.of_app(record))


def verdict_by(anchors: Anchors, version: Version) -> Verdict:
    """Return the verdict that a version would have been given by these anchors when it was installed.

    What time has done since is no matter of anchors: see Version.verdict_at. What cannot be read any more keeps
    the verdict that it has.
    """
    chain = readable(version.certificate_chain)
    if [each.fingerprint for each in chain] != [facts.fingerprint for facts in version.chain]:
        return version.verdict
    left_out = readable(version.left_out)
    return trust.judge(chain, anchors, version.created_at, left_out, version.verdict)


def _said(verdict: Verdict) -> str:
    return "trusted" if verdict.trusted else ", ".join(reason.code for reason in verdict.reasons)
