"""What a Lambda that only lists has to import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTING = """
import sys
import app
from chalicelib import wiring
for made in (wiring.tokens, wiring.apps, wiring.addons, wiring.domains, wiring.endpoints, wiring.removal):
    made()
print(*(name for name in ("cryptography", "jinja2", "dns", "email.policy") if name in sys.modules))
"""


def test_listing_imports_no_cryptography() -> None:
    """Everything but uploads and inspections works without importing cryptography, which costs most."""
    done = subprocess.run(
        [sys.executable, "-c", LISTING],
        cwd=ROOT,
        env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "" == done.stdout.strip()
