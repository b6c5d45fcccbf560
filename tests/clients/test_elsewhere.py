"""Whom else the clients talk to, and that the settings of the README keep our tokens from them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.authority import CA
from tests.clients.commands import Heroku
from tests.clients.fence import Fence
from tests.clients.npm import NEWEST
from tests.e2e.product import Product, fresh

pytestmark = pytest.mark.clients


@pytest.mark.parametrize(
    ("line", "changed", "host"),
    [
        ("whoami", {"HEROKU_PARTICLEBOARD_URL": ""}, "particleboard.heroku.com"),
        ("apps", {"DISABLE_TELEMETRY": ""}, "backboard.heroku.com"),
        ("apps", {"HEROKU_HOST": "http://ssl.example.test", "HEROKU_API_KEY": "none"}, "api.heroku.com"),
    ],
)
def test_newest_talks_to_heroku_unless_it_is_told(
    newest_settings: Mapping[str, str], folder: Path, line: str, changed: dict[str, str], host: str
) -> None:
    """Without one of the settings, or with a host that it refuses, the newest client connects to Heroku."""
    fence = Fence.build()
    newest = Heroku(NEWEST.installed(), folder, {**newest_settings, "HTTPS_PROXY": fence.url})
    with fence.listener, newest.started(line, changed, subprocess.DEVNULL, subprocess.DEVNULL):
        assert host == fence.host()


def test_newest_tells_that_it_refuses_a_host(newest: Heroku) -> None:
    """The only sign of it is a line of warning."""
    outcome = newest.run(
        "apps", HEROKU_HOST="http://ssl.example.test", HEROKU_API_KEY="none", HTTPS_PROXY="http://127.0.0.1:9"
    )

    assert "Warning: Invalid HEROKU_HOST 'http://ssl.example.test' - using default" in outcome.text


def test_article_sends_keys_to_heroku_unless_it_is_told(article: Heroku, ca: CA) -> None:
    """Without SSL_DOCTOR_URL, 7.38 has chain and private key looked at by a server of Heroku's."""
    article.put(fresh(ca, "www.example.com"))
    fence = Fence.build()
    line, variables = (
        "certs:key server.crt server.key -a example",
        {"SSL_DOCTOR_URL": "", "HTTPS_PROXY": fence.url},
    )
    with fence.listener, article.started(line, variables, subprocess.DEVNULL, subprocess.DEVNULL):
        assert "ssl-doctor.heroku.com" == fence.host()


def test_article_sends_its_token_with_statistics(article: Heroku, product: Product) -> None:
    """Unless HEROKU_SKIP_ANALYTICS is 1, 7.38 sends the token with each command to a collector of Heroku's."""
    collector = Fence.build()
    with collector.listener:
        article.done("whoami", HEROKU_ANALYTICS_URL=collector.url)
        skipped = collector.caught(seconds=0)
        line, variables = "whoami", {"HEROKU_ANALYTICS_URL": collector.url, "HEROKU_SKIP_ANALYTICS": ""}
        with article.started(line, variables, subprocess.DEVNULL, subprocess.DEVNULL):
            sent = collector.caught() or ""

    assert skipped is None
    assert f"authorization: bearer {product.told['token']}" in sent.lower()
