"""Apps: create, find, change, share and remove."""

from __future__ import annotations

import pytest

from chalicelib.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.model.record import MOST_COLLABORATORS, Collaborator
from tests.unit.service.conftest import OTHER, House


def test_app_is_found_by_name_and_id(house: House) -> None:
    """Its owner may do all with it."""
    app = house.app()

    assert app == house.apps.find(house.caller(), "example", "admin").app
    assert app == house.apps.find(house.caller(), app.id, "admin").app


@pytest.mark.parametrize("identity", ["nothing", "not/a/name", "00000000-0000-4000-8000-000000000000", ""])
def test_unknown_app_is_not_found(house: House, identity: str) -> None:
    """Whatever it is called."""
    with pytest.raises(NotFound):
        house.apps.find(house.caller(), identity, "read")


def test_app_of_somebody_else_is_not_found(house: House) -> None:
    """A stranger learns no more than that."""
    app = house.app()
    for identity in ("example", app.id):
        with pytest.raises(NotFound):
            house.apps.find(house.caller(OTHER), identity, "read")


def test_name_is_found_again_after_it_moved(house: House) -> None:
    """What was seen of a name is only where to look first."""
    first = house.app()
    house.apps.find(house.caller(), "example", "read")
    house.apps.change(house.caller(), first, {"name": "renamed"})
    second = house.app()

    assert second == house.apps.find(house.caller(), "example", "read").app
    assert first.id == house.apps.find(house.caller(), "renamed", "read").app.id


def test_nameless_app_gets_a_name(house: House) -> None:
    """And the default region, and no origin."""
    app = house.apps.create(house.caller(), None, None, None)

    assert app == house.apps.find(house.caller(), app.name, "read").app
    assert ("us", "") == (app.region, app.origin)


@pytest.mark.parametrize(
    ("name", "region", "origin"), [("No", None, None), ("example", "mars", None), ("example", None, "https://x")]
)
def test_unusable_app_is_refused(house: House, name: str, region: str | None, origin: str | None) -> None:
    """Nothing is kept of it."""
    with pytest.raises(Invalid):
        house.apps.create(house.caller(), name, region, origin)

    assert [] == house.apps.of_caller(house.caller())


def test_name_is_one_apps(house: House) -> None:
    """Another account cannot take it, by a new app or by renaming one."""
    house.app()
    theirs = house.app("theirs", OTHER)
    with pytest.raises(Invalid, match="already taken"):
        house.app("example", OTHER)
    with pytest.raises(Invalid, match="already taken"):
        house.apps.change(house.caller(OTHER), theirs, {"name": "example"})


def test_change_that_changes_nothing_is_no_change(house: House) -> None:
    """It is not in the activity either."""
    app = house.app()

    assert app == house.apps.change(house.caller(), app, {"name": "example", "origin": "127.0.0.1:5000"})
    assert ["app.create"] == house.actions(app)


def test_of_two_changes_one_wins(house: House) -> None:
    """The second one saw the app as it was before the first."""
    app = house.app()
    changed = house.apps.change(house.caller(), app, {"origin": "127.0.0.1:1"})
    with pytest.raises(Conflict):
        house.apps.change(house.caller(), app, {"origin": "127.0.0.1:2"})

    assert changed == house.whole(app).app


def test_repetition_with_a_key_is_refused_as_done(house: House) -> None:
    """The mark of the first request is committed with it: the app is there once."""
    house.apps.create(house.caller(once="k"), None, None, None)
    with pytest.raises(Conflict, match="same request"):
        house.apps.create(house.caller(once="k"), None, None, None)

    assert 1 == len(house.apps.of_caller(house.caller()))


def test_collaborator_may_what_is_permitted(house: House) -> None:
    """No more and no longer than the owner says."""
    app, other = house.app(), house.account(OTHER)
    house.apps.admit(house.caller(), house.whole(app), Collaborator(other.id, OTHER, "read"))

    assert app == house.apps.find(house.caller(OTHER), "example", "read").app
    assert [app] == [each.app for each in house.apps.records_of_caller(house.caller(OTHER))]
    with pytest.raises(Forbidden):
        house.apps.find(house.caller(OTHER), "example", "write")
    house.apps.dismiss(house.caller(), app, Collaborator(other.id, OTHER, "read"))
    with pytest.raises(NotFound):
        house.apps.find(house.caller(OTHER), "example", "read")
    assert ["app.create", "collaborator.admit", "collaborator.dismiss"] == house.actions(app)


def test_odd_collaborators_are_refused(house: House) -> None:
    """The owner, an unknown permission, and one too many; one who is there already may be changed."""
    app = house.app()
    others = [
        Collaborator(f"id-{number}", f"{number}@example.com", "read") for number in range(MOST_COLLABORATORS)
    ]
    for each in others:
        house.apps.admit(house.caller(), house.whole(app), each)
    for wrong in (
        Collaborator(app.account_id, "owner@example.com", "read"),
        Collaborator("id", OTHER, "admin"),
        Collaborator("id", OTHER, "read"),
    ):
        with pytest.raises(Invalid):
            house.apps.admit(house.caller(), house.whole(app), wrong)
    house.apps.admit(house.caller(), house.whole(app), Collaborator("id-0", "0@example.com", "write"))

    assert MOST_COLLABORATORS == len(house.whole(app).collaborators)


def test_removed_app_is_gone_and_its_name_is_free(house: House) -> None:
    """A second removal, of what was seen before the first, is refused."""
    record = house.whole(house.app())
    house.apps.remove(house.caller(), record)
    with pytest.raises(Conflict):
        house.apps.remove(house.caller(), record)

    assert None is house.app_items.record(record.app.id)
    assert "example" == house.app("example", OTHER).name


def test_addons_of_all_apps_are_listed(house: House) -> None:
    """Each with its app; apps without one are left out."""
    house.app("without")
    record = house.with_addon()

    assert [(record.addon, record.app)] == house.apps.addons_of_caller(house.caller())
