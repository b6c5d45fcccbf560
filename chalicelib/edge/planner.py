"""Keeps the plan while entries come in: a change costs what its app is large, however many apps there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from chalicelib.edge.claims import AppEntries, NameClaim, checked
from chalicelib.edge.names import DEFAULT
from chalicelib.edge.plan import Owners, Plan, VersionRef, is_newer, parent
from chalicelib.model.feed import Entry


@dataclass(slots=True)
class Touched:
    """What may have changed in a plan."""

    names: set[str] = field(default_factory=set)
    endpoints: set[str] = field(default_factory=set)  # ids

    def add(self, other: Touched) -> None:
        """Take in what else may have changed."""
        self.names |= other.names
        self.endpoints |= other.endpoints


class Planner:
    """The plan once all changes have happened that were taken in, in whatever order.

    Of several apps that claim one name, as while a domain moves, the one that claimed it last has it; but what the
    service gave to an app stays with it. See `plan.Plan` for `versions`, `certs`, `routes` and `owners`.
    """

    def __init__(self) -> None:
        self.versions: dict[str, VersionRef] = {}
        self.certs: dict[str, str] = {}
        self.routes: dict[str, str] = {}
        self._holders: dict[str, str] = {}  # name → id of the app that has it
        self.owners = Owners(self._holders, self.routes)
        self._apps: dict[str, AppEntries] = {}
        self._claimants: dict[str, tuple[str, ...]] = {}  # name → ids of the apps that claim it
        self._bare: defaultdict[str, set[str]] = defaultdict(
            set
        )  # wildcard → names below it without a certificate
        self._refused: dict[str, tuple[str, str]] = {}  # key of an entry → its app's id, and why

    def plan(self) -> Plan:
        """Return the plan as it is now."""
        return Plan(dict(self.versions), dict(self.certs), dict(self.routes), self.refused(), self.owners)

    def refused(self) -> tuple[str, ...]:
        """Return a sentence for each value that may not reach the disk."""
        return tuple(sentence for app_id, sentence in self._refused.values() if not self._is_gone(app_id))

    def entries(self) -> Iterator[Entry]:
        """Yield the newest entry of each key."""
        for app in self._apps.values():
            yield from app

    def is_news(self, entry: Entry) -> bool:
        """Tell whether an entry says more than what is known under its key."""
        app = self._apps.get(entry.app_id)
        return app is None or is_newer(entry, app.known(entry))

    def names_of(self, app_id: str) -> set[str]:
        """Return the names that an app claims, whether it has them or not."""
        app = self._apps.get(app_id)
        return app.names() if app else set()

    def is_shadowed(self, name: str) -> bool:
        """Tell whether a name without a certificate of its own would be answered with a wildcard's."""
        return not name.startswith("*") and parent(name) in self.certs

    def take(self, news: Iterable[Entry], absent: Iterable[Entry] = ()) -> Touched:
        """Take in entries, and forget those that are absent; return what has to be looked at therefore."""
        changes: defaultdict[str, tuple[list[Entry], list[Entry]]] = defaultdict(lambda: ([], []))
        for entry in absent:
            changes[entry.app_id][0].append(entry)
        for entry in news:
            changes[entry.app_id][1].append(entry)
        touched = Touched()
        for app_id, (forgotten, taken) in changes.items():
            touched.add(self._change(app_id, forgotten, taken))
        self._settle(touched.names)
        return touched

    def _change(self, app_id: str, forgotten: list[Entry], taken: list[Entry]) -> Touched:
        app = self._apps.setdefault(app_id, AppEntries())
        names, version = app.names(), app.version
        for entry in forgotten:
            app.forget(entry)
            self._refused.pop(entry.key, None)
        for entry in taken:
            self._take_entry(app, entry)
        now_named = app.names()
        for name in names - now_named:
            self._drop_claimant(name, app_id)
        for name in now_named - names:
            self._claimants[name] = (*self._claimants.get(name, ()), app_id)
        endpoints = self._exchange(version, app.version)
        if not any(app):
            del self._apps[app_id]
        return Touched(names | now_named, endpoints)

    def _take_entry(self, app: AppEntries, entry: Entry) -> None:
        harmless, sentence = checked(entry)
        if app.take(harmless):
            self._refused.pop(entry.key, None)
            if sentence:
                self._refused[entry.key] = entry.app_id, sentence

    def _exchange(self, before: VersionRef | None, now: VersionRef | None) -> set[str]:
        if before == now:
            return set()
        if before and self.versions.get(before.endpoint_id) == before:
            del self.versions[before.endpoint_id]
        if now:
            self.versions[now.endpoint_id] = now
        return {version.endpoint_id for version in (before, now) if version}

    def _drop_claimant(self, name: str, app_id: str) -> None:
        left = tuple(other for other in self._claimants[name] if other != app_id)
        if left:
            self._claimants[name] = left
        else:
            del self._claimants[name]

    def _settle(self, names: set[str]) -> None:
        """Plan names anew; a wildcard that gains or loses its certificate adds those which it shadows."""
        for wildcard in [name for name in names if name.startswith("*")]:
            had = wildcard in self.certs
            self._settle_one(wildcard)
            if had != (wildcard in self.certs):
                names |= self._bare.get(wildcard, set())
        for name in names:
            if not name.startswith("*"):
                self._settle_one(name)

    def _settle_one(self, name: str) -> None:
        claim = self._winner(name)
        app = self._apps[claim.app_id] if claim else None
        version = app.version if app and claim and claim.certificate else None
        target = version.endpoint_id if version else None
        if not name.startswith("*"):
            self._note_bare(name, is_bare=claim is not None and target is None)
            if claim and target is None and self.is_shadowed(name):
                target = DEFAULT
        _put(self._holders, name, claim.app_id if claim else None)
        _put(self.certs, name, target)
        _put(self.routes, name, app.origin if app and claim and claim.route else None)

    def _winner(self, name: str) -> NameClaim | None:
        return max((self._apps[app_id].claim(name) for app_id in self._claimants.get(name, ())), default=None)

    def _note_bare(self, name: str, *, is_bare: bool) -> None:
        wildcard = parent(name)
        if is_bare:
            self._bare[wildcard].add(name)
        elif wildcard in self._bare:
            self._bare[wildcard].discard(name)
            if not self._bare[wildcard]:
                del self._bare[wildcard]

    def _is_gone(self, app_id: str) -> bool:
        return app_id in self._apps and self._apps[app_id].gone


def plan(entries: Iterable[Entry]) -> Plan:
    """Return what to serve once all these changes have happened."""
    planner = Planner()
    planner.take(entries)
    return planner.plan()


def _put(table: dict[str, str], name: str, value: str | None) -> None:
    if value:
        table[name] = value
    else:
        table.pop(name, None)
