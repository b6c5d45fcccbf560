"""Whom else the clients talk to, and that the settings of the README keep our tokens from them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.authority import CA
from tests.clients.commands import Heroku
from tests.clients.fence import Fence
from tests.e2e.product import Product, fresh

pytestmark = pytest.mark.clients


def caught(heroku: Heroku, fence: Fence, line: str, **variables: str) -> str:
    """Run a command until its first request comes to the fence; return the request's head.

    The command is killed then, so it gets a home of its own to leave behind.
    """
    home = heroku.folder / "home"
    shutil.copytree(heroku.environment["HOME"], home)
    changed = {**variables, "HOME": str(home)}
    with fence.listener, heroku.started(line, changed, subprocess.DEVNULL, subprocess.DEVNULL):
        return fence.caught() or ""


@pytest.mark.parametrize(
    ("line", "changed", "host"),
    [
        ("whoami", {"HEROKU_PARTICLEBOARD_URL": ""}, "particleboard.heroku.com"),
        ("apps", {"DISABLE_TELEMETRY": ""}, "backboard.heroku.com"),
        ("apps", {"HEROKU_HOST": "http://ssl.example.test", "HEROKU_API_KEY": "none"}, "api.heroku.com"),
    ],
)
def test_newest_talks_to_heroku_unless_it_is_told(
    newest: Heroku, line: str, changed: dict[str, str], host: str
) -> None:
    """Without one of the settings, or with a host that it refuses, the newest client connects to Heroku."""
    fence = Fence.build()

    assert f"CONNECT {host}:443 " in caught(newest, fence, line, **changed, HTTPS_PROXY=fence.url)


def test_newest_tells_that_it_refuses_a_host(newest: Heroku) -> None:
    """The only sign of it is a line of warning."""
    closed = "http://127.0.0.1:9"
    told = newest.refused("apps", HEROKU_HOST="http://a.example", HEROKU_API_KEY="none", HTTPS_PROXY=closed)

    assert "Warning: Invalid HEROKU_HOST 'http://a.example' - using default" in told


def test_article_sends_keys_to_heroku_unless_it_is_told(article: Heroku, ca: CA) -> None:
    """Without SSL_DOCTOR_URL, 7.38 has chain and private key looked at by a server of Heroku's."""
    article.put(fresh(ca, "www.example.com"))
    fence = Fence.build()
    line, elsewhere = (
        "certs:key server.crt server.key -a example",
        {"SSL_DOCTOR_URL": "", "HTTPS_PROXY": fence.url},
    )

    assert "CONNECT ssl-doctor.heroku.com:443 " in caught(article, fence, line, **elsewhere)


def test_article_sends_its_token_with_statistics(article: Heroku, product: Product) -> None:
    """Unless HEROKU_SKIP_ANALYTICS is 1, 7.38 sends the token with each command to a collector of Heroku's."""
    collector = Fence.build()
    article.done("whoami", HEROKU_ANALYTICS_URL=collector.url)
    skipped = collector.caught(seconds=0)
    sent = caught(article, collector, "whoami", HEROKU_ANALYTICS_URL=collector.url, HEROKU_SKIP_ANALYTICS="")

    assert skipped is None
    assert f"authorization: bearer {product.told['token']}" in sent.lower()
