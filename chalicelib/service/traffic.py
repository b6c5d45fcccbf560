"""Traffic: how much an app has, and the surges that its owner announces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from chalicelib.errors import Invalid, NotFound
from chalicelib.model import surge as surges
from chalicelib.model import traffic
from chalicelib.model.app import App
from chalicelib.model.caller import Account, Caller
from chalicelib.model.notice import Notice
from chalicelib.model.record import AppRecord
from chalicelib.model.surge import MOST_SURGES, Surge
from chalicelib.model.traffic import Minute, Threshold
from chalicelib.record.activities import ActivityItems
from chalicelib.record.apps import AppItems
from chalicelib.record.reports import TrafficItems
from chalicelib.record.surges import SurgeItems
from chalicelib.record.writes import Write
from chalicelib.service.notices import Notices


@dataclass(frozen=True, slots=True)
class Series:
    """An app's traffic between two moments."""

    since: datetime
    until: datetime
    minutes: list[Minute]  # those with figures, in order

    @property
    def peak(self) -> Minute | None:
        """Return the minute with the most requests."""
        return traffic.peak(self.minutes)

    @property
    def thresholds(self) -> list[Threshold]:
        """Return what of it should have been announced."""
        return traffic.thresholds(self.minutes)


@dataclass(frozen=True, slots=True)
class AppTraffic:
    """The use-cases of an app's traffic."""

    counts: TrafficItems
    surges: SurgeItems
    apps: AppItems
    activities: ActivityItems
    notices: Notices
    owner: Callable[[App], Account | None]
    app_zone: str
    now: Callable[[], datetime]

    def of_app(self, record: AppRecord, hours: int) -> Series:
        """Return the traffic of the last hours."""
        until = self.now()
        since = until - timedelta(hours=hours)
        return Series(since, until, self.counts.since(record.app.id, since))

    def announced(self, record: AppRecord) -> list[Surge]:
        """Return the surges that were announced, in the order in which they come; past ones for a while."""
        return self.surges.of_app(record.app.id)

    def announce(self, caller: Caller, record: AppRecord, at: str, rate: int, note: str | None) -> Surge:
        """Store that so many requests a second are expected at a time, and tell the operator.

        Raises Invalid for a time or note that cannot be used, and for more than MOST_SURGES.
        """
        now, app = self.now(), record.app
        moment, text = surges.check_at(at, now), surges.check_note(note)
        if len(self.surges.of_app(app.id)) >= MOST_SURGES:
            raise Invalid(f"An app has at most {MOST_SURGES} announced surges; remove one first.")
        surge = Surge(str(uuid4()), app.id, moment, rate, text, now, caller.token_name)
        writes = self.activities.write(caller, app.id, now, "surge.announce", _detail(surge))
        self.surges.create(surge, self.apps.expect(app.id), *writes, *self._news(surge, record, now))
        return surge

    def withdraw(self, caller: Caller, record: AppRecord, identity: str) -> Surge:
        """Take back an announcement and return it; the operator hears of it if it was to come yet.

        Raises NotFound if there is none such.
        """
        found = next((each for each in self.announced(record) if each.id == identity), None)
        if found is None:
            raise NotFound("surge")
        now = self.now()
        writes = self.activities.write(caller, record.app.id, now, "surge.withdraw", _detail(found))
        news = self._news(found, record, now, withdrawn=True) if found.at > now else []
        self.surges.remove(found, *writes, *news)
        return found

    def _news(self, surge: Surge, record: AppRecord, now: datetime, *, withdrawn: bool = False) -> list[Write]:
        """Return what tells the operator, if the settings name somebody."""
        facts = {
            "app": record.app.name,
            "hostname": record.target(self.app_zone),
            "at": _text(surge.at),
            "requests_per_second": surge.requests_per_second,
            "note": surge.note,
            "withdrawn": withdrawn,
            "account": record.app.account_id,
        }
        key = f"surge#{surge.id}#withdrawn" if withdrawn else f"surge#{surge.id}"
        notice = Notice(key, "surge", record.app.id, now, facts)
        channels = self.notices.operator(notice)
        if channels and (owner := self.owner(record.app)):
            notice = replace(notice, facts={**facts, "account": owner.email})
        return self.notices.tell(notice, channels)


def _detail(surge: Surge) -> str:
    return f"{surge.requests_per_second:,} requests a second at {_text(surge.at)}"


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
