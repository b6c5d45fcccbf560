"""What the daily reconciliation clears away, and what it never touches."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest

from chalicelib import jobs, stores, wiring
from chalicelib.errors import Unavailable
from chalicelib.record.conditions import Differs
from chalicelib.record.reconciliation import Leftovers
from chalicelib.service.addons import Addons
from tests.authority import self_signed
from tests.functional import worlds
from tests.functional.conftest import Api, issue
from tests.functional.test_calls import upload
from tests.functional.worlds import DAY, World, codes, furnish, seal, sealed
from tests.records import MOTO, SQLITE

world = worlds.world
RECORDS = (SQLITE, MOTO)


def marks() -> list[Any]:
    """Return the marks of requests that may be repeated."""
    items = stores.record().scan(Differs("PK", ""))
    return [item for item in items if item["PK"].startswith("IDEMPOTENCY#")]


class TestSealedVersions:
    """Sealed versions that nobody needs."""

    def test_orphans_go_when_they_are_old_enough(self, api: Api, world: World) -> None:
        """What was sealed for no version goes after a day, whether its endpoint is there or not; others stay."""
        furnish(api, "example", issue(world.stays.issue_ca("I"), "a.example.com"))
        kept = sealed()
        endpoint_id = api.call("GET", "/apps/example/ssl-endpoints").body[0]["id"]
        seal(endpoint_id, "died")
        seal("unknown", "died")
        world.later(timedelta(hours=23))
        world.sweep()
        young = sealed()
        world.later(timedelta(hours=25))

        assert 2 == world.sweep()["sealed_versions"]
        assert kept == sealed()
        assert len(kept) + 2 == len(young)
        assert 0 == world.sweep()["sealed_versions"]

    def test_keys_of_a_removed_endpoint_go_after_a_month(self, api: Api, world: World) -> None:
        """Private keys do not stay for ever, even where another endpoint took the place of theirs."""
        one, two = (issue(world.stays.issue_ca("I"), f"{name}.example.com") for name in "ab")
        furnish(api, "example", one, two, remove=True)
        gone = sealed()
        api.call("POST", "/apps/example/ssl-endpoints", upload(one))
        furnish(api, "other", one, remove=True)
        world.later(29 * DAY)
        world.sweep()
        month = sealed()
        world.later(31 * DAY)

        assert 3 == world.sweep()["sealed_versions"]
        assert 4 == len(month)
        assert 1 == len(sealed() - gone)
        assert [] == codes(api, "example")

    def test_failing_step_does_not_stop_the_others(
        self, api: Api, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """While the vault does not answer items are cleared all the same, and the run does not count as done."""

        def down(*_: object) -> Any:
            raise Unavailable("The sealed versions cannot be listed.")

        api.call("POST", "/apps", {"name": "once"}, **{"Idempotency-Key": "once"})
        monkeypatch.setattr(type(stores.vault()), "pages", down)
        world.later(2 * DAY)
        with pytest.raises(Unavailable, match="sealed"):
            world.sweep()

        assert [] == marks()
        assert [] == list(stores.record().query("RUNS"))


class TestItems:
    """Items whose time has passed."""

    def test_only_what_has_passed_goes(self, api: Api, world: World) -> None:
        """Marks go after a day, tombstones after a month, activity after 400 days, all else never."""
        app_id = furnish(api, "example", self_signed("a.example.com"))
        api.call("POST", "/apps/example/domains", {"hostname": "www.example.com"}, **{"Idempotency-Key": "once"})
        api.call("DELETE", "/apps/example/domains/www.example.com")
        table, left = stores.record(), []
        for days in (0.5, 2, 31, 401):
            world.later(days * DAY)
            world.sweep()
            left.append(
                (
                    len(marks()),
                    len(list(table.query(f"APP#{app_id}", "DOMAIN#"))),
                    len(list(table.query(f"ACTIVITY#{app_id}"))),
                    len(list(table.query(f"APP#{app_id}", "ENDPOINT"))),
                )
            )

        assert [(1, 1, 5, 1), (0, 1, 5, 1), (0, 0, 5, 1), (0, 0, 0, 1)] == left

    def test_item_that_came_back_stays(self, api: Api, world: World) -> None:
        """What has another ttl, or none, when it is its turn is in use again."""
        api.call("POST", "/apps", {"name": "example"})
        api.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})
        api.call("DELETE", "/apps/example/domains/www.example.com")
        world.later(31 * DAY)
        leftovers = Leftovers(stores.record())
        [stale] = [item for item in leftovers.passed(wiring.now()) if item["SK"].startswith("DOMAIN#")]
        api.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})

        assert not leftovers.delete(stale)
        assert 200 == api.call("GET", "/apps/example/domains/www.example.com").status

    def test_long_tables_are_read_to_their_end(
        self, api: Api, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A scan goes on page after page."""
        monkeypatch.setattr("chalicelib.aws.record.SCANNED_AT_ONCE", 2)
        monkeypatch.setattr("chalicelib.sqlite.record.READ_AT_ONCE", 2)
        for number in range(5):
            api.call("POST", "/apps", {"name": f"app-{number}"}, **{"Idempotency-Key": f"once-{number}"})
        world.later(2 * DAY)

        assert 5 == world.sweep()["items"]

    def test_removed_hostname_is_never_given_out_again(self, api: Api, world: World) -> None:
        """Years after its app is gone, and everything with it, a hostname stays taken."""

        def provision(name: str) -> Any:
            made = api.call("POST", "/apps", {"name": name})
            assert 201 == made.status
            addons = Addons(
                stores.addons(), stores.apps(), wiring.activities(), wiring.settings(), wiring.now, Random(6)
            )
            world.patch.setattr(wiring, "addons", lambda: addons)
            api.call("POST", f"/apps/{name}/addons", {"plan": "ssl:endpoint"})
            return api.call("GET", "/endpoints").body[0]["addon"]["hostname"]

        first = provision("example")
        addons = wiring.addons
        api.call("DELETE", "/apps/example")
        for days in (31, 401, 4000):
            world.patch.setattr(wiring, "addons", addons)
            world.patch.setattr(wiring, "now", lambda days=days: datetime.now(timezone.utc) + days * DAY)
            jobs.reconcile.cache_clear()
            jobs.reconcile().run()
        items = list(stores.record().scan(Differs("PK", "RUNS")))

        assert first != provision("example")
        assert {f"HOSTNAME#{first}"} == {item["PK"] for item in items if first in str(item)}
        assert all("ttl" not in item for item in items if item["PK"].startswith("HOSTNAME#"))
