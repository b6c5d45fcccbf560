"""The plan that is kept while entries come in is the plan made anew from all of them."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.edge.names import DEFAULT
from chalicelib.edge.plan import Plan, latest
from chalicelib.edge.planner import Planner, Touched
from chalicelib.model.feed import AppEntry, DomainEntry, EndpointEntry, Entry
from tests.unit.edge.entries import app, at, domain, endpoint
from tests.unit.edge.whole_plan import whole_plan

APPS = ("a", "b", "c", "../d")
# Two parents, a name below a wildcard of another, names that the service gives, and what may not reach the disk.
NAMES = ("example.com", "www.example.com", "*.example.com", "*.www.example.com", "b.example.com", "x.net", "../x")
_moments = st.integers(0, 30).map(at)
_apps, _names = st.sampled_from(APPS), st.sampled_from(NAMES)
_entries = st.one_of(
    st.builds(
        AppEntry, _apps, _moments, st.booleans(), _names, st.sampled_from(["", "127.0.0.1:1", "[::1]:2", "/"])
    ),
    st.builds(DomainEntry, _apps, _moments, st.booleans(), _names),
    st.tuples(_apps, st.sampled_from("xy")).flatmap(
        lambda of: st.builds(
            EndpointEntry,
            st.just(of[0]),
            _moments,
            st.booleans(),
            st.just(f"e-{of[0].strip('./')}-{of[1]}"),
            st.none() | _names,
            st.sampled_from(["v1", "v2", "../v"]),
        )
    ),
)
_batches = st.lists(st.lists(_entries, max_size=6), max_size=6)


def named(plan: Plan) -> dict[str, tuple[str | None, ...]]:
    """Return all that a plan says of each name, and who is told to own what is below it."""
    return {
        name: (
            plan.certs.get(name),
            plan.routes.get(name),
            plan.owners.of_request(name),
            plan.owners.of_handshake(name),
            plan.owners.of_request(f"any.{name}"),
        )
        for name in NAMES
    }


@settings(max_examples=100, deadline=None, database=None)
@given(_batches, st.data())
def test_the_order_of_entries_does_not_matter(batches: list[list[Entry]], data: st.DataObject) -> None:
    """After each batch, with entries forgotten in between, all is as if the newest of each had come at once."""
    planner, known = Planner(), dict[str, Entry]()
    for batch in batches:
        # At one moment an entry changes once: of two the first counts, and which one that is stays open.
        news = [entry for entry in batch if entry.key not in known or known[entry.key].changed != entry.changed]
        news = list({(entry.key, entry.changed): entry for entry in news}.values())
        gone = data.draw(st.lists(st.sampled_from(list(known)), unique=True, max_size=2) if known else st.just([]))
        absent = [known.pop(key) for key in gone]
        known = latest([*known.values(), *news])
        _take(planner, news, absent)
        whole = whole_plan(known.values())

        assert whole == planner.plan()
        assert sorted(whole.refused) == sorted(planner.refused())
        assert named(whole) == named(planner.plan())
        assert {key: entry.changed for key, entry in known.items()} == {
            entry.key: entry.changed for entry in planner.entries()
        }


def _take(planner: Planner, news: list[Entry], absent: list[Entry]) -> None:
    """Take entries in; what may have changed names everything that did."""
    before = planner.plan()
    touched, after = planner.take(news, absent), planner.plan()
    for table, was in ((after.certs, before.certs), (after.routes, before.routes)):
        assert touched.names >= {name for name in NAMES if table.get(name) != was.get(name)}
    changed = after.versions.items() ^ before.versions.items()
    assert touched.endpoints >= {endpoint_id for endpoint_id, _ in changed}


def test_a_change_touches_its_app_alone() -> None:
    """However many others there are."""
    planner = Planner()
    planner.take(
        entry for name in "abcdefgh" for entry in (app(name), endpoint(name, "v1"), domain(name, f"{name}.net"))
    )
    touched = planner.take([endpoint("c", "v2", 1)])

    assert Touched({"c.app.localhost", "c-1.ssl.localhost", "c.net"}, {"e-c"}) == touched


def test_what_is_known_already_touches_nothing() -> None:
    """An entry that is read again, or comes late, is no news."""
    planner = Planner()
    planner.take([app("a", changed=5)])
    known: list[Callable[[], Entry]] = [lambda: app("a", changed=5), lambda: app("a", changed=4)]

    assert [False, False] == [planner.is_news(entry()) for entry in known]
    assert planner.is_news(app("a", changed=6))
    assert planner.is_news(domain("a", "www.example.com"))


def test_a_wildcard_pins_what_it_shadows_when_it_comes_and_frees_it_when_it_goes() -> None:
    """Names without a certificate that were there before are not shown another app's."""
    planner = Planner()
    planner.take([app("b"), domain("b", "b.example.com"), app("a"), domain("a", "*.example.com")])
    before = planner.certs.get("b.example.com")
    touched = planner.take([endpoint("a", "v1")])
    pinned = planner.certs.get("b.example.com")
    planner.take([endpoint("a", "v1", 1, removed=True)])

    assert (None, DEFAULT, None) == (before, pinned, planner.certs.get("b.example.com"))
    assert "b.example.com" in touched.names
