"""The walks of the pages, line by line, as a new user types them: the README's, and what is printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from chalicelib.x509 import selfsigned
from tests.authority import CA
from tests.e2e.product import Product, fresh, running, until_served

ROOT = Path(__file__).parents[2]


# Between two lines a person takes longer than an edge needs to follow, which knows an app a moment before its
# certificate. A machine asks again.
PATIENT = f"""
again() {{
  for _ in $(seq 60); do
    if "$@" --fail 2> told && ! grep -q {selfsigned.NAME} told; then cat told >&2; return; fi
    sleep 0.5
  done
  cat told >&2
  return 1
}}
"""


def typed(*pages: str) -> str:
    """Return the lines that pages tell a reader to type."""
    blocks = (
        re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE) for page in pages
    )
    return "\n".join(line for page in blocks for line in page)


def walked(walk: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Type the lines of a walk in a folder; those that ask the edge for an app wait for it."""
    patient = re.sub(r"^(curl .*https://www)", r"again \1", walk, flags=re.MULTILINE)
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", PATIENT + patient],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_walk_of_the_readme_works(product: Product, tmp_path: Path) -> None:
    """Every line succeeds, and the user sees the hostname, the certificate, the app and the records."""
    walk = typed("README.md", "docs/api.md")
    for written, real in (("8443", product.edge_port), ("localhost:8000", f"127.0.0.1:{product.api_port}")):
        walk = walk.replace(written, str(real))
    (tmp_path / ".local").symlink_to(product.state)
    done = walked(walk, tmp_path)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert re.search(r'"cname": "[a-z]+-[0-9]{4}\.ssl\.localhost"', done.stdout)
    assert '"type": "ALIAS or ANAME"' in done.stdout
    assert "subject: C=US; O=Example; CN=www.example.com" in done.stderr
    assert "X-Forwarded-For: 127.0.0.1" in done.stdout
    assert "no such app" in done.stdout
    assert '"state": "deprovisioned"' in done.stdout
    assert '"kind": "slack"' in done.stdout


def test_back_up_of_the_pages_is_restored(product: Product, tmp_path: Path) -> None:
    """What the lines of docs/running.md copy of a running service is served from another folder."""
    leaf = fresh(CA("Back-up"), "www.restored.com")
    product.app("restored")
    product.call(
        "POST", "/apps/restored/ssl-endpoints", {"certificate_chain": leaf.chain_pem, "private_key": leaf.key_pem}
    )
    product.call("POST", "/apps/restored/domains", {"hostname": "www.restored.com"})
    (tmp_path / ".local").symlink_to(product.state)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    done = walked(typed("docs/running.md"), tmp_path)

    assert 0 == done.returncode, done.stdout + done.stderr
    with running(tmp_path / "restored") as restored:
        assert ["restored"] == [app["name"] for app in of_owner(restored) if app["name"] == "restored"]
        until_served(restored, "www.restored.com", leaf.fingerprint)


def of_owner(product: Product) -> list[dict[str, Any]]:
    """Return the apps of the account that the first start makes."""
    found: list[dict[str, Any]] = product.call("GET", "/apps")
    return found


def test_lines_that_are_printed_work(product: Product, tmp_path: Path) -> None:
    """The lines that a start prints lead to an app with a certificate that is served."""
    printed = product.output().partition("line by line:\n")[2].partition("curl -kvI")
    walk = "".join(printed[:2]) + printed[2].partition("\n")[0]
    # The README's walk has these names already: both begin with an empty service.
    done = walked(re.sub("^  ", "", walk, flags=re.MULTILINE).replace("example", "printed"), tmp_path)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert '"code": "self_signed"' in done.stdout
    assert "subject: CN=www.printed.com" in done.stderr
    assert "HTTP/1.1 200 OK" in done.stdout
