"""Clears away what was left behind; each job may die anywhere, be repeated, and be done by two at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from chalicelib.record.contract import SealedVersion, Vault
from chalicelib.record.reconciliation import Leftovers

SETTLED = timedelta(hours=24)  # an upload that has no version by then died before its transaction
KEPT = timedelta(days=30)  # sealed versions of an endpoint that was removed


@dataclass(frozen=True, slots=True)
class SealedVersionClearing:
    """Deletes sealed versions that nobody can need any more."""

    vault: Vault
    leftovers: Leftovers
    now: Callable[[], datetime]

    def run(self) -> dict[str, int]:
        """Delete what was sealed for no version, and that of endpoints that were removed long ago."""
        deleted = 0
        for page in self.vault.pages():
            of_no_use = list(self._of_no_use(page))
            self.vault.delete(of_no_use)
            deleted += len(of_no_use)
        return {"sealed_versions": deleted}

    def _of_no_use(self, page: list[SealedVersion]) -> Iterator[SealedVersion]:
        now = self.now()
        settled = [each for each in page if now - each.at > SETTLED]
        for endpoint_id, sealed in groupby(settled, lambda each: each.endpoint_id):
            versions, removed_at = self.leftovers.of_endpoint(endpoint_id)
            over = removed_at is not None and now - removed_at > KEPT
            yield from (each for each in sealed if over or each.version_id not in versions)


@dataclass(frozen=True, slots=True)
class ItemClearing:
    """Deletes items whose time has passed."""

    leftovers: Leftovers
    now: Callable[[], datetime]

    def run(self) -> dict[str, int]:
        """Delete them, and return how many they were."""
        return {"items": sum(self.leftovers.delete(item) for item in self.leftovers.passed(self.now()))}
