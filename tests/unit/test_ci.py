"""What checks a change: .ci/run, and the workflow that calls it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
MAKEFILE = """\
lint:
test:
	.venv/bin/python -m pytest -q tests
test-clients:
	.venv/bin/python -m pytest -q clients
"""
# Each of these fails at once, and passes or fails again when it is tried once more.
TESTS = """\
from pathlib import Path

def tried(name):
    mark = Path(name)
    return mark.exists() or mark.touch()

def test_steady():
    assert True

def test_flaky():
    assert tried("flaky")

def test_broken():
    assert tried("broken") and {mends}
"""


def run(folder: Path, *, mends: bool) -> subprocess.CompletedProcess[str]:
    """Run .ci/run on a project of its own, on a machine that seems to have all that is needed."""
    tools = folder / "bin"
    for name in ("apt-get", "npm", "chromium"):
        tool = tools / name
        tool.parent.mkdir(exist_ok=True)
        tool.write_text("#!/bin/sh\n")
        tool.chmod(0o700)
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci" / "run")
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "Makefile").write_text(MAKEFILE)
    for name, text in {"tests": TESTS.format(mends=mends), "clients": "def test_client():\n    pass\n"}.items():
        (folder / name).mkdir()
        (folder / name / f"test_{name}.py").write_text(text)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [folder / ".ci" / "run"],
        env={
            **environment,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def told(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the tests that are named as flaky at the end of the output."""
    return [line.strip() for line in done.stdout.partition("Flaky: ")[2].splitlines()[1:]]


def test_a_test_that_passes_when_it_is_repeated_is_named_last(tmp_path: Path) -> None:
    """What failed first and passed then lets a change land, and is named at the end of the output."""
    done = run(tmp_path, mends=True)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert ["tests/test_tests.py::test_broken", "tests/test_tests.py::test_flaky"] == told(done)


def test_a_test_that_fails_twice_fails_the_run(tmp_path: Path) -> None:
    """A second failure is a verdict; the tests that passed the second time are named all the same."""
    done = run(tmp_path, mends=False)

    assert 0 != done.returncode
    assert ["tests/test_tests.py::test_flaky"] == told(done)


def test_workflow_runs_the_same_command() -> None:
    """The workflow runs .ci/run and nothing else, with actions of a named version and without secrets."""
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    steps = [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]

    assert [".ci/run"] == [step["run"] for step in steps if "run" in step]
    assert all(step["uses"].partition("@")[2].startswith("v") for step in steps if "uses" in step)
    assert "secrets" not in text
