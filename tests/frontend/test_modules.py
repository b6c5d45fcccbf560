"""The console's pure modules, tested by node's own test runner where there is node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OLDEST_NODE = 20  # has the Web Crypto API without a flag


def test_pure_modules_by_node() -> None:
    """Every *.test.js beside this file passes."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("There is no node here: the browser tests look at the same modules.")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"node {version.strip()} is too old for these tests.")
    tests = sorted(str(path) for path in HERE.glob("*.test.js"))
    done = subprocess.run([node, "--test", *tests], capture_output=True, text=True, timeout=120, check=False)

    assert 0 == done.returncode, done.stdout + done.stderr
