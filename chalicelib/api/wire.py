"""The model as JSON, in the shapes of Heroku's platform API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from chalicelib.model import dns, expiry
from chalicelib.model.activity import Activity
from chalicelib.model.app import App
from chalicelib.model.caller import Account
from chalicelib.model.check import Check
from chalicelib.model.domain import Domain
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.record import AppRecord
from chalicelib.model.served import UNKNOWN
from chalicelib.x509.facts import Facts, Verdict

if TYPE_CHECKING:
    from chalicelib.service.certificates import Inspection

Json = dict[str, Any]

STACK = {"id": "4c3a6a5c-7a0e-4c0b-9d8f-2a6f4a1b9c01", "name": "container"}


def app(app: App, own_domain: str, owner: Account | None = None) -> Json:
    """Return an app; its owner's address where it is known."""
    return {
        "id": app.id,
        "name": app.name,
        "region": {"id": str(uuid5(NAMESPACE_URL, f"ssl-endpoint/regions/{app.region}")), "name": app.region},
        "owner": {"id": app.account_id, "email": owner.email if owner else None},
        "origin": app.origin or None,
        "web_url": f"https://{own_domain}/",
        "git_url": None,
        "acm": False,
        "archived_at": None,
        "build_stack": STACK,
        "stack": STACK,
        "buildpack_provided_description": None,
        "internal_routing": None,
        "maintenance": False,
        "organization": None,
        "team": None,
        "space": None,
        "released_at": None,
        "repo_size": None,
        "slug_size": None,
        "created_at": moment(app.created_at),
        "updated_at": moment(app.updated_at),
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
        "display_name": None,
        "app": {"id": app.id, "name": app.name},
        "cname": target,
        "certificate_chain": version.certificate_chain,
        "domains": [domain.id for domain in domains],
        "ssl_cert": ssl_cert(version.chain, verdict),
        "details": details(version.chain),
        "chain_changes": [asdict(change) for change in version.changes],
        "version": endpoint.active,
        "previous_version": endpoint.previous,
        "muted": endpoint.muted,
        "reminders": [] if endpoint.muted else reminders(version, now),
        "created_at": moment(endpoint.created_at),
        "updated_at": moment(endpoint.updated_at),
    }


def reminders(version: Version, now: datetime) -> list[Json]:
    """Return when notices of a version's expiry will be sent."""
    return [{"stage": stage, "at": moment(at)} for stage, at in expiry.coming(version, now).items()]


def ssl_cert(chain: Sequence[Facts], verdict: Verdict) -> Json:
    """Return a served certificate as Heroku's clients know it, with the verdict."""
    leaf = chain[0]
    return {
        "id": leaf.fingerprint,
        "ca_signed?": verdict.trusted,
        "trusted": verdict.trusted,
        "reasons": [
            {"code": each.code, "sentence": each.sentence, "remedy": each.remedy, "subjects": list(each.subjects)}
            for each in verdict.reasons
        ],
        "self_signed?": leaf.self_signed,
        "acm": False,
        "cert_domains": list(leaf.names or leaf.common_names),  # shown as "Common Name(s)"
        "subject": leaf.subject,
        "issuer": leaf.issuer,
        "starts_at": moment(leaf.starts_at),
        "expires_at": moment(leaf.expires_at),
    }


def details(chain: Sequence[Facts]) -> Json:
    """Return all that is known about a served chain: the leaf's facts, and each certificate's in `chain`."""
    return {
        **_facts(chain[0]),
        "earliest_expiry": moment(min(facts.expires_at for facts in chain)),
        "chain": [_facts(facts) for facts in chain],
    }


def overview(record: AppRecord, version: Version | None, app_zone: str, now: datetime) -> Json:
    """Return an app with what it is served with, in short; `version` may lack its PEM."""
    app, addon, endpoint, target = record.app, record.addon, record.endpoint, record.target(app_zone)
    hostnames = [domain.hostname for domain in record.domains]
    serving = (
        endpoint
        and version
        and {
            "id": endpoint.id,
            "name": endpoint.name,
            "cname": target,
            "version": endpoint.active,
            "previous_version": endpoint.previous,
            "updated_at": moment(endpoint.updated_at),
            "ssl_cert": ssl_cert(version.chain, version.verdict_at(now, hostnames)),
            "earliest_expiry": moment(version.expires_at),
        }
    )
    return {
        "id": app.id,
        "app": {"id": app.id, "name": app.name},
        "region": app.region,
        "origin": app.origin or None,
        "target": target,
        "addon": {"id": addon.id, "name": addon.name, "hostname": addon.hostname} if addon else None,
        "domains": hostnames,
        "endpoint": serving or None,
    }


