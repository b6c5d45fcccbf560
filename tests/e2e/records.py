"""A record in a folder, for followers in processes of their own: it can be down, slow or strange."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chalicelib import stores
from chalicelib.errors import Unavailable
from chalicelib.model.edge import Report
from chalicelib.model.feed import Entry
from chalicelib.model.traffic import Batch


@dataclass(frozen=True, slots=True)
class Record:
    """Written by a test, and read by the follower that `use` runs in."""

    root: Path

    def write(self, entries: Iterable[Entry], versions: dict[str, bytes]) -> None:
        """Hold these entries, and these versions' PEM by id."""
        for name in ("versions", "reports", "batches"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        for version_id, pem in versions.items():
            (self.root / "versions" / version_id).write_bytes(pem)
        new = self.root / "new"
        new.write_bytes(pickle.dumps(list(entries)))
        new.replace(self.root / "feed")

    def fail(self, *, down: bool) -> None:
        """Answer nothing any more, or again."""
        (self.root / "down").touch() if down else (self.root / "down").unlink()

    def slow_down(self, seconds: float) -> None:
        """Take so long to open a version."""
        (self.root / "slow").write_text(str(seconds))

    def reports(self) -> list[str]:
        """Return the ids of the edges that report."""
        return [path.name for path in (self.root / "reports").iterdir()]

    def batches(self) -> list[Batch]:
        """Return what edges have counted."""
        found: list[Batch] = [pickle.loads(path.read_bytes()) for path in (self.root / "batches").iterdir()]
        return found

    def changes(self, since: str) -> list[Entry]:
        """Be the feed."""
        if (self.root / "down").exists():
            raise Unavailable("The record is down.")
        entries: list[Entry] = pickle.loads((self.root / "feed").read_bytes())
        return [entry for entry in entries if entry.changed >= since]

    def open(self, _app_id: str, _endpoint_id: str, version_id: str) -> bytes:
        """Be the vault."""
        if (self.root / "slow").exists():
            time.sleep(float((self.root / "slow").read_text()))
        return (self.root / "versions" / version_id).read_bytes()

    def keep(self, report: Report) -> None:
        """Be where edges report."""
        (self.root / "reports" / report.edge_id).touch()

    def forget(self, edge_id: str) -> None:
        """Forget an edge."""
        (self.root / "reports" / edge_id).unlink(missing_ok=True)

    def add(self, edge_id: str, batch: Batch) -> None:
        """Be where edges add up."""
        (self.root / "batches" / f"{edge_id}-{batch.app_id}-{batch.number}").write_bytes(pickle.dumps(batch))


def use(root: str) -> None:
    """Let this process follow the record in a folder."""
    record = Record(Path(root))
    for name in ("feed", "vault", "edges", "traffic"):
        setattr(stores, name, lambda: record)
