"""What edges report of themselves, in the table."""

from __future__ import annotations

from chalicelib.aws.table import Table
from chalicelib.model import times
from chalicelib.model.edge import KEPT, Report

PARTITION = "EDGES"


class Edges:
    """One item an edge, gone a day after its last report."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, report: Report) -> None:
        """Keep a report in the place of the edge's last one."""
        item = {
            "PK": PARTITION,
            "SK": report.edge_id,
            "applied": report.applied,
            "waiting": report.waiting,
            "at": times.text(report.at),
            "ttl": int((report.at + KEPT).timestamp()),
        }
        self._table.put(item)

    def forget(self, edge_id: str) -> None:
        """Forget an edge that ended on purpose; it need not be there."""
        self._table.commit([self._table.strike({"PK": PARTITION, "SK": edge_id})])

    def list(self) -> list[Report]:
        """Return the last report of each edge, by id; one that has been silent for a day may be gone."""
        return [
            Report(item["SK"], item["applied"], item["waiting"], times.moment(item["at"]))
            for item in self._table.query(PARTITION)
        ]
