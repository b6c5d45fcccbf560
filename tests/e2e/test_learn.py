"""The operator's command that fills the pool of known intermediates."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.authority import CA
from tests.e2e.product import ROOT, Product


def learn(state: Path, file: Path) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "local.learn", str(file)],
        cwd=ROOT,
        env={**os.environ, "SSL_ENDPOINT_STATE": str(state)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_file_is_learnt_as_far_as_it_leads_to_mozilla(product: Product, tmp_path: Path) -> None:
    """A private authority's intermediates are passed over, and the command says how many were learnt."""
    (tmp_path / "private.pem").write_text(CA("Private").issue_ca("Private Intermediate").pem)
    done = learn(product.state, tmp_path / "private.pem")

    assert (0, "Learnt 0 intermediates that lead to a root of Mozilla.\n") == (done.returncode, done.stdout)


def test_mistakes_are_told(product: Product, tmp_path: Path) -> None:
    """A file that is not there and a folder on which nothing runs are one sentence each."""
    missing = learn(product.state, tmp_path / "missing.pem")
    (tmp_path / "some.pem").write_text(CA().pem)
    nothing = learn(tmp_path, tmp_path / "some.pem")

    assert 1 == missing.returncode == nothing.returncode
    assert missing.stderr.startswith("ssl-endpoint: ")
    assert "make run" in nothing.stderr
    assert "Traceback" not in missing.stderr + nothing.stderr
