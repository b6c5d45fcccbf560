"""Follows the change feed of the record and makes the state folder equal to it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from chalicelib.edge.applier import Applier, reason
from chalicelib.edge.opener import Opener
from chalicelib.edge.plan import Owners
from chalicelib.edge.planner import Planner
from chalicelib.edge.state_folder import StateFolder
from chalicelib.edge.window import Window
from chalicelib.errors import Unavailable
from chalicelib.model.edge import Progress
from chalicelib.model.feed import AppEntry, DomainEntry, EndpointEntry, Entry

LONGEST_PAUSE = 5.0  # seconds between two tries, while they fail
DOUBLINGS = 10  # of the pause, at most

log = logging.getLogger(__name__)


class Follower:
    """Keeps one state folder equal to the record.

    `changes` returns all entries of the feed that changed at or after a moment ("" = all), or raises;
    `open_version` returns the PEM of (app id, endpoint id, version id), or raises; `clock` counts seconds; `stop`
    ends `run`, also amid a rebuild.
    """

    def __init__(
        self,
        changes: Callable[[str], Iterable[Entry]],
        open_version: Callable[[str, str, str], bytes],
        folder: StateFolder,
        clock: Callable[[], float],
        stop: threading.Event | None = None,
    ) -> None:
        self.progress = Progress()
        self.owners: Owners | None = None  # None: the record was not read yet
        self.is_whole = False  # whether the folder has held all that the record wants served
        self._changes = changes
        self._folder = folder
        self._clock = clock
        self._stop = stop or threading.Event()
        self._window = Window()
        self._planner = Planner()
        self._applier = Applier(self._planner, folder, Opener(open_version, folder), clock, self._stop)
        self._has_read = False  # the whole feed
        self._refused: frozenset[str] = frozenset()  # sentences that were logged
        self._strange: set[str] = set()  # kinds of entries that were logged

    def run(self, sleep: Callable[[float], object], interval: float) -> None:
        """Catch up every `interval` seconds until `stop`, less often while that fails.

        A failure is logged when it begins and when it ends.
        """
        failure, failures = "", 0
        while not self._stop.is_set():
            failure = self._try_to_catch_up(failure)
            failures = min(failures + 1, DOUBLINGS) if failure else 0
            sleep(min(interval * 2**failures, LONGEST_PAUSE) if failures else interval)

    def catch_up(self) -> Progress:
        """Read what changed and apply it.

        Raises what the feed or the disk raises. A feed that fails, ends early or is suddenly empty alters nothing.
        """
        self._read()
        if self.owners and self._applier.is_due():
            self._applier.apply()
            self._log_refused()
        if not self._stop.is_set():
            self.progress = Progress(self._window.newest, self._applier.waiting)
            self._note_whole()
        return self.progress

    def _try_to_catch_up(self, failure: str) -> str:
        try:
            self.catch_up()
        except Exception as error:  # whatever it is, what is on the disk goes on being served
            self.is_whole = self.is_whole or self._folder.was_whole()
            if failure != type(error).__name__:
                log.warning("The edge cannot follow the record and serves what it has: %s", reason(error))
            return type(error).__name__
        if failure:
            log.info("The edge follows the record again.")
        return ""

    def _read(self) -> None:
        """Take in the feed, once it was read to its end."""
        now = self._clock()
        since = self._window.since(now)
        news: list[Entry] = []
        keys: set[str] = set()
        newest = ""
        for entry in self._changes(since):
            newest = max(newest, getattr(entry, "changed", ""))
            if not isinstance(entry, AppEntry | EndpointEntry | DomainEntry):
                self._log_strange(entry)
                continue
            if not since:
                keys.add(entry.key)
            if self._planner.is_news(entry):
                news.append(entry)
        if since:
            self._applier.touch(self._planner.take(news))
        elif not self._take_whole(news, keys):
            return
        self._window.note(since, newest, now)

    def _take_whole(self, news: list[Entry], keys: set[str]) -> bool:
        """Take in a read of the whole feed; tell whether it held anything."""
        if not keys:
            if any(not entry.removed for entry in self._planner.entries()):
                raise Unavailable("The feed is empty, which it was not before; nothing is removed.")
            self._has_read = True
            return False
        # An index may lag behind: what was read a moment ago outlives a whole read that does not have it yet.
        before = self._window.before()
        absent = [entry for entry in self._planner.entries() if entry.changed < before and entry.key not in keys]
        self._applier.touch(self._planner.take(news, absent))
        self._applier.look_again()
        self.owners, self._has_read = self._planner.owners, True
        return True

    def _note_whole(self) -> None:
        if self._has_read and not self.is_whole and self._applier.serves:
            self._folder.note_whole()
            self.is_whole = True

    def _log_refused(self) -> None:
        refused = frozenset(self._planner.refused())
        for sentence in sorted(refused - self._refused):
            log.warning("Not served: %s", sentence)
        self._refused = refused

    def _log_strange(self, entry: object) -> None:
        """A newer API may write kinds of entries that mean nothing to this edge yet."""
        kind = type(entry).__name__
        if kind not in self._strange:
            log.warning("The feed holds entries that this version does not know (%s): upgrade the edge.", kind)
            self._strange.add(kind)
