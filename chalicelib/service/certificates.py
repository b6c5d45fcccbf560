"""Certificates: from what a user sends to what edges serve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from chalicelib.errors import Forbidden, Invalid, KeyMismatch
from chalicelib.model import times
from chalicelib.model.addon import PLAN, Addon
from chalicelib.model.app import App
from chalicelib.model.caller import Caller
from chalicelib.model.endpoint import Endpoint, Version
from chalicelib.model.record import AppRecord
from chalicelib.record.activities import ActivityItems
from chalicelib.record.addons import AddonItems
from chalicelib.record.contract import Vault
from chalicelib.record.endpoints import EndpointItems
from chalicelib.record.writes import Write
from chalicelib.service.intermediates import Intermediates
from chalicelib.x509 import bundle, chain, trust
from chalicelib.x509.bundle import Bundle
from chalicelib.x509.chain import Chain
from chalicelib.x509.facts import ChainChange, Facts, Verdict
from chalicelib.x509.trust import Anchors

KEY_BEGINS = "-----BEGIN PRIVATE KEY-----"  # how PrivateKey.pem() does, at the end of what is sealed


@dataclass(frozen=True, slots=True)
class Upload:
    """What a user sent, as text."""

    certificate_chain: str
    private_key: str
    pass_phrase: str | None = None
    preprocess: bool = True  # False: serve the chain exactly as it was sent (heroku's --bypass)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What would become of an upload."""

    certificate_chain: str
    chain: tuple[Facts, ...]
    verdict: Verdict
    changes: tuple[ChainChange, ...]


