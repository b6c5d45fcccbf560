"""Questions that are asked together: what is answered by a limit of time counts, whatever becomes of the rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TypeVar

AT_ONCE = 32
T = TypeVar("T")
log = logging.getLogger("ssl_endpoint")


@dataclass(frozen=True, slots=True)
class Parallel:
    """Answers by question and name; a question is a function of a name and of the seconds that it may take."""

    seconds: float
    all_seconds: float
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE), init=False, repr=False)
    asked: dict[Hashable, Future[object]] = field(default_factory=dict, init=False, repr=False)

    def ask(self, question: Callable[[str, float], object], names: Iterable[str]) -> None:
        """Begin to ask about some names; nothing is asked twice."""
        for name in names:
            if (question, name) not in self.asked:
                self.asked[question, name] = self.pool.submit(question, name, self.seconds)

    def wait(self) -> None:
        """Return when all is answered, or the time is over."""
        wait(self.asked.values(), self.all_seconds)
        self.pool.shutdown(wait=False, cancel_futures=True)

    def answer(self, question: Callable[[str, float], T], name: str, otherwise: T) -> T:
        """Return what was answered, or `otherwise` if that took too long or went wrong."""
        future = self.asked[question, name]
        if not future.done() or future.cancelled():
            return otherwise
        if (error := future.exception()) is not None:  # odd as answers may be, nobody else suffers from one
            log.error("looking at %s failed", name, exc_info=error)
            return otherwise
        return future.result()  # type: ignore[return-value]
