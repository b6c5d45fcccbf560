"""What is true now: real handshakes with our own edge, real DNS."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.errors import BadCertificate, Unavailable
from chalicelib.model import pointing, served
from chalicelib.model.answer import Answer
from chalicelib.model.check import Look
from chalicelib.model.domain import Domain
from chalicelib.model.endpoint import Version
from chalicelib.model.record import AppRecord
from chalicelib.model.served import Handshake, TlsState
from chalicelib.record.endpoints import EndpointItems
from chalicelib.service.parallel import Parallel
from chalicelib.x509.facts import Facts

if TYPE_CHECKING:
    from chalicelib.net.handshake import Client
    from chalicelib.net.lookup import Dns

SECONDS = 3.0  # for one look-up or handshake
ALL_SECONDS = 4.5  # for everything that is looked at together
MOST_DOMAINS = 50  # looked at together
NOT_IN_TIME = "It was not looked at in time; look again."


@dataclass(frozen=True, slots=True)
class AppCheck:
    """What was found for an app's DNS target and for its domains."""

    edge: TlsState
    domains: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """Looks, as a careful person would with dig and curl. Contacts nothing but DNS and our own edge."""

    endpoints: EndpointItems
    edge: tuple[str, int]
    app_zone: str
    client: Client
    dns: Callable[[], Dns]

    def of_app(self, record: AppRecord) -> AppCheck:
        """Look at an app's DNS target and its first domains; return what was found within ALL_SECONDS."""
        target = record.target(self.app_zone)
        asked, dns = Parallel(SECONDS, ALL_SECONDS), self.dns()
        asked.ask(self._shown, [target])
        wanted = [(record, domain) for domain in record.domains[:MOST_DOMAINS]]
        looks = self._look(asked, dns, wanted)
        return AppCheck(_at_target(self._tls(asked, target, record, {})), looks)

    def of(self, wanted: Sequence[tuple[AppRecord, Domain]]) -> tuple[Look, ...]:
        """Look at domains; return what was found within ALL_SECONDS, in their order."""
        return self._look(Parallel(SECONDS, ALL_SECONDS), self.dns(), wanted)

    def _look(self, asked: Parallel, dns: Dns, wanted: Sequence[tuple[AppRecord, Domain]]) -> tuple[Look, ...]:
        names = [pointing.probe_name(domain.hostname) for _, domain in wanted]
        asked.ask(dns.look_up, [record.target(self.app_zone) for record, _ in wanted])
        asked.ask(dns.look_up, names)
        asked.ask(self._shown, names)
        asked.ask(dns.zone, [domain.hostname for _, domain in wanted])
        asked.ask(dns.issuers, [domain.hostname for _, domain in wanted])
        asked.wait()
        known: dict[str, list[Version]] = {}
        return tuple(
            Look(
                domain,
                self._leads(asked, dns, name, record, domain),
                self._tls(asked, domain.hostname, record, known),
            )
            for name, (record, domain) in zip(names, wanted, strict=True)
        )

    def _leads(self, asked: Parallel, dns: Dns, name: str, record: AppRecord, domain: Domain) -> pointing.DnsState:
        hostname, target, unanswered = domain.hostname, record.target(self.app_zone), Answer(problem=NOT_IN_TIME)
        return pointing.judge(
            hostname,
            target,
            asked.answer(dns.look_up, name, unanswered),
            asked.answer(dns.look_up, target, unanswered),
            asked.answer(dns.zone, hostname, None),
            asked.answer(dns.issuers, hostname, None),
        )

    def _shown(self, name: str, seconds: float) -> Handshake | str:
        """Return what the edge shows for a name, or why it shows nothing."""
        try:
            return self.client.shake(self.edge, name, seconds)
        except Unavailable as error:
            return error.message

    def _tls(self, asked: Parallel, hostname: str, record: AppRecord, known: dict[str, list[Version]]) -> TlsState:
        shown = asked.answer(self._shown, pointing.probe_name(hostname), None)
        if not isinstance(shown, Handshake):
            return TlsState(served.DOWN if shown else served.UNKNOWN, sentence=shown or NOT_IN_TIME)
        versions = self._versions(record, hashlib.sha256(shown.leaf).hexdigest(), known)
        try:
            return served.judge(hostname, shown, _facts(shown.leaf), record.endpoint, versions)
        except BadCertificate as error:
            return TlsState(served.UNKNOWN, sentence=error.message)

    def _versions(self, record: AppRecord, fingerprint: str, known: dict[str, list[Version]]) -> list[Version]:
        """Return the versions among which the one with this leaf is; the active one is at hand already."""
        endpoint, serving = record.endpoint, record.serving
        if endpoint is None:
            return []
        if serving and serving.leaf.fingerprint == fingerprint:
            return [serving]
        if endpoint.id not in known:
            known[endpoint.id] = list(self.endpoints.versions(endpoint.id))
        return known[endpoint.id]


def _at_target(found: TlsState) -> TlsState:
    """Nobody's certificate covers the DNS target: what counts there is that it is served."""
    return replace(found, state=served.SERVED, sentence="") if found.state == served.MISMATCH else found


def _facts(leaf: bytes) -> Facts:
    from chalicelib.x509.certificate import Certificate  # noqa: PLC0415, cryptography costs a tenth of a second

    return Certificate.load(leaf).facts
