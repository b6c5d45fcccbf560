"""Opens the versions that an edge lacks, many at a time: it waits mostly for the network and the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

from chalicelib.edge.files import checked
from chalicelib.edge.plan import VersionRef
from chalicelib.edge.state_folder import StateFolder

OPENERS = 16
QUEUE = 4 * OPENERS  # asked for and not yet installed

Opened = tuple[VersionRef, Exception | None]


class Opener:
    """Fetches versions and stages them in the state folder.

    `open_version` returns the PEM of (app id, endpoint id, version id), or raises.
    """

    def __init__(self, open_version: Callable[[str, str, str], bytes], folder: StateFolder) -> None:
        self._open_version = open_version
        self._folder = folder

    def stage(self, versions: Iterable[VersionRef]) -> Iterator[Opened]:
        """Yield each version as soon as it is staged, or with what it failed with: one hurts nobody else."""
        left, waiting = iter(versions), dict[Future[Exception | None], VersionRef]()
        pool = ThreadPoolExecutor(OPENERS)
        try:
            while True:
                for version in islice(left, QUEUE - len(waiting)):
                    waiting[pool.submit(self._stage, version)] = version
                if not waiting:
                    return
                for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                    yield waiting.pop(done), done.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _stage(self, version: VersionRef) -> Exception | None:
        try:
            self._folder.stage(
                version, checked(self._open_version(version.app_id, version.endpoint_id, version.version_id))
            )
        except Exception as error:  # one broken version hurts only its own app
            return error
        return None
