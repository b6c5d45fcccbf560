"""Running a heroku command line as a user does: in a folder, with files, at a terminal or without one."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pexpect import EOF  # type: ignore[import-untyped]
from pexpect.fdpexpect import fdspawn  # type: ignore[import-untyped]

from tests.authority import LeafCert, pem

COMMAND_SECONDS = 120
ANSWER_SECONDS = 60
DIED = {130, -signal.SIGINT}  # how Node.js ends when there is nobody to answer a question
ROWS, COLUMNS = 50, 200
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
MARKS = re.compile("[›▸⬢❯]")  # before warnings, errors, apps and choices


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it printed."""

    status: int
    printed: str

    @property
    def text(self) -> str:
        """Return what was printed on one line, without colours, marks and the breaks of long lines."""
        return " ".join(self.plain.split())

    @property
    def plain(self) -> str:
        """Return what was printed without colours and marks."""
        return MARKS.sub(" ", COLOURS.sub("", self.printed))


@dataclass(frozen=True)
class Heroku:
    """One heroku command line, ready to be typed."""

    program: Path
    folder: Path
    environment: Mapping[str, str]

    def run(self, line: str, **variables: str) -> Outcome:
        """Run it without a terminal: it cannot ask."""
        with self.started(line, variables, subprocess.DEVNULL, subprocess.PIPE) as child:
            printed, _ = child.communicate(timeout=COMMAND_SECONDS)
        return Outcome(child.returncode, printed.decode())

    def done(self, line: str, **variables: str) -> str:
        """Run what has to succeed and return what it said."""
        outcome = self.run(line, **variables)
        assert outcome.status == 0, (line, outcome)
        return outcome.text

    def refused(self, line: str, **variables: str) -> str:
        """Run what has to fail and return what it said."""
        outcome = self.run(line, **variables)
        assert outcome.status not in {0, *DIED}, (line, outcome)
        return outcome.text

    def typed(self, line: str, *answers: tuple[str, str]) -> Outcome:
        """Run it at a terminal; type each answer once its question is on the screen."""
        screen, keyboard = pty.openpty()
        fcntl.ioctl(keyboard, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        terminal = fdspawn(screen, timeout=ANSWER_SECONDS, encoding="utf-8")
        try:
            with self.started(line, {"TERM": "xterm"}, keyboard, keyboard) as child:
                os.close(keyboard)
                seen = [_answer(terminal, *answer) for answer in answers]
                terminal.expect(EOF)
                child.wait(COMMAND_SECONDS)
        finally:
            terminal.close()
        return Outcome(child.returncode, "".join(seen) + terminal.before)

    @contextmanager
    def started(
        self, line: str, variables: Mapping[str, str], keyboard: int, screen: int
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start it with these files as its input and its output; end it, whatever happens."""
        with subprocess.Popen(
            ["node", str(self.program), *shlex.split(line)],
            cwd=self.folder,
            env={**self.environment, **variables},
            stdin=keyboard,
            stdout=screen,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as child:
            try:
                yield child
            finally:
                if child.poll() is None:
                    os.killpg(child.pid, signal.SIGKILL)

    def put(self, issued: LeafCert, name: str = "server") -> None:
        """Put the files of a certificate into the folder: server.crt, server.full.crt and server.key."""
        (self.folder / f"{name}.crt").write_text(issued.pem)
        (self.folder / f"{name}.full.crt").write_text(issued.chain_pem)
        (self.folder / f"{name}.key").write_text(issued.key_pem)
        (self.folder / "bundle.pem").write_text(pem(*issued.issuers))


def _answer(terminal: fdspawn, question: str, answer: str) -> str:
    terminal.expect_exact(question)
    seen = f"{terminal.before}{question}"
    terminal.send(answer)
    return seen
