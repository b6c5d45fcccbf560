"""`python -m local token`: an operator makes a token, whether the product runs or not."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.product import CALL_SECONDS, ROOT, Product, running


def token(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "local", "token", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=CALL_SECONDS,
        check=False,
    )


def status(product: Product, secret: str, path: str, body: dict[str, str] | None = None) -> int:
    """Return how a call with a token is answered."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{product.told['api']}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_token_is_made_while_the_product_runs(product: Product) -> None:
    """It works at once, for its scope alone; the account is made once."""
    reader = token("reader@example.com", "--scope", "read", "--state", product.state)
    again = token("reader@example.com", "--state", product.state)

    assert (0, 0) == (reader.returncode, again.returncode), reader.stderr + again.stderr
    assert 200 == status(product, reader.stdout.strip(), "/apps")
    assert 403 == status(product, reader.stdout.strip(), "/apps", {"name": "of-a-reader"})
    assert 201 == status(product, again.stdout.strip(), "/apps", {"name": "of-a-writer"})


def test_token_is_made_before_the_first_start(tmp_path: Path) -> None:
    """The folder and the record are made, and the product starts on them."""
    made = token("early@example.com", "--state", tmp_path / "state")
    with running(tmp_path / "state") as product:
        answered = status(product, made.stdout.strip(), "/account")

    assert (0, "") == (made.returncode, made.stderr)
    assert 200 == answered


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("nobody",), "nobody"), (("a@example.com", "--scope", "all"), "--scope"), ((), "email")],
)
def test_token_of_nonsense_is_refused(tmp_path: Path, arguments: tuple[str, ...], word: str) -> None:
    """One line says what is wrong, and no token is printed."""
    told = token(*arguments, "--state", tmp_path / "state")

    assert told.returncode != 0
    assert word in told.stderr.splitlines()[-1]
    assert "Traceback" not in told.stderr
    assert "" == told.stdout
