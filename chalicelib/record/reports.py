"""What edges and schedules report of themselves, and the counts that edges add up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from chalicelib.model import times, traffic
from chalicelib.model.edge import KEPT as REPORT_KEPT
from chalicelib.model.edge import Report
from chalicelib.model.traffic import HANDSHAKES, KEPT, REQUESTS, Batch, Minute
from chalicelib.record.contract import Record
from chalicelib.record.writes import Delete, Put


class RunItems:
    """One item a schedule."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def keep(self, name: str, ended: datetime, result: Mapping[str, int]) -> None:
        """Keep that a schedule ended well, and what it counted."""
        item = {"PK": "RUNS", "SK": name, "ended_at": times.text(ended), "result": json.dumps(dict(result))}
        self._record.commit([Put(item)])

    def last(self) -> dict[str, datetime]:
        """Return when each schedule last ended well, by name."""
        return {item["SK"]: times.moment(item["ended_at"]) for item in self._record.query("RUNS")}

    def since(self) -> datetime:
        """Return when the record began: what never ran has had time from then on."""
        return self._record.began()


PARTITION = "EDGES"


class EdgeItems:
    """One item an edge, gone a day after its last report."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def keep(self, report: Report) -> None:
        """Keep a report in the place of the edge's last one."""
        item = {
            "PK": PARTITION,
            "SK": report.edge_id,
            "applied": report.applied,
            "waiting": report.waiting,
            "at": times.text(report.at),
            "ttl": int((report.at + REPORT_KEPT).timestamp()),
        }
        self._record.commit([Put(item)])

    def forget(self, edge_id: str) -> None:
        """Forget an edge that ended on purpose; it need not be there."""
        self._record.commit([Delete({"PK": PARTITION, "SK": edge_id})])

    def list(self) -> list[Report]:
        """Return the last report of each edge, by id; one that has been silent for a day may be gone."""
        return [
            Report(item["SK"], item["applied"], item["waiting"], times.moment(item["at"]))
            for item in self._record.query(PARTITION)
        ]


HOUR = timedelta(hours=1)


class TrafficItems:
    """One item an app and hour, with an attribute a minute."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def add(self, edge_id: str, batch: Batch) -> None:
        """Add an edge's counts; the same batch again changes nothing. Raises Unavailable."""
        key = {"PK": _partition(batch.app_id), "SK": batch.hour}
        ttl = int((_start(batch.hour) + HOUR + KEPT).timestamp())
        self._record.add_up(key, batch.counts, (f"edge {edge_id}", batch.number), ttl)

    def since(self, app_id: str, since: datetime) -> list[Minute]:
        """Return the minutes with figures from a moment on, in order."""
        found: list[Minute] = []
        for item in self._record.query(_partition(app_id), first=traffic.hour(since)):
            counts = {name: count for name, count in item.items() if name[0] in {REQUESTS, HANDSHAKES}}
            found += traffic.minutes(_start(item["SK"]), counts)
        return [each for each in found if each.at >= since]


def _partition(app_id: str) -> str:
    return f"TRAFFIC#{app_id}"


def _start(hour: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=timezone.utc)
