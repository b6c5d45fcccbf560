"""Installing the heroku command lines where that cannot be done."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.clients.npm import CACHE, Release

pytestmark = pytest.mark.clients


@pytest.mark.parametrize(("ci", "ending"), [("true", pytest.exit.Exception), ("", pytest.skip.Exception)])
def test_registry_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str, ending: type[BaseException]
) -> None:
    """Before anything lands it ends the run with a sentence; elsewhere the tests are skipped with it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        registry = f"http://127.0.0.1:{free.getsockname()[1]}"
    for name, value in {
        "CI": ci,
        CACHE: str(tmp_path / "clients"),
        "npm_config_cache": str(tmp_path / "npm"),
        "npm_config_registry": registry,
        "npm_config_fetch_retries": "0",
    }.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(
        ending, match=r"(?s)could not be installed with npm\. Can its registry be reached\?.*ECONNREFUSED"
    ):
        Release("11.10.0", "bin/run.js").installed()
    assert [] == list((tmp_path / "clients").iterdir())


def test_machine_without_node_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without Node.js the tests are skipped, and say what they would need."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(pytest.skip.Exception, match=r"need Node\.js 20 or newer with npm, which are not here"):
        Release("11.10.0", "bin/run.js").installed()
