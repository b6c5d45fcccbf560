"""The README's walk with curl and openssl, line by line, as a new user types it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.e2e.product import Product

README = Path(__file__).parents[2] / "README.md"


def test_walk_of_the_readme_works(product: Product, tmp_path: Path) -> None:
    """Every line succeeds, and the user sees the hostname, the certificate, the app and the records."""
    walk = "\n".join(re.findall(r"^```sh\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE))
    for written, real in (("8443", product.edge_port), ("localhost:8000", f"127.0.0.1:{product.api_port}")):
        walk = walk.replace(written, str(real))
    # Between two lines a person takes longer than an edge needs to follow.
    walk = re.sub(r"^curl", "sleep 1.5; curl", walk, flags=re.MULTILINE)
    (tmp_path / ".local").symlink_to(product.state)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", walk],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert re.search(r'"cname": "[a-z]+-[0-9]{4}\.ssl\.localhost"', done.stdout)
    assert '"type": "ALIAS or ANAME"' in done.stdout
    assert "subject: C=US; O=Example; CN=www.example.com" in done.stderr
    assert "X-Forwarded-For: 127.0.0.1" in done.stdout
    assert "no such app" in done.stdout
    assert '"state": "deprovisioned"' in done.stdout
