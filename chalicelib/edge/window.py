"""From where on the feed is read: often a little, sometimes more, seldom all of it."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.model import times

WHOLE_SECONDS = 600  # between two reads of the whole feed, which repair what was missed
FAR = timedelta(seconds=60)  # what the clocks of two writers may differ, and a change may take to be seen
FAR_SECONDS = 5  # between two reads with so much overlap
NEAR = timedelta(seconds=2)  # of the other reads: changes that overtake each other


class Window:
    """Knows what was read, and so where the next change can be at the earliest.

    Who writes a change while the feed has been quiet for a minute has a clock that is a minute further, too. So
    the overlap moves on while nothing happens, and a quiet feed is read from behind its last entry.
    """

    def __init__(self) -> None:
        self.newest = ""  # the newest change that was read
        self._newest_at = 0.0  # when it was seen, in seconds of the follower's clock
        self._whole_at: float | None = None
        self._far_at, self._near_at = 0.0, 0.0

    def since(self, now: float) -> str:
        """Return from which change on to read at a moment of the follower's clock; "" means all."""
        if self._whole_at is None or now - self._whole_at >= WHOLE_SECONDS:
            return ""
        if self._is_far(now):
            return self._from(FAR, self._far_at)
        return self._from(NEAR, self._near_at)

    def note(self, since: str, newest: str, now: float) -> None:
        """Take note of a read from `since` on that began at `now` and went well."""
        if not since:
            self._whole_at = now
        if not since or self._is_far(now):
            self._far_at = now
        self._near_at = now
        if newest > self.newest:
            self.newest, self._newest_at = newest, now

    def before(self) -> str:
        """Return the moment up to which a read of the whole feed must know all; "" if nothing was read."""
        return times.text(times.moment(self.newest) - FAR) if self.newest else ""

    def _is_far(self, now: float) -> bool:
        return now - self._far_at >= FAR_SECONDS

    def _from(self, overlap: timedelta, last_at: float) -> str:
        if not self.newest:
            return ""
        quiet = timedelta(seconds=max(0.0, last_at - self._newest_at))
        return times.text(times.moment(self.newest) - overlap + quiet)
