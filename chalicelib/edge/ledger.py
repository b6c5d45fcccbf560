"""What an edge has counted, and how far it has read, kept on its disk."""

from __future__ import annotations

import json
import logging
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from chalicelib.edge.tail import MINUTE
from chalicelib.model import traffic
from chalicelib.model.traffic import Batch

FILE = "counts.json"
MOST_COUNTS = 100_000  # kept while the record does not answer: 100 busy apps for eight hours
Key = tuple[int, str, str]  # minute since 1970, "r" or "h", app id

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Ledger:
    """Written as one file, so that what was read, counted and sent always fit together."""

    folder: Path
    read: dict[str, int] = field(default_factory=dict)  # see edge.tail
    counts: Counter[Key] = field(default_factory=Counter)  # not in a batch yet
    sending: list[Batch] = field(default_factory=list)  # perhaps added already: they stay as they are
    number: int = 0  # of the last batch

    @classmethod
    def open(cls, folder: Path) -> Ledger:
        """Return what the last life left; a new ledger where there is none, or none that can be read."""
        try:
            kept = json.loads((folder / FILE).read_bytes())
            return cls(
                folder,
                {str(head): int(read) for head, read in kept["read"].items()},
                Counter({(int(minute), str(kind), str(app)): int(n) for minute, kind, app, n in kept["counts"]}),
                [Batch(**batch) for batch in kept["sending"]],
                int(kept["number"]),
            )
        except FileNotFoundError:
            pass
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("The counts of before cannot be read: %s", type(error).__name__)
        return cls(folder)

    def keep(self) -> None:
        """Write it down; raise OSError where that is not possible. It need not survive a power cut."""
        kept = {
            "read": self.read,
            "counts": [[*key, times] for key, times in self.counts.items()],
            "sending": [asdict(batch) for batch in self.sending],
            "number": self.number,
        }
        new = self.folder / f"{FILE}.new"
        new.touch(mode=0o600)
        new.write_text(json.dumps(kept))
        new.replace(self.folder / FILE)

    def add(self, counted: Counter[Key]) -> None:
        """Count on; of too much the oldest goes."""
        self.counts += counted
        if (surplus := len(self.counts) - MOST_COUNTS) > 0:
            log.warning("The record took no counts for too long: the oldest %d are given up", surplus)
            for key in sorted(self.counts)[:surplus]:
                del self.counts[key]

    def pack(self, now: datetime) -> None:
        """Make batches of what was counted, unless some are still to be sent."""
        if self.sending or not self.counts:
            return
        self.number = max(self.number + 1, int(now.timestamp() * 1_000_000))
        self.sending = _batches(self.counts, self.number)
        self.counts = Counter()


def _batches(counts: Counter[Key], number: int) -> list[Batch]:
    hours: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for (minute, kind, app_id), times in counts.items():
        at = datetime.fromtimestamp(minute * MINUTE, timezone.utc)
        hours[app_id, traffic.hour(at)][f"{kind}{at.minute:02}"] = times
    return [Batch(app_id, hour, number, added) for (app_id, hour), added in sorted(hours.items())]