def activity(activity: Activity, address: str | None) -> Json:
    """Return something that happened; `address` is that of the account, where it may be told."""
    return {
        "id": activity.id,
        "created_at": moment(activity.at),
        "actor": activity.actor,
        "account": address or activity.account_id,
        "action": activity.action,
        "detail": activity.detail,
        "request_id": activity.request_id,
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
        "details": details(version.chain),
    }


def domain(domain: Domain, record: AppRecord, app_zone: str) -> Json:
    """Return a custom domain with the DNS record that it needs."""
    app, endpoint, target = record.app, record.endpoint, record.target(app_zone)
    needed = dns.record(domain.hostname, target)
    return {
        "id": domain.id,
        "hostname": domain.hostname,
        "kind": "custom",
        "app": {"id": app.id, "name": app.name},
        "cname": target,
        "status": "none",
        "acm_status": None,
        "acm_status_reason": None,
        "sni_endpoint": {"id": endpoint.id, "name": endpoint.name} if endpoint else None,
        "records": [
            {"type": needed.type, "name": needed.name, "zone": needed.zone, "target": needed.target},
        ],
        "check": stored_check(record.checks.get(domain.hostname), endpoint),
        "created_at": moment(domain.created_at),
        "updated_at": moment(domain.updated_at),
    }


def stored_check(check: Check | None, endpoint: Endpoint | None) -> Json:
    """Return what is kept of the last look at a domain; a certificate that came later was not looked at."""
    if check is None:  # nobody has looked yet
        return {"state": UNKNOWN, "checked_at": None, "sentence": "", "tls": {"state": UNKNOWN, "sentence": ""}}
    is_present = check.version_id == (endpoint.active_id if endpoint else None)
    tls, sentence = (check.tls, check.tls_sentence) if is_present else (UNKNOWN, "")
    return {
        "state": check.state,
        "checked_at": moment(check.checked_at) if check.checked_at else None,
        "sentence": check.sentence,
        "tls": {"state": tls, "sentence": sentence},
    }


def own_domain(app: App, app_zone: str) -> Json:
    """Return the domain that an app has without any custom one; Heroku's clients expect it in lists."""
    return {
        "id": str(uuid5(NAMESPACE_URL, f"ssl-endpoint/apps/{app.id}/own-domain")),
        "hostname": app.own_domain(app_zone),
        "kind": "heroku",
        "app": {"id": app.id, "name": app.name},
        "cname": None,
        "status": "none",
        "acm_status": None,
        "acm_status_reason": None,
        "sni_endpoint": None,
        "records": [],
        "check": None,
        "created_at": moment(app.created_at),
        "updated_at": moment(app.created_at),
    }


def inspection(inspection: Inspection) -> Json:
    """Return what would become of an upload."""
    return {
        "certificate_chain": inspection.certificate_chain,
        "ssl_cert": ssl_cert(inspection.chain, inspection.verdict),
        "details": details(inspection.chain),
        "chain_changes": [asdict(change) for change in inspection.changes],
    }


def moment(at: datetime) -> str:
    """Return a time as Heroku writes it: 2012-01-01T12:00:00Z."""
    return f"{at.astimezone(timezone.utc).isoformat(timespec='seconds')[:-6]}Z"


def _facts(facts: Facts) -> Json:
    return {
        "subject": facts.subject,
        "issuer": facts.issuer,
        "names": list(facts.names),
        "starts_at": moment(facts.starts_at),
        "expires_at": moment(facts.expires_at),
        "serial": facts.serial,
        "fingerprint": facts.fingerprint,
        "key_type": facts.key.name,
        "key": asdict(facts.key),
        "signature": facts.signature,
    }
