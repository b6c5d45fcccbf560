"""Following the feed: what reaches the state folder, and what never does."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chalicelib.edge.applier import RETRY_SECONDS
from chalicelib.edge.follower import LONGEST_PAUSE, Follower
from chalicelib.edge.names import DEFAULT
from chalicelib.edge.plan import Plan
from chalicelib.edge.planner import plan
from chalicelib.edge.state_folder import StateFolder
from chalicelib.edge.window import FAR_SECONDS, WHOLE_SECONDS
from chalicelib.errors import Unavailable
from chalicelib.model.edge import Progress
from chalicelib.model.feed import Entry
from tests.unit.edge.entries import app, at, domain, endpoint

ONE: list[Entry] = [app("a"), endpoint("a", "v1"), domain("a", "www.example.com")]
TWO: list[Entry] = [app("b"), endpoint("b", "w1"), domain("b", "www.example.org")]


@dataclass
class Record:
    """The other side: a feed, the versions behind it, and a clock."""

    folder: StateFolder
    entries: list[Entry] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # `since` of each read
    opened: list[str] = field(default_factory=list)  # versions
    broken: set[str] = field(default_factory=set)  # versions that cannot be opened
    empty: set[str] = field(default_factory=set)  # versions that hold nothing
    error: Exception | None = None  # what the feed ends with
    seconds: float = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def changes(self, since: str) -> Iterator[Entry]:
        """Return the feed from a moment on; end with an error if there is one."""
        self.asked.append(since)
        yield from sorted((e for e in self.entries if e.changed >= since), key=lambda entry: entry.changed)
        if self.error:
            raise self.error

    def open_version(self, _app_id: str, _endpoint_id: str, version_id: str) -> bytes:
        """Return a version's PEM, or fail."""
        self.opened.append(version_id)
        if version_id in self.broken:
            raise Unavailable("The key is disabled.")
        return b"" if version_id in self.empty else pem(version_id)

    def follower(self) -> Follower:
        """Return a follower as after a start."""
        return Follower(self.changes, self.open_version, self.folder, lambda: self.seconds, self.stop)

    def served(self) -> dict[str, str]:
        """Return which version each name shows, read as an engine would."""
        certs = self.folder.root / "certs"
        found = {path.stem: path.read_text() for path in certs.iterdir() if path.stem != "default"}
        return {name: text.split("version of ")[1].split()[0] for name, text in found.items()}


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """A record with one app and an empty state folder."""
    folder = StateFolder(tmp_path / "edge")
    folder.prepare(b"own")
    return Record(folder, list(ONE))


def pem(version_id: str) -> bytes:
    """Return what passes for the PEM of a version."""
    return f"version of {version_id}\n-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n".encode()


def test_the_folder_becomes_equal_to_the_record(record: Record) -> None:
    """All names show their certificate and lead to their app; the progress tells how far it went."""
    progress = record.follower().catch_up()

    assert {"a-1.ssl.localhost": "v1", "www.example.com": "v1"} == record.served()
    assert plan(record.entries) == record.folder.scan()
    assert Progress(at(0), ()) == progress


def test_a_change_brings_only_what_changed(record: Record) -> None:
    """Of two apps only the updated one is fetched again; a quiet feed brings nothing."""
    record.entries += TWO
    follower = record.follower()
    follower.catch_up()
    record.opened.clear()
    record.entries.append(endpoint("a", "v2", 5))
    follower.catch_up()
    progress = follower.catch_up()

    assert ["v2"] == record.opened
    assert {"v2", "w1"} == set(record.served().values())
    assert at(5) == progress.applied


def test_removals_are_followed(record: Record) -> None:
    """A removed domain is served no more, nor is a removed endpoint; the routes of the app stay."""
    follower = record.follower()
    follower.catch_up()
    record.entries.append(domain("a", "www.example.com", 1, removed=True))
    follower.catch_up()
    without_domain = record.served()
    record.entries.append(endpoint("a", "v1", 2, removed=True))
    follower.catch_up()

    assert {"a-1.ssl.localhost": "v1"} == without_domain
    assert Plan({}, {}, {"a.app.localhost": "127.0.0.1:5000"}) == record.folder.scan()


