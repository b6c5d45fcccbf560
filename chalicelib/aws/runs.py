"""When each schedule ran last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from chalicelib.aws.table import Table
from chalicelib.model import times


class Runs:
    """One item a schedule."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, name: str, ended: datetime, result: Mapping[str, int]) -> None:
        """Keep that a schedule ended well, and what it counted."""
        item = {"PK": "RUNS", "SK": name, "ended_at": times.text(ended), "result": json.dumps(dict(result))}
        self._table.put(item)

    def last(self) -> dict[str, datetime]:
        """Return when each schedule last ended well, by name."""
        return {item["SK"]: times.moment(item["ended_at"]) for item in self._table.query("RUNS")}

    def since(self) -> datetime:
        """Return when the record began: what never ran has had time from then on."""
        return self._table.created_at()
