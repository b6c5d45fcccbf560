"""The daily reconciliation may die anywhere, run twice at once, and meet people who change things."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from chalicelib import jobs, stores
from chalicelib.record.notices import ChannelItems
from tests.authority import self_signed
from tests.functional import worlds
from tests.functional.conftest import Api, everything, issue
from tests.functional.steps import Death, Kept, Steps, dying, noted
from tests.functional.test_calls import upload
from tests.functional.worlds import DAY, World, channel, codes, deliveries, events, furnish, seal, sealed

world = worlds.world


def before(number: int, happens: Callable[[], object]) -> AbstractContextManager[Steps]:
    """Let something happen right before the step with that number, from 1; note all steps."""
    return noted(lambda step: happens() if step == number else None)


class Disturbed:
    """One world in which there is something for each step to do, made again and again."""

    def __init__(self, api: Api, world: World) -> None:
        self.api, self.world = api, world
        issuer = world.dropped.issue_ca("Lost")
        pair = [issue(issuer, f"{name}.example.com") for name in "ab"]
        self.lost = furnish(api, "lost", *pair)
        furnish(api, "gone", self_signed("gone.example.com"), remove=True)
        ChannelItems(stores.record()).create(channel("one", self.lost))
        seal("unknown", "died")
        api.call("POST", "/apps", {"name": "once"}, **{"Idempotency-Key": "once"})
        world.trust(world.stays)
        world.later(40 * DAY)
        self._kept, self._sealed = Kept(), sealed()

    def restore(self) -> None:
        """Make everything what it was at first."""
        self._kept.restore()
        for endpoint_id, version_id in self._sealed - sealed():
            stores.vault().put("app", endpoint_id, version_id, b"a key")

    def outcome(self) -> Any:
        """Return all that there is now, but for ids and moments."""
        beside = ("ACTIVITY#", "DELIVERIES#", "RUNS")
        return (
            codes(self.api, "lost"),
            sorted(each["detail"] for each in events(self.api, "lost")),
            sorted((each.channel.id, each.notice.kind) for each in deliveries(self.lost)),
            sealed(),
            {(item["PK"], item["SK"]) for item in everything() if not item["PK"].startswith(beside)},
            jobs.judging().verdicts.given_by(),
        )


@pytest.fixture
def disturbed(api: Api, world: World) -> Disturbed:
    """Return a world to disturb."""
    return Disturbed(api, world)


def test_it_may_die_anywhere(disturbed: Disturbed) -> None:
    """Wherever a run ends, the next one makes of it what one that is left in peace does: each thing once."""
    with noted() as steps:
        jobs.reconcile().run()
    expected = disturbed.outcome()
    for number in range(1, len(steps.names) + 1):
        disturbed.restore()
        with pytest.raises(Death), dying("before", number):
            jobs.reconcile().run()
        jobs.reconcile().run()

        assert expected == disturbed.outcome(), (number, steps.names)
    assert 15 < len(steps.names)
    assert (["distrusted_root"], 2) == (expected[0], len(expected[2]))


def test_two_may_run_at_once(disturbed: Disturbed) -> None:
    """Wherever another run comes in between, everything happens once."""
    with noted() as steps:
        jobs.reconcile().run()
    expected = disturbed.outcome()
    for number in range(1, len(steps.names) + 1):
        disturbed.restore()
        with before(number, jobs.reconcile().run):
            jobs.reconcile().run()

        assert expected == disturbed.outcome(), (number, steps.names)


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
    with noted() as steps:
        jobs.reconcile().run()
    disturbed.restore()
    scans = [number for number, name in enumerate(steps.names, 1) if name == "scan"]
    for number in range(scans[1], len(steps.names) + 1):  # the second one is of the endpoints
        disturbed.restore()
        with before(number, lambda: api.call(method, at, body)):
            jobs.reconcile().run()
        found = api.call("GET", "/apps/lost/ssl-endpoints").body

        assert {"renew": [[]], "roll back": [["distrusted_root"]], "remove": []}[change] == [
            codes(api, "lost") for _ in found
        ], (number, steps.names)


@pytest.mark.parametrize("body", [{"muted": True}, {"rollback": True}])
def test_it_may_come_in_the_middle_of_a_change(disturbed: Disturbed, body: dict[str, bool]) -> None:
    """Wherever all of it comes in between, no verdict of before is stored over that of today."""
    api = disturbed.api
    at = f"/apps/lost/ssl-endpoints/{api.call('GET', '/apps/lost/ssl-endpoints').body[0]['name']}"
    with noted() as steps:
        api.call("PATCH", at, body)
    for number in range(1, len(steps.names) + 1):
        disturbed.restore()
        with before(number, jobs.reconcile().run):
            answer = api.call("PATCH", at, body)

        assert answer.status in {200, 409}, answer
        assert ["distrusted_root"] == codes(api, "lost"), (number, steps.names)
