"""The pages' lines for the heroku command lines, typed as they stand there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.clients.commands import Heroku
from tests.e2e.product import Product

pytestmark = pytest.mark.clients

ROOT = Path(__file__).parents[2]
SHORT = (ROOT / "README.md").read_text().partition("## Use it with the heroku CLI")[2].partition("\n## ")[0]
LONG = (ROOT / "docs" / "heroku.md").read_text()
SECONDS = 180


def lines(text: str) -> list[str]:
    """Return a text's lines to type, but for those that install something."""
    blocks = re.findall(r"(<!-- no test[^\n]*\n)?^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line[2:] for skipped, block in blocks if not skipped for line in block.splitlines()]


def test_lines_of_the_readme_work(newest: Heroku, product: Product, folder: Path, openssl: None) -> None:
    """Every line succeeds, the certificate is served, and the app answers behind it."""
    said = walked(SHORT, {"heroku": newest}, product, folder)

    assert "subject: CN=www.blog.example" in re.sub("CN = ", "CN=", said)
    assert "HTTP/1.1 200 OK" in said


def test_lines_of_the_page_work(
    newest: Heroku, article: Heroku, product: Product, folder: Path, openssl: None
) -> None:
    """Every line succeeds, the certificate is shown and served, and rolled back."""
    said = walked(LONG, {"heroku": newest, "heroku7": article}, product, folder)

    assert "Common Name(s): www.shop.example" in said
    assert "subject: CN=www.shop.example" in re.sub("CN = ", "CN=", said)
    assert "New active certificate details:" in said
    assert "shop now served by" in said
    assert 1 == product.call("GET", "/apps/shop/ssl-endpoints")[0]["version"]


def walked(text: str, commands: Mapping[str, Heroku], product: Product, folder: Path) -> str:
    """Type the lines of a text with these commands, and return what they printed."""
    for name, heroku in commands.items():
        (folder / name).write_text(f'#!/bin/sh\nexec node "{heroku.program}" "$@"\n')
        (folder / name).chmod(0o700)
    (folder / ".local").symlink_to(product.state)
    # Between two lines a person takes longer than an edge needs to follow.
    walk = "\n".join(re.sub("^curl -k", "sleep 1.5; curl -k", line) for line in lines(text))
    for written, real in (("8443", product.edge_port), ("127.0.0.1:8000", f"127.0.0.1:{product.api_port}")):
        walk = walk.replace(written, str(real))
    home = commands["heroku"].environment["HOME"]
    return typed(walk, folder, {"HOME": home, "DEMO": product.told["demo"]})


def typed(walk: str, folder: Path, variables: Mapping[str, str]) -> str:
    """Run the lines in a shell, the first that fails being the last, and return what they printed."""
    environment = {
        **variables,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "TERM": "dumb",
        "HEROKU_DISABLE_AUTOUPDATE": "1",
        "HEROKU_SKIP_NEW_VERSION_CHECK": "true",
    }
    with subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", walk],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            said, _ = shell.communicate(timeout=SECONDS)
        finally:
            if shell.poll() is None:
                os.killpg(shell.pid, signal.SIGKILL)

    assert shell.returncode == 0, said
    return said
