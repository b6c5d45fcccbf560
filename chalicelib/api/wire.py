"""The model as JSON, in the shapes of Heroku's platform API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from chalicelib.model import dns
from chalicelib.model.addon import PLAN, SERVICE, Addon
from chalicelib.model.app import App
from chalicelib.model.domain import Domain
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.x509.facts import Facts, Verdict

if TYPE_CHECKING:
    from chalicelib.service.certificates import Inspection

Json = dict[str, Any]


def app(app: App, own_domain: str) -> Json:
    """Return an app."""
    return {
        "id": app.id,
        "name": app.name,
        "region": {"name": app.region},
        "origin": app.origin or None,
        "web_url": f"https://{own_domain}/",
        "created_at": moment(app.created_at),
        "updated_at": moment(app.updated_at),
    }


def addon(addon: Addon, app: App) -> Json:
    """Return an add-on."""
    return {
        "id": addon.id,
        "name": addon.name,
        "app": {"id": app.id, "name": app.name},
        "addon_service": {"name": SERVICE},
        "plan": {"name": PLAN},
        "state": "provisioned",
        "hostname": addon.hostname,
        "created_at": moment(addon.created_at),
    }


def ssl_endpoint(
    endpoint: Endpoint, version: Version, app: App, target: str, domains: Iterable[Domain], now: datetime
) -> Json:
    """Return an endpoint with the version that it serves; never a private key."""
    domains = list(domains)
    verdict = version.verdict_at(now, (domain.hostname for domain in domains))
    return {
        "id": endpoint.id,
        "name": endpoint.name,
        "display_name": endpoint.name,
        "app": {"id": app.id, "name": app.name},
        "cname": target,
        "certificate_chain": version.certificate_chain,
        "domains": [domain.id for domain in domains],
        "ssl_cert": ssl_cert(version.chain, verdict),
        "chain_changes": [asdict(change) for change in version.changes],
        "version": endpoint.active,
        "previous_version": endpoint.previous,
        "created_at": moment(endpoint.created_at),
        "updated_at": moment(endpoint.updated_at),
    }


def ssl_cert(chain: Sequence[Facts], verdict: Verdict) -> Json:
    """Return what is known about a served chain, leaf first."""
    leaf = chain[0]
    return {
        "ca_signed?": verdict.trusted,
        "trusted": verdict.trusted,
        "reasons": [asdict(reason) for reason in verdict.reasons],
        "self_signed?": leaf.self_signed,
        "acm": False,
        "cert_domains": list(leaf.names),
        "earliest_expiry": moment(min(facts.expires_at for facts in chain)),
        **_facts(leaf),
        "chain": [_facts(facts) for facts in chain],
    }


def version(version: Version, endpoint: Endpoint, now: datetime) -> Json:
    """Return one version of an endpoint's history."""
    states = {endpoint.active: "active", endpoint.previous: "previous"}
    return {
        "id": version.id,
        "version": version.number,
        "state": states.get(version.number, "replaced"),
        "created_at": moment(version.created_at),
        "created_by": version.created_by,
        "ssl_cert": ssl_cert(version.chain, version.verdict_at(now)),
    }


def domain(domain: Domain, app: App, target: str) -> Json:
    """Return a domain with the DNS record that it needs."""
    record = dns.record(domain.hostname, target)
    return {
        "id": domain.id,
        "hostname": domain.hostname,
        "kind": "custom",
        "app": {"id": app.id, "name": app.name},
        "cname": target,
        "status": "none",
        "records": [{"type": record.type, "name": record.name, "zone": record.zone, "target": record.target}],
        "created_at": moment(domain.created_at),
        "updated_at": moment(domain.updated_at),
    }


def inspection(inspection: Inspection) -> Json:
    """Return what would become of an upload."""
    return {
        "certificate_chain": inspection.certificate_chain,
        "ssl_cert": ssl_cert(inspection.chain, inspection.verdict),
        "chain_changes": [asdict(change) for change in inspection.changes],
    }


def moment(at: datetime) -> str:
    """Return a time as Heroku writes it: 2012-01-01T12:00:00Z."""
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _facts(facts: Facts) -> Json:
    return {
        "subject": facts.subject,
        "issuer": facts.issuer,
        "names": list(facts.names),
        "starts_at": moment(facts.starts_at),
        "expires_at": moment(facts.expires_at),
        "serial": facts.serial,
        "fingerprint": facts.fingerprint,
        "key_type": facts.key_type,
        "signature": facts.signature,
    }
