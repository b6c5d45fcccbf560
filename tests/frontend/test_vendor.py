"""What is vendored is what its README says."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "frontend" / "vendor"
ROW = re.compile(r"^\| `([^`]+)` \| (\S+) (\S+) \([^)]+\) \| `([^`]+)` \| `([0-9a-f]{64})` \|$", re.MULTILINE)


def test_files_have_their_sums_and_packages_their_integrity() -> None:
    """Each file has the sha256 of the README, each package the version and integrity of the lock file."""
    rows = ROW.findall((VENDOR / "README.md").read_text())
    lock = json.loads((VENDOR / "package-lock.json").read_text())["packages"]

    assert {"preact.js", "htm.js", "x509.js"} <= {file for file, *_ in rows}
    for file, package, version, integrity, digest in rows:
        assert digest == hashlib.sha256((VENDOR / file).read_bytes()).hexdigest(), file
        assert (version, integrity) == (
            lock[f"node_modules/{package}"]["version"],
            lock[f"node_modules/{package}"]["integrity"],
        )


def test_every_vendored_module_has_its_row_and_licence() -> None:
    """No module is there without a row, and each has a licence."""
    known = {file for file, *_ in ROW.findall((VENDOR / "README.md").read_text())}
    modules = {path.name for path in VENDOR.glob("*.js")} - {"x509.entry.js"}

    assert modules <= known
    assert {f"{Path(name).stem}.txt" for name in modules} <= {
        path.name for path in (VENDOR / "licences").iterdir()
    }
    assert (VENDOR.parent / "fonts" / "OFL.txt").is_file()