def test_a_roll_back_is_a_change_like_any_other(record: Record) -> None:
    """The version before is fetched and served again."""
    follower = record.follower()
    for changed, version in enumerate(("v1", "v2", "v1")):
        record.entries.append(endpoint("a", version, changed))
        follower.catch_up()

    assert ["v1", "v2", "v1"] == record.opened
    assert {"v1"} == set(record.served().values())


def test_a_restart_fetches_nothing_again(record: Record) -> None:
    """The disk says which versions it holds."""
    record.follower().catch_up()
    record.opened.clear()
    record.follower().catch_up()

    assert [] == record.opened
    assert {"v1"} == set(record.served().values())


def test_a_failing_feed_changes_nothing(record: Record) -> None:
    """Not at a start, not half-way, not later: what is on the disk is served."""
    record.follower().catch_up()
    before = record.folder.scan()
    record.entries = [app("b"), domain("a", "www.example.com", 9, removed=True)]
    record.error = Unavailable("The table does not answer.")
    follower = record.follower()
    for _ in range(3):
        with pytest.raises(Unavailable):
            follower.catch_up()

    assert before == record.folder.scan()


def test_an_empty_feed_removes_nothing(record: Record) -> None:
    """Neither after a restart nor at the next whole read: an empty table is rather a wrong one."""
    follower = record.follower()
    follower.catch_up()
    before, kept = record.folder.scan(), record.entries
    record.entries = []
    record.follower().catch_up()
    record.seconds += WHOLE_SECONDS
    with pytest.raises(Unavailable, match="nothing is removed"):
        follower.catch_up()
    unchanged = record.folder.scan()
    record.entries = [*kept, domain("a", "www.example.com", 1, removed=True)]
    follower.catch_up()

    assert before == unchanged
    assert {"a-1.ssl.localhost": "v1"} == record.served()


def test_a_new_service_has_an_empty_feed(record: Record) -> None:
    """Nothing to follow is no failure, nor is it once all that was removed is forgotten."""
    kept, record.entries = record.entries, []
    follower = record.follower()
    nothing = follower.catch_up()
    record.entries = [app("z", removed=True)]
    follower.catch_up()
    record.entries = []
    record.seconds += WHOLE_SECONDS
    follower.catch_up()
    record.entries = kept
    follower.catch_up()

    assert Progress() == nothing
    assert {"v1"} == set(record.served().values())


def test_leftovers_go_after_a_whole_read(record: Record) -> None:
    """What an earlier life left behind, and nobody knows any more, is removed."""
    record.entries += TWO
    record.follower().catch_up()
    record.entries = list(ONE)
    record.follower().catch_up()

    assert plan(ONE) == record.folder.scan()
    assert ["e-a.pem"] == [path.name for path in (record.folder.root / "versions").iterdir()]