@dataclass(frozen=True, slots=True)
class Certificates:
    """The use-cases that install a certificate."""

    endpoints: EndpointItems
    addons: AddonItems
    vault: Vault
    activities: ActivityItems
    intermediates: Intermediates
    anchors: Anchors
    now: Callable[[], datetime]

    def add(self, caller: Caller, record: AppRecord, upload: Upload) -> tuple[Endpoint, Version]:
        """Give the app its endpoint with the first certificate; the same one again changes nothing.

        Raises Forbidden without the add-on, Invalid if there is another certificate already or the upload cannot
        be used, and Conflict if another one came first.
        """
        app, addon, before = record.app, record.addon, record.latest_endpoint
        if addon is None:
            raise Forbidden(
                f"{app.name} has no add-on yet. Provision it first: `heroku addons:create {PLAN}`"
                f" or POST /apps/{app.name}/addons."
            )
        if record.endpoint is not None:
            return self._already(app, record.endpoint, upload)
        now = self.now()
        sent, served = self._chain(upload, now)
        endpoint = _first(app, addon, before, now)
        version = self._version(endpoint, served, caller, now)
        sealed = self._seal(endpoint, served)
        activity = self.activities.write(caller, app.id, now, "endpoint.create", f"v1, {version.leaf.fingerprint}")
        addon_is_there = self.addons.expect(addon, Invalid("The add-on was removed at the same time."))
        self.endpoints.create(endpoint, version, *sealed, addon_is_there, *activity)
        self.intermediates.learn_in_passing(sent.certificates)
        return endpoint, version

    def update(
        self, caller: Caller, before: Endpoint, serving: Version | None, upload: Upload
    ) -> tuple[Endpoint, Version]:
        """Serve another certificate; the same one again changes nothing.

        `serving` is what is served now, perhaps without its PEM; None if it is not at hand. An upload without a
        private key keeps the one in use. Raises Invalid if the upload cannot be used, and Conflict if another
        change came first.
        """
        now = self.now()
        sent, served = self._chain(upload if upload.private_key else self._with_key_in_use(before, upload), now)
        current = serving or self.endpoints.version(before.id, before.active)
        if served.fingerprints == current.fingerprints:  # the leaf fixes the key: it fits no other
            return before, self.endpoints.version(before.id, before.active)
        endpoint = before.update(str(uuid4()), now)
        version = self._version(endpoint, served, caller, now)
        sealed = self._seal(endpoint, served)
        detail = f"v{before.active} → v{endpoint.active}, {current.leaf.fingerprint} → {version.leaf.fingerprint}"
        activity = self.activities.write(caller, before.app_id, endpoint.updated_at, "endpoint.update", detail)
        self.endpoints.update(endpoint, version, *sealed, *activity)
        self.intermediates.learn_in_passing(sent.certificates)
        return endpoint, version

    def inspect(self, certificate_chain: str) -> Inspection:
        """Return what would be served of certificates, and the verdict; stores nothing.

        Raises Invalid for what cannot be used, and for a private key, which has no business here.
        """
        sent = bundle.read_certificates(certificate_chain)
        now = self.now()
        served = self.intermediates.completed(lambda pool: chain.inspect(sent, self.anchors, pool, now))
        verdict = trust.judge(served.certificates, self.anchors, now, served.left_out)
        facts = tuple(each.facts for each in served.certificates)
        return Inspection(served.text, facts, verdict, served.changes)

    def _already(self, app: App, endpoint: Endpoint, upload: Upload) -> tuple[Endpoint, Version]:
        """Return what is served if it is what was sent: its sender may not have heard of the success."""
        _, served = self._chain(upload, self.now())
        current = self.endpoints.version(endpoint.id, endpoint.active)
        if served.fingerprints != current.fingerprints:
            raise Invalid(f"{app.name} has a certificate already: update it instead, or remove it first.")
        return endpoint, current

    def _with_key_in_use(self, endpoint: Endpoint, upload: Upload) -> Upload:
        """Complete an upload with the key that is served; raise KeyMismatch if it fits no certificate."""
        in_use = self.vault.open(endpoint.app_id, endpoint.id, endpoint.active_id).decode()
        completed = replace(upload, private_key=in_use[in_use.rindex(KEY_BEGINS) :])
        sent = bundle.read(completed.certificate_chain, completed.private_key)
        if sent.keys[-1].spki not in {certificate.spki for certificate in sent.certificates}:
            raise KeyMismatch(
                "The new certificate is for another private key than the one in use: send its key, too."
            )
        return completed

    def _chain(self, upload: Upload, now: datetime) -> tuple[Bundle, Chain]:
        sent = bundle.read(upload.certificate_chain, upload.private_key, upload.pass_phrase)
        if not upload.preprocess:
            return sent, chain.as_sent(sent)
        return sent, self.intermediates.completed(lambda pool: chain.build(sent, self.anchors, pool, now))

    def _version(self, endpoint: Endpoint, served: Chain, caller: Caller, now: datetime) -> Version:
        return Version(
            endpoint_id=endpoint.id,
            number=endpoint.active,
            id=endpoint.active_id,
            certificate_chain=served.text,
            chain=tuple(certificate.facts for certificate in served.certificates),
            verdict=trust.judge(served.certificates, self.anchors, now, served.left_out),
            changes=served.changes,
            created_at=now,
            created_by=caller.token_name,
            left_out="".join(each.pem() for each in served.beyond),
        )

    def _seal(self, endpoint: Endpoint, served: Chain) -> Sequence[Write]:
        pem = served.text.encode().rstrip() + b"\n" + served.key.pem()
        return self.vault.put(endpoint.app_id, endpoint.id, endpoint.active_id, pem)


def _first(app: App, addon: Addon, before: Endpoint | None, now: datetime) -> Endpoint:
    return Endpoint(
        id=str(uuid4()),
        app_id=app.id,
        account_id=app.account_id,
        name=addon.endpoint_name,
        hostname=addon.hostname,
        active=1,
        active_id=str(uuid4()),
        previous=None,
        previous_id=None,
        last=1,
        created_at=now,
        updated_at=times.later(before.updated_at, now) if before else now,
        ver=before.ver + 1 if before else 1,
    )
