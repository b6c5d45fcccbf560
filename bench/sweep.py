"""How long an expiry sweep takes on one server whose record is full of certificates, without the edge."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib import jobs, wiring
from local import folder
from tests.functional.sweeps import ENDING, FRESH, store

STORED, DUE = 3_000, 3_000
TARGET = 60.0  # seconds
KEY = "bench"


def run() -> bool:
    """Sweep 3,000 due certificates, tell each by e-mail, print how long it took; return whether that is quick."""
    with tempfile.TemporaryDirectory() as place, kept(Path(place)):
        mail = Path(os.environ["SSL_ENDPOINT_MAIL_FOLDER"])
        account = wiring.tokens().account("bench@example.com")
        print(f"\nthe expiry sweep with {STORED:,} + {DUE:,} stored certificates, {DUE:,} due, one e-mail each")
        store(account.id, STORED, FRESH)
        store(account.id, DUE, ENDING, STORED)
        took, counted = timed()
        mails = len(list(mail.glob("*.eml")))
        again, nothing = timed()
    met = took <= TARGET and counted == {"told": DUE} and mails == DUE and not nothing
    told = f"target {TARGET:g} s: {'met' if met else 'MISSED'}"
    print(f"  {'swept and sent':<44}{took:>9.1f} s  {mails:,} e-mails  {told}")
    print(f"  {'swept again, nothing due':<44}{again:>9.3f} s", flush=True)
    return met


def timed() -> tuple[float, dict[str, int]]:
    """Sweep, and return how long it took and what came of it."""
    start = time.perf_counter()
    counted = jobs.expiry().sweep()
    return time.perf_counter() - start, counted


@contextmanager
def kept(place: Path) -> Iterator[None]:
    """Let this process use a new record in a folder."""
    before = dict(os.environ)
    state = place / "state"
    folder.prepare(state)
    record = folder.prepare_record(state, os.environ)
    os.environ.update(SSL_ENDPOINT_RECORD=str(record), SSL_ENDPOINT_MAIL_FOLDER=str(place / "mail"))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    sys.exit(not run())
