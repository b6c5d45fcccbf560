"""The processes of the service: started, watched, started again when they die, and ended with their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
FIRST_DELAY = 1.0  # seconds until a process that died is started again; doubled each time
LAST_DELAY = 30.0
CALM = 60.0  # seconds after which a process counts as healthy and the delay starts anew
GRACE = 5.0  # seconds between asking a process to end and killing it
LOG_LIMIT = 10 * 1024 * 1024  # bytes
LAST_WORDS = 2000  # bytes of a log in which to look for its last line
PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: `python -m module arguments`."""

    name: str
    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Child:
    """A command and its running process."""

    command: Command
    process: subprocess.Popen[bytes]
    started: float
    delay: float = FIRST_DELAY
    again_at: float | None = None  # None: it runs


class Children:
    """Direct children of this process; use it from the main thread only, as Linux ties them to the thread."""

    def __init__(self, logs: Path, tell: Callable[[str], None]) -> None:
        self._logs = logs
        self._tell = tell
        self._children: dict[str, Child] = {}
        logs.mkdir(mode=0o700, exist_ok=True)

    def start(self, command: Command) -> None:
        """Start a process; its output goes to a new log."""
        log = self.log(command.name)
        with suppress(FileNotFoundError):
            log.replace(log.with_suffix(".log.1"))
        self._children[command.name] = Child(command, self._spawn(command), time.monotonic())

    def pids(self) -> dict[str, int]:
        """Return the process ids of those that run."""
        return {name: child.process.pid for name, child in self._children.items() if child.again_at is None}

    def ended(self) -> str | None:
        """Return the name of a process that has ended, if any."""
        return next((name for name, child in self._children.items() if child.process.poll() is not None), None)

    def revive(self) -> bool:
        """Start again what died and has waited long enough; tell whether anything changed; keep the logs small."""
        now, before = time.monotonic(), self.pids()
        for name, child in self._children.items():
            if child.again_at is not None:
                if now >= child.again_at:
                    child.process, child.started, child.again_at = self._spawn(child.command), now, None
            elif (status := child.process.poll()) is not None:
                if now - child.started > CALM:
                    child.delay = FIRST_DELAY
                self._tell(f"{name} ended ({_cause(status)}); starting it again in {child.delay:.0f} s")
                child.again_at = now + child.delay
                child.delay = min(child.delay * 2, LAST_DELAY)
            self._trim(name)
        return self.pids() != before

    def stop(self) -> None:
        """End every process: ask first, kill what is still there after the time of grace."""
        deadline = time.monotonic() + GRACE
        for child in self._children.values():
            child.process.terminate()
        for child in self._children.values():
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()

    def log(self, name: str) -> Path:
        """Return where the output of a process goes."""
        return self._logs / f"{name}.log"

    def last_words(self, name: str) -> str:
        """Return the last line that a process wrote."""
        try:
            lines = self.log(name).read_bytes()[-LAST_WORDS:].decode("utf-8", "replace").strip().splitlines()
        except FileNotFoundError:
            lines = []
        return lines[-1] if lines else "it said nothing"

    def _spawn(self, command: Command) -> subprocess.Popen[bytes]:
        with self._open_log(command.name) as log:
            return subprocess.Popen(
                _line(command),
                cwd=ROOT,
                env=dict(command.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_tie(os.getpid()),  # noqa: PLW1509, there is one thread
            )

    def _open_log(self, name: str) -> IO[bytes]:
        return open(self.log(name), "ab", buffering=0, opener=lambda path, flags: os.open(path, flags, 0o600))

    def _trim(self, name: str) -> None:
        with suppress(FileNotFoundError):
            if self.log(name).stat().st_size > LOG_LIMIT:
                os.truncate(self.log(name), 0)


def _line(command: Command) -> list[str]:
    return [sys.executable, "-m", command.module, *command.arguments]


def _tie(parent: int) -> Callable[[], None]:
    """Return what a child does before it becomes its program, so that it cannot outlive its parent."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def tie() -> None:
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # Ctrl-C reaches the whole group; the parent ends its children
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

    return tie


def _cause(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
