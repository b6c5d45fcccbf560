"""Fills a record with accounts, apps and certificates through the repositories, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

from chalicelib.model.addon import Addon
from chalicelib.model.app import App
from chalicelib.model.check import first
from chalicelib.model.domain import Domain
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.record.addons import AddonItems
from chalicelib.record.apps import AppItems
from chalicelib.record.checks import CheckItems
from chalicelib.record.domains import DomainItems
from chalicelib.record.endpoints import EndpointItems
from chalicelib.record.writes import Write
from chalicelib.sqlite import keys
from chalicelib.sqlite.record import SqliteRecord
from chalicelib.sqlite.vault import SqliteVault
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.facts import Verdict
from local.folder import RECORD
from tests.authority import CA, DAY

SETTLED = timedelta(days=400)  # until the domains are looked at: no bench waits for it


class FillingRecord(SqliteRecord):
    """Commits everything at the end: what a fill needs, and nobody else."""

    def begin(self) -> None:
        """Begin the one transaction."""
        self._run("PRAGMA synchronous = OFF")
        self._run("BEGIN IMMEDIATE")

    def commit(self, writes: Sequence[Write]) -> None:
        """Do the writes within it."""
        for write in writes:
            self._apply(write)

    def end(self) -> None:
        """Commit it, and close the file."""
        self._run("COMMIT")
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")
        self.close()


def fill(state: Path, account_id: str, prefix: str, number: int) -> None:
    """Add apps of an account to the record of a state folder, each with add-on, domain and certificate."""
    path = str(state / RECORD)
    record, now = FillingRecord(path), datetime.now(timezone.utc)
    vault = SqliteVault(record, keys.read(path, {}), lambda: now)
    issued = (
        CA("Bench Root")
        .issue_ca("Bench CA")
        .issue_cert(f"www.{prefix}.example.com", not_before=now - DAY, not_after=now + 80 * DAY)
    )
    chain = tuple(Certificate(each).facts for each in (issued.certificate, *issued.issuers))
    pem = f"{issued.chain_pem}{issued.key_pem}".encode()
    apps, checks = AppItems(record, "app.localhost"), CheckItems(record)
    domains = _Settled(record, checks)
    record.begin()
    for place in range(number):
        name, identity = f"{prefix}-{place}", str(uuid4())
        app = App(str(uuid4()), name, account_id, "us", "127.0.0.1:5000", now, now)
        hostname = f"tokyo-{prefix}-{place}.ssl.localhost"
        addon = Addon(str(uuid4()), app.id, account_id, f"ssl-{name}", f"tokyo-{name}", hostname, now)
        active = (1, str(uuid4()), None, None, 1)
        head = Endpoint(identity, app.id, account_id, addon.endpoint_name, hostname, *active, now, now)
        verdict = Verdict(trusted=False, reasons=())
        version = Version(identity, 1, head.active_id, issued.chain_pem, chain, verdict, (), now, "bench")
        apps.create(app)
        AddonItems(record).create(addon)
        domains.create(Domain(str(uuid4()), app.id, account_id, f"www-{place}.{prefix}.example.com", now, now))
        EndpointItems(record).create(head, version, *vault.put(app.id, identity, head.active_id, pem))
    record.end()


class _Settled(DomainItems):
    """Domains whose check is not due for a long time, as when everything has long been right."""

    def _added(self, domain: Domain) -> list[Write]:
        record, _ = super()._added(domain)
        return [record, self._checks.new(replace(first(domain), due_at=domain.updated_at + SETTLED))]
