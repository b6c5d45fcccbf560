"""What users should know, in the header that Heroku's clients print."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib import wiring
from chalicelib.model import expiry
from chalicelib.model.domain import Domain
from chalicelib.model.endpoint import Version
from chalicelib.model.record import AppRecord
from chalicelib.x509 import reasons

MOST_NAMED = 5  # domains in one sentence
HEADER = "X-Heroku-Warning"
LONGEST = 4000  # characters: API Gateway passes on 10,240 bytes of headers, and Heroku's clients read 16 KB
CUT = " ..."
NO_ACM = "Automatic certificates are not offered here: bring your own with `heroku certs:add`."
WORTH_A_WARNING = {"expired", "chain_expired", "distrusted_root", "name_mismatch"}


def of_endpoint(record: AppRecord, version: Version, *more: str) -> dict[str, str]:
    """Return, as a header, what to know of an app's certificate each time that it is looked at."""
    now = wiring.now()
    verdict = version.verdict_at(now, (domain.hostname for domain in record.domains))
    found = [reason.sentence for reason in verdict.reasons if reason.code in WORTH_A_WARNING]
    return header(*found, *filter(None, [expiry.warning(version, now)]), *_led_away(record, record.domains), *more)


def of_look(record: AppRecord, version: Version) -> dict[str, str]:
    """Return, as a header, what to know of an app's certificate and of the ways to its people.

    That costs a look at the account's channels, so it is only told where somebody looks.
    """
    failing = wiring.channels().failing(record)
    sentences = (f"Notices by {each.kind} to {each.shown} do not arrive: {each.failing}" for each in failing)
    return of_endpoint(record, version, *sentences)


def of_domains(record: AppRecord, domains: Iterable[Domain], *more: str) -> dict[str, str]:
    """Return, as a header, which of these domains of an app its certificate does not cover, or lead elsewhere."""
    endpoint, domains = record.endpoint, list(domains)
    more = (*_led_away(record, domains), *more)
    if endpoint is None:
        return header(*more)
    version = record.serving or wiring.endpoints().active(endpoint)
    mismatch = reasons.name_mismatch(version.leaf.names, (domain.hostname for domain in domains))
    return header(*([mismatch.sentence] if mismatch else []), *more)


def _led_away(record: AppRecord, domains: Iterable[Domain]) -> list[str]:
    """Return a sentence if some domains are known not to lead here."""
    checks = [record.checks.get(domain.hostname) for domain in domains]
    away = [check.hostname for check in checks if check and check.leads_away]
    if not away:
        return []
    listed = ", ".join(away[:MOST_NAMED]) + (
        f" and {len(away) - MOST_NAMED} more" if len(away) > MOST_NAMED else ""
    )
    do = "does" if len(away) == 1 else "do"
    return [f"{listed} {do} not lead here by the last look at DNS: GET /apps/{record.app.name}/domains says why."]


def header(*sentences: str) -> dict[str, str]:
    """Return sentences as a header, the first ones if there are too many; there is none if there are none."""
    if not sentences:
        return {}
    # A channel's target, shortened, has an ellipsis.
    told = " ".join(sentences).replace("…", "...").encode("ascii", "replace").decode()
    return {HEADER: told if len(told) <= LONGEST else f"{told[: LONGEST - len(CUT)]}{CUT}"}
