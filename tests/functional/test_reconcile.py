"""The daily reconciliation may die anywhere, run twice at once, and meet people who change things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib import jobs, stores
from chalicelib.record.notices import ChannelItems
from tests.authority import self_signed
from tests.functional import worlds
from tests.functional.conftest import Api, issue
from tests.functional.test_calls import upload
from tests.functional.worlds import DAY, World, channel, codes, deliveries, events, furnish, objects

world = worlds.world


@contextmanager
def at_call(number: int, happens: Callable[[], object]) -> Iterator[list[str]]:
    """Let something happen right before the call to AWS with that number, from 0; collect all calls."""
    calls: list[str] = []
    busy = False

    def note(model: Any, **_: Any) -> None:
        nonlocal busy
        if busy:
            return
        calls.append(model.name)
        if len(calls) == number + 1:
            busy = True
            happens()
            busy = False

    clients = [(service, stores.client(service).meta.events) for service in ("dynamodb", "s3")]
    for service, each in clients:
        each.register(f"before-call.{service}", note)
    try:
        yield calls
    finally:
        for service, each in clients:
            each.unregister(f"before-call.{service}", note)


class Died(BaseException):
    """The process ended: nothing catches it."""


def die() -> None:
    """End the process."""
    raise Died


class Disturbed:
    """One world in which there is something for each step to do, made again and again."""

    def __init__(self, api: Api, world: World, aws: dict[str, str]) -> None:
        self.api, self.world, self.aws = api, world, aws
        issuer = world.dropped.issue_ca("Lost")
        pair = [issue(issuer, f"{name}.example.com") for name in "ab"]
        self.lost = furnish(api, "lost", *pair)
        furnish(api, "gone", self_signed("gone.example.com"), remove=True)
        ChannelItems(stores.record()).create(channel("one", self.lost))
        stores.vault().put("app", "unknown", "died", b"a key")
        api.call("POST", "/apps", {"name": "once"}, **{"Idempotency-Key": "once"})
        world.trust(world.stays)
        world.later(40 * DAY)
        self._table: dict[str, Any] = {"TableName": aws["Table"]}
        self._items = self._scan()
        s3 = stores.client("s3")
        self._objects = {key: s3.get_object(Bucket=aws["Bucket"], Key=key)["Body"].read() for key in objects(aws)}

    def restore(self) -> None:
        """Make everything what it was at first."""
        dynamodb, found = stores.client("dynamodb"), self._scan()
        for pk, sk in found.keys() - self._items.keys():
            dynamodb.delete_item(Key={"PK": {"S": pk}, "SK": {"S": sk}}, **self._table)
        for key, item in self._items.items():
            if found.get(key) != item:
                dynamodb.put_item(Item=item, **self._table)
        for name in self._objects.keys() - objects(self.aws):
            stores.client("s3").put_object(Bucket=self.aws["Bucket"], Key=name, Body=self._objects[name])

    def outcome(self) -> Any:
        """Return all that there is now, but for ids and moments."""
        beside = ("ACTIVITY#", "DELIVERIES#", "RUNS")
        return (
            codes(self.api, "lost"),
            sorted(each["detail"] for each in events(self.api, "lost")),
            sorted((each.channel.id, each.notice.kind) for each in deliveries(self.lost)),
            objects(self.aws),
            {key for key in self._scan() if not key[0].startswith(beside)},
            jobs.judging().verdicts.given_by(),
        )

    def _scan(self) -> dict[tuple[str, str], Any]:
        found = stores.client("dynamodb").scan(**self._table)["Items"]
        return {(item["PK"]["S"], item["SK"]["S"]): item for item in found}


@pytest.fixture
def disturbed(api: Api, world: World, aws: dict[str, str]) -> Disturbed:
    """Return a world to disturb."""
    return Disturbed(api, world, aws)


def test_it_may_die_anywhere(disturbed: Disturbed) -> None:
    """Wherever a run ends, the next one makes of it what one that is left in peace does: each thing once."""
    with at_call(-1, die) as calls:
        jobs.reconcile().run()
    expected = disturbed.outcome()
    for number in range(len(calls)):
        disturbed.restore()
        with pytest.raises(Died), at_call(number, die):
            jobs.reconcile().run()
        jobs.reconcile().run()

        assert expected == disturbed.outcome(), calls[number]
    assert 15 < len(calls)
    assert (["distrusted_root"], 2) == (expected[0], len(expected[2]))


def test_two_may_run_at_once(disturbed: Disturbed) -> None:
    """Wherever another run comes in between, everything happens once."""
    with at_call(-1, die) as calls:
        jobs.reconcile().run()
    expected = disturbed.outcome()
    for number in range(len(calls)):
        disturbed.restore()
        with at_call(number, jobs.reconcile().run):
            jobs.reconcile().run()

        assert expected == disturbed.outcome(), calls[number]


@pytest.mark.parametrize("change", ["renew", "roll back", "remove"])
def test_endpoint_may_change_meanwhile(disturbed: Disturbed, change: str) -> None:
    """Wherever a renewal, roll-back or removal comes in between, what is served then has a verdict of today."""
    api, new = disturbed.api, upload(issue(disturbed.world.stays.issue_ca("New"), "c.example.com"))
    at = f"/apps/lost/ssl-endpoints/{api.call('GET', '/apps/lost/ssl-endpoints').body[0]['name']}"
    asked: dict[str, tuple[str, Any]] = {
        "renew": ("PATCH", new),
        "roll back": ("PATCH", {"rollback": True}),
        "remove": ("DELETE", None),
    }
    method, body = asked[change]
    with at_call(-1, die) as calls:
        jobs.reconcile().run()
    disturbed.restore()
    first = calls.index("Scan", calls.index("Scan") + 1)  # of the endpoints
    for number in range(first, len(calls)):
        disturbed.restore()
        with at_call(number, lambda: api.call(method, at, body)):
            jobs.reconcile().run()
        found = api.call("GET", "/apps/lost/ssl-endpoints").body

        assert {"renew": [[]], "roll back": [["distrusted_root"]], "remove": []}[change] == [
            codes(api, "lost") for _ in found
        ], calls[number]


@pytest.mark.parametrize("body", [{"muted": True}, {"rollback": True}])
def test_it_may_come_in_the_middle_of_a_change(disturbed: Disturbed, body: dict[str, bool]) -> None:
    """Wherever all of it comes in between, no verdict of before is stored over that of today."""
    api = disturbed.api
    at = f"/apps/lost/ssl-endpoints/{api.call('GET', '/apps/lost/ssl-endpoints').body[0]['name']}"
    with at_call(-1, die) as calls:
        api.call("PATCH", at, body)
    for number in range(len(calls)):
        disturbed.restore()
        with at_call(number, jobs.reconcile().run):
            answer = api.call("PATCH", at, body)

        assert answer.status in {200, 409}, answer
        assert ["distrusted_root"] == codes(api, "lost"), calls[number]
