"""What is true now: real handshakes with our own edge, real DNS."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from chalicelib.aws.endpoints import Endpoints
from chalicelib.errors import Unavailable
from chalicelib.model import check
from chalicelib.model.check import DnsState, TlsState
from chalicelib.model.domain import Domain
from chalicelib.model.endpoint import Version
from chalicelib.model.record import AppRecord
from chalicelib.net.lookup import NOTHING, Answer

SECONDS = 3.0  # for one look-up or handshake
ALL_SECONDS = 4.5  # for all of them
AT_ONCE = 16
MOST_DOMAINS = 50  # looked at in one call
NOT_IN_TIME = "It was not looked at in time; look again."


@dataclass(frozen=True, slots=True)
class AppCheck:
    """What was found for an app's DNS target and for its domains."""

    edge: TlsState
    domains: tuple[tuple[Domain, DnsState, TlsState], ...]


class Checks:
    """Looks, as a careful person would with dig and curl. Contacts nothing but DNS and our own edge."""

    def __init__(
        self,
        endpoints: Endpoints,
        edge: tuple[str, int],
        app_zone: str,
        leaf: Callable[[tuple[str, int], str, float], bytes],
        look_up: Callable[[str, float], Answer],
    ) -> None:
        self._endpoints = endpoints
        self._edge = edge
        self._app_zone = app_zone
        self._leaf = leaf
        self._look_up = look_up

    def look(self, record: AppRecord) -> AppCheck:
        """Look at everything at once and return what was found within ALL_SECONDS."""
        endpoint, target = record.endpoint, record.target(self._app_zone)
        versions = list(self._endpoints.versions(endpoint.id)) if endpoint else []
        names = {domain: check.probe_name(domain.hostname) for domain in record.domains[:MOST_DOMAINS]}
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            of_target = pool.submit(self._resolved, target)
            edge = pool.submit(self._shown, target, record, versions)
            tls = {domain: pool.submit(self._shown, name, record, versions) for domain, name in names.items()}
            dns = {domain: pool.submit(self._resolved, name) for domain, name in names.items()}
            looked: list[Future[Any]] = [of_target, edge, *tls.values(), *dns.values()]
            wait(looked, ALL_SECONDS)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return AppCheck(
            self._at_target(_done(edge, TlsState("unknown", sentence=NOT_IN_TIME))),
            tuple((each, _leads(dns, each, target, of_target), _serves(tls, each)) for each in names),
        )

    def _shown(self, name: str, record: AppRecord, versions: list[Version]) -> TlsState:
        try:
            fingerprint = hashlib.sha256(self._leaf(self._edge, name, SECONDS)).hexdigest()
        except Unavailable as error:
            return TlsState("down", sentence=error.message)
        return check.tls(name, fingerprint, record.endpoint, versions)

    def _at_target(self, found: TlsState) -> TlsState:
        """Nobody's certificate covers the DNS target: what counts there is that it is served."""
        return TlsState("served", found.version, found.fingerprint) if found.state == "mismatch" else found

    def _resolved(self, name: str) -> Answer | str:
        try:
            return self._look_up(name, SECONDS)
        except Unavailable as error:
            return error.message


def _done(future: Future[Any], otherwise: Any) -> Any:
    return future.result() if future.done() and not future.cancelled() else otherwise


def _serves(found: Mapping[Domain, Future[TlsState]], domain: Domain) -> TlsState:
    state: TlsState = _done(found[domain], TlsState("unknown", sentence=NOT_IN_TIME))
    return state


def _leads(
    found: Mapping[Domain, Future[Answer | str]], domain: Domain, target: str, of_target: Future[Answer | str]
) -> DnsState:
    answer, there = _done(found[domain], NOT_IN_TIME), _done(of_target, NOTHING)
    if isinstance(answer, str):
        return DnsState("unknown", sentence=answer)
    addresses = () if isinstance(there, str) else there.addresses
    return check.dns(target, answer.aliases, answer.addresses, answer.ttl, addresses)
