"""A world with roots that may be dropped and a clock that may go on, and what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from chalicelib import jobs, stores, wiring
from chalicelib.model.notice import Channel
from chalicelib.record.contract import Record
from chalicelib.record.notices import DeliveryItems
from chalicelib.x509.anchors import Anchors
from chalicelib.x509.certificate import Certificate
from tests.authority import CA, LeafCert
from tests.functional.conftest import Api, everything
from tests.functional.test_calls import upload
from tests.records import SQLITE

GLOBALSIGN = "C=BE; O=GlobalSign nv-sa; OU=Root CA; CN=GlobalSign Root CA"
DAY = timedelta(days=1)
MADE = (
    *(
        wiring.certificates,
        wiring.intermediates,
        wiring.idempotency,
        wiring.activities,
        wiring.addons,
        wiring.apps,
    ),
    *(jobs.reconcile, jobs.judging, jobs.schedules),
)


@dataclass
class World:
    """Who is trusted, and what time it is."""

    patch: pytest.MonkeyPatch
    dropped: CA = field(default_factory=lambda: CA(GLOBALSIGN))
    stays: CA = field(default_factory=lambda: CA("Staying Root"))

    def trust(self, *roots: CA) -> None:
        """From now on these are Mozilla's roots."""
        anchors = Anchors([Certificate(root.certificate) for root in roots])
        self.patch.setattr(wiring, "anchors", lambda: anchors)
        self._forget()

    def later(self, by: timedelta) -> None:
        """Let time pass, counted from now."""
        at = datetime.now(timezone.utc) + by
        self.patch.setattr(wiring, "now", lambda: at)
        self._forget()

    def sweep(self) -> dict[str, int]:
        """Run the job, as the schedule does."""
        return jobs.schedules().run("reconcile")

    def _forget(self) -> None:
        for made in MADE:
            made.cache_clear()


@pytest.fixture
def world(record: Record) -> Iterator[World]:
    """Yield a world in which two roots are trusted."""
    with pytest.MonkeyPatch.context() as patch:
        made = World(patch)
        made.trust(made.dropped, made.stays)
        yield made
    made._forget()


def sealed() -> set[tuple[str, str]]:
    """Return the endpoint and the version of each sealed version that rests in the vault."""
    return {(each.endpoint_id, each.version_id) for page in stores.vault().pages() for each in page}


def seal(endpoint_id: str, version_id: str) -> None:
    """Let a sealed version rest in the vault, whether or not there is such a version."""
    if writes := stores.vault().put("app", endpoint_id, version_id, b"a key"):
        stores.record().commit(writes)


def at_rest(kept: str) -> str:
    """Return all that is stored, as it is: the files of the record, or the items and the objects."""
    if kept == SQLITE:
        file = Path(wiring.settings().record)
        return "".join(each.read_text(errors="replace") for each in file.parent.glob(f"{file.name}*"))
    s3, bucket = stores.client("s3"), wiring.settings().bucket
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    bodies = [s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode() for each in listed]
    return "".join([str(everything()), *bodies])


def furnish(api: Api, name: str, *issued: LeafCert, remove: bool = False) -> str:
    """Make an app, install these certificates one after the other, and return the app's id."""
    app_id = str(api.call("POST", "/apps", {"name": name}).body["id"])
    api.call("POST", f"/apps/{name}/addons", {"plan": "ssl:endpoint"})
    at = f"/apps/{name}/ssl-endpoints"
    for each in issued:
        there = api.call("GET", at).body
        made = (
            api.call("PATCH", f"{at}/{there[0]['id']}", upload(each))
            if there
            else api.call("POST", at, upload(each))
        )
        assert made.status in {200, 201}, made
    if remove:
        assert 200 == api.call("DELETE", f"{at}/{api.call('GET', at).body[0]['id']}").status
    return app_id


def codes(api: Api, name: str) -> list[str]:
    """Return the reasons against an app's certificate, which the endpoint and the list have to agree on."""
    [one] = api.call("GET", f"/apps/{name}/ssl-endpoints").body
    [row] = [row for row in api.call("GET", "/endpoints").body if row["app"]["name"] == name]
    assert one["ssl_cert"] == row["endpoint"]["ssl_cert"]
    assert one["ssl_cert"]["trusted"] is (not one["ssl_cert"]["reasons"])
    return [reason["code"] for reason in one["ssl_cert"]["reasons"]]


def events(api: Api, name: str) -> list[dict[str, Any]]:
    """Return what the activity says of judgements, newest first."""
    rows = api.call("GET", f"/apps/{name}/activity").body
    return [row for row in rows if row["action"] == "certificate.judged"]


def deliveries(app_id: str) -> list[Any]:
    """Return what waits to be told of an app."""
    return DeliveryItems(stores.record()).of(app_id)


def channel(identity: str, app_id: str | None, account_id: str = "account") -> Channel:
    """Return a way to somebody."""
    target = f"https://hooks.example.com/{identity}"
    return Channel(identity, account_id, app_id, "webhook", target, datetime.now(timezone.utc))


def owner(api: Api) -> str:
    """Return the id of the caller's account."""
    return str(api.call("GET", "/account").body["id"])