def test_a_version_that_cannot_be_opened_hurts_only_its_app(
    record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    """The others go on, its routes too; it is tried again, not at every poll, and told once."""
    record.entries += TWO
    record.broken = {"v1"}
    follower = record.follower()
    progress = follower.catch_up()
    for _ in range(3):
        follower.catch_up()
    tried = record.opened.count("v1")
    record.seconds += RETRY_SECONDS
    follower.catch_up()
    again = record.opened.count("v1")
    record.broken = set()
    record.seconds += RETRY_SECONDS
    mended = follower.catch_up()

    assert (("v1",), ()) == (progress.waiting, mended.waiting)
    assert (1, 2) == (tried, again)
    assert {"v1", "w1"} == set(record.served().values())
    assert ["Version v1 of app a is not served yet: The key is disabled."] == caplog.messages


def test_without_its_certificate_a_name_is_not_linked(record: Record) -> None:
    """There are no links to nowhere: the name is answered with the edge's own certificate, and led to its app."""
    record.broken = {"v1"}
    record.follower().catch_up()

    assert {} == record.served()
    assert {"a.app.localhost", "www.example.com"} == record.folder.scan().routes.keys()


@pytest.mark.parametrize("kind", ["broken", "empty"])
def test_a_bad_update_leaves_the_version_before(record: Record, kind: str) -> None:
    """What worked goes on working until the new version can be opened, also under a new domain."""
    follower = record.follower()
    follower.catch_up()
    getattr(record, kind).add("v2")
    record.entries += [endpoint("a", "v2", 1), domain("a", "new.example.com", 1)]
    progress = follower.catch_up()

    assert ("v2",) == progress.waiting
    assert {"a-1.ssl.localhost": "v1", "www.example.com": "v1", "new.example.com": "v1"} == record.served()


def test_a_forgotten_version_is_not_waited_for(record: Record) -> None:
    """A version that never opened is given up when another one takes its place."""
    record.broken = {"v1"}
    follower = record.follower()
    follower.catch_up()
    record.entries.append(endpoint("a", "v2", 1))
    progress = follower.catch_up()
    record.seconds += RETRY_SECONDS
    follower.catch_up()

    assert () == progress.waiting
    assert ["v1", "v2"] == record.opened


def test_a_late_change_is_seen(record: Record) -> None:
    """Writers' clocks differ: what is written a little before the newest change is read as well."""
    record.entries.append(domain("a", "new.example.com", 100))
    follower = record.follower()
    follower.catch_up()
    record.entries.append(endpoint("a", "v2", 41))
    record.seconds += FAR_SECONDS
    follower.catch_up()

    assert ["", at(40)] == record.asked
    assert {"v2"} == set(record.served().values())


def test_a_whole_read_repairs_what_was_missed(record: Record) -> None:
    """Every ten minutes the whole feed and the whole disk are compared."""
    record.entries.append(domain("a", "new.example.com", 1000))
    follower = record.follower()
    follower.catch_up()
    record.entries.append(endpoint("a", "v2", 1))
    record.folder.unroute("www.example.com")
    follower.catch_up()
    missed = record.served()
    record.seconds += WHOLE_SECONDS
    follower.catch_up()

    assert {"v1"} == set(missed.values())
    assert {"v2"} == set(record.served().values())
    assert plan(record.entries) == record.folder.scan()


def test_a_lagging_index_takes_nothing_back(record: Record) -> None:
    """A whole read that does not know of the latest changes yet does not undo them."""
    follower = record.follower()
    follower.catch_up()
    late: list[Entry] = [endpoint("a", "v2", 70), domain("a", "new.example.com", 71)]
    record.entries += late
    follower.catch_up()
    record.entries = list(ONE)
    record.seconds += WHOLE_SECONDS
    follower.catch_up()

    assert {"a-1.ssl.localhost": "v2", "www.example.com": "v2", "new.example.com": "v2"} == record.served()


def test_strange_values_are_told_once(record: Record, caplog: pytest.LogCaptureFixture) -> None:
    """They reach the log, not the disk, and the rest is served."""
    record.entries.append(domain("a", "../../x", 1))
    follower = record.follower()
    follower.catch_up()
    record.entries.append(domain("a", "new.example.com", 2))
    follower.catch_up()

    assert 1 == len(caplog.messages)
    assert "'../../x'" in caplog.messages[0]
    assert "new.example.com" in record.served()


def test_the_loop_logs_a_failure_once_and_goes_on(record: Record, caplog: pytest.LogCaptureFixture) -> None:
    """A line when it begins and a line when it ends, without the text of errors that are not ours.

    While it lasts, the pauses grow.
    """
    caplog.set_level(logging.INFO)
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        record.error = RuntimeError("secret") if 2 <= len(pauses) < 10 else None
        if len(pauses) == 13:
            record.stop.set()

    record.follower().run(sleep, 0.25)

    assert [0.25] * 2 + [0.5, 1, 2, 4, *[LONGEST_PAUSE] * 4] + [0.25] * 3 == pauses
    assert [
        "The edge cannot follow the record and serves what it has: RuntimeError",
        "The edge follows the record again.",
    ] == caplog.messages


def test_a_full_disk_is_survived(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails is told to the caller; the next time everything is compared with the disk again."""
    follower = record.follower()
    with monkeypatch.context() as patch:
        patch.setattr(StateFolder, "link", _fail)
        with pytest.raises(OSError, match="full"):
            follower.catch_up()
    progress = follower.catch_up()

    assert Progress(at(0)) == progress
    assert ["v1"] == record.opened
    assert plan(record.entries) == record.folder.scan()


def test_many_versions_are_opened_at_a_time(record: Record) -> None:
    """A rebuilt edge has hundreds to fetch; all arrive, each once, whatever the order of the answers."""
    apps = [f"app-{number}" for number in range(300)]
    record.entries = [entry for name in apps for entry in (app(name), endpoint(name, f"version-{name}"))]
    record.follower().catch_up()

    assert sorted(f"version-{name}" for name in apps) == sorted(record.opened)
    assert {f"{name}-1.ssl.localhost": f"version-{name}" for name in apps} == record.served()


def test_each_name_is_linked_as_its_version_lands(record: Record) -> None:
    """Of two hundred apps one does not answer: all others are served meanwhile, and it is served once it does."""
    apps = [f"app-{number}" for number in range(200)]
    record.entries = [entry for name in apps for entry in (app(name), endpoint(name, f"v-{name}"))]
    answering = threading.Event()
    opened = record.open_version

    def slow(app_id: str, endpoint_id: str, version_id: str) -> bytes:
        if app_id == "app-3":
            assert answering.wait(30)
        return opened(app_id, endpoint_id, version_id)

    follower = Follower(record.changes, slow, record.folder, lambda: record.seconds)
    following = threading.Thread(target=follower.catch_up)
    following.start()
    eventually(lambda: len(record.served()) == len(apps) - 1)
    meanwhile = record.served()
    answering.set()
    following.join(30)

    assert "app-3-1.ssl.localhost" not in meanwhile
    assert f"v-{apps[3]}" == record.served()["app-3-1.ssl.localhost"]


def test_a_name_has_its_route_before_its_certificate(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sees the certificate served also reaches the app."""
    steps: list[str] = []
    for name in ("route", "link"):
        _note(monkeypatch, name, steps)
    record.follower().catch_up()

    assert steps.index("route www.example.com") < steps.index("link www.example.com")


def test_nobody_elses_wildcard_is_shown_while_a_version_is_not_there(record: Record) -> None:
    """A name below another app's wildcard is pinned to the edge's own certificate until its own can be opened."""
    record.entries = [
        *(app("a"), endpoint("a", "v1"), domain("a", "*.example.com")),
        *(app("b"), endpoint("b", "w1"), domain("b", "b.example.com")),
    ]
    record.broken = {"w1"}
    follower = record.follower()
    follower.catch_up()
    pinned = record.folder.scan().certs["b.example.com"]
    record.broken = set()
    record.seconds += RETRY_SECONDS
    follower.catch_up()

    assert (DEFAULT, "e-b") == (pinned, record.folder.scan().certs["b.example.com"])


def test_kinds_that_are_not_known_are_passed_over(record: Record, caplog: pytest.LogCaptureFixture) -> None:
    """A newer API may write more than an older edge understands: the rest is served, and nothing lags."""

    @dataclass(frozen=True)
    class QuotaEntry:
        app_id: str
        changed: str
        removed: bool = False

    record.entries += [QuotaEntry("a", at(3)), QuotaEntry("b", at(4))]  # type: ignore[list-item]
    progress = record.follower().catch_up()

    assert {"v1"} == set(record.served().values())
    assert at(4) == progress.applied
    assert [
        "The feed holds entries that this version does not know (QuotaEntry): upgrade the edge."
    ] == caplog.messages


def test_whole_is_what_has_been_served_once(record: Record) -> None:
    """Not before the first whole plan is applied; then for ever, whatever the record does."""
    record.error = Unavailable("The table does not answer.")
    follower = record.follower()
    record.stop.wait = lambda _=None: record.stop.set() or True  # type: ignore[method-assign, assignment, func-returns-value]
    follower.run(record.stop.wait, 0.2)
    dark = follower.is_whole
    record.stop.clear()
    record.error = None
    follower.catch_up()
    served = follower.is_whole
    record.error = Unavailable("The table does not answer.")
    reborn = record.follower()
    before = reborn.is_whole
    reborn.run(record.stop.wait, 0.2)

    assert (False, True) == (dark, served)
    assert (False, True) == (before, reborn.is_whole)  # it serves what an earlier life left


def test_an_edge_that_can_open_nothing_is_not_whole(record: Record) -> None:
    """One broken version does not make an edge useless, but it is where there is no other."""
    record.broken = {"v1"}
    useless = record.follower()
    useless.catch_up()
    record.entries += TWO
    useful = record.follower()
    useful.catch_up()

    assert (False, True) == (useless.is_whole, useful.is_whole)


def test_a_new_service_is_whole(record: Record) -> None:
    """There is nothing to serve yet."""
    record.entries = []
    follower = record.follower()
    follower.catch_up()

    assert follower.is_whole


def test_a_rebuild_can_be_left(record: Record) -> None:
    """Told to stop amid a hundred versions, it opens no more of them, and the next life goes on."""
    apps = [f"app-{number}" for number in range(500)]
    record.entries = [entry for name in apps for entry in (app(name), endpoint(name, f"v-{name}"))]

    def last(*ids: str) -> bytes:
        record.stop.set()
        return record.open_version(*ids)

    Follower(record.changes, last, record.folder, lambda: record.seconds, record.stop).catch_up()
    opened = len(record.opened)
    record.stop.clear()
    record.follower().catch_up()

    assert 0 < opened < len(apps)
    assert plan(record.entries) == record.folder.scan()


def test_a_quiet_feed_is_not_read_again(record: Record) -> None:
    """What came in a bulk is read again for a minute, seldom, and then no more; what is late is seen meanwhile."""
    follower = record.follower()
    follower.catch_up()
    read: list[float] = []
    for second in range(1, 121):
        record.seconds = second
        follower.catch_up()
        read += [second] * (record.asked[-1] <= at(0))

    assert [1, 2, 3, *range(5, 66, FAR_SECONDS)] == read


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something is so, for half a minute at most."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _note(monkeypatch: pytest.MonkeyPatch, name: str, steps: list[str]) -> None:
    original = getattr(StateFolder, name)

    def noted(folder: StateFolder, *arguments: str) -> None:
        steps.append(f"{name} {arguments[0]}")
        original(folder, *arguments)

    monkeypatch.setattr(StateFolder, name, noted)


def _fail(*_: object) -> None:
    raise OSError("The disk is full.")


class Killed(BaseException):
    """The process ends here."""


class Fuse:
    """Kills at the n-th change of the disk, before or after it has happened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 1 << 30
        for name in ("replace", "rename", "symlink", "unlink", "mkdir", "rmdir", "fsync", "open"):
            self._watch(monkeypatch, os, name)

    def _watch(self, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        original = getattr(owner, name)

        def watched(*arguments: object, **named: object) -> object:
            self._burn()
            result = original(*arguments, **named)
            self._burn()
            return result

        monkeypatch.setattr(owner, name, watched)

    def _burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


def test_a_death_at_any_moment_is_survived(
    record: Record, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Killed between any two steps, the names in both states stay served, and the next start completes it."""
    before: list[Entry] = [*ONE, *TWO, app("c"), endpoint("c", "x1")]
    after: list[Entry] = [
        *before,
        endpoint("a", "v2", 1),
        domain("a", "*.example.com", 1),
        app("a", "127.0.0.1:5001", 1),
        domain("b", "www.example.org", 1, removed=True),
        domain("a", "www.example.org", 2),
        app("c", changed=1, removed=True),
    ]
    fuse = Fuse(monkeypatch)
    deaths = 0
    for steps in range(1, 1000):
        _start_over(record, before)
        record.entries = after
        fuse.left = steps
        died = _dies(record.follower())
        fuse.left = 1 << 30
        deaths += died
        _assert_whole(record, before, after)
        record.folder.prepare(b"own")
        record.follower().catch_up()

        assert plan(after) == record.folder.scan()
        if not died:
            break

    assert deaths > 30
    assert [] == caplog.messages


def _start_over(record: Record, entries: Iterable[Entry]) -> None:
    record.entries = list(entries)
    record.follower().catch_up()


def _dies(follower: Follower) -> bool:
    try:
        follower.catch_up()
    except Killed:
        return True
    return False


def _assert_whole(record: Record, before: list[Entry], after: list[Entry]) -> None:
    """Every name that is served before and after is served in between, by one of the two and by one origin."""
    old, new = plan(before), plan(after)
    versions = {bundle.version_id for bundle in (*old.versions.values(), *new.versions.values())}
    served, routes = record.served(), record.folder.scan().routes

    assert versions >= set(served.values())
    assert served.keys() >= old.certs.keys() & new.certs.keys()
    for name in old.routes.keys() & new.routes.keys():
        assert routes[name] in {old.routes[name], new.routes[name]}
