"""`python -m local` that cannot start says why in one sentence, and touches nothing."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from chalicelib.sqlite import database, keys
from local.folder import FORMAT
from tests.e2e.product import CALL_SECONDS, ROOT

FREE = {"SSL_ENDPOINT_API_PORT": "0", "SSL_ENDPOINT_EDGE_PORT": "0", "SSL_ENDPOINT_EDGE_HTTP_PORT": "0"}


def refused(*arguments: object, **environment: str) -> str:
    """Start it, and return the one sentence with which it refuses."""
    ended = subprocess.run(
        [sys.executable, "-m", "local", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **FREE, **environment},
        capture_output=True,
        text=True,
        timeout=CALL_SECONDS,
        check=False,
    )
    assert 1 == ended.returncode, ended
    assert "" == ended.stdout
    assert 1 == len(ended.stderr.splitlines()), ended.stderr
    return ended.stderr


@pytest.mark.parametrize("setting", ["API_PORT", "EDGE_PORT", "EDGE_HTTP_PORT"])
@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_taken_port(tmp_path: Path, setting: str, address: str) -> None:
    """It names the port, who has it and the setting that chooses another one."""
    with socket.create_server((address, 0)) as taken:
        port = taken.getsockname()[1]
        told = refused("--state", tmp_path / "state", **{f"SSL_ENDPOINT_{setting}": str(port)})

    assert f"Port {port} is taken" in told
    assert f"SSL_ENDPOINT_{setting}" in told
    if sys.platform == "linux":
        assert f"(process {os.getpid()})" in told


def test_state_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """It names the folder and the setting."""
    (tmp_path / "file").touch()
    told = refused("--state", tmp_path / "file" / "state")

    assert str(tmp_path / "file" / "state") in told
    assert "SSL_ENDPOINT_STATE" in told


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_state_folder_of_somebody_else(tmp_path: Path) -> None:
    """A folder without write permission is refused."""
    tmp_path.chmod(0o500)
    told = refused(SSL_ENDPOINT_STATE=str(tmp_path))
    tmp_path.chmod(0o700)

    assert "cannot be written" in told


def test_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """A folder with other files in it is not made a state folder."""
    (tmp_path / "thesis.txt").write_text("precious")
    told = refused("--state", tmp_path)

    assert "thesis.txt" in told
    assert {"thesis.txt", "lock"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("name", ["state.json", "record.sqlite"])
def test_state_folder_of_another_version(tmp_path: Path, name: str) -> None:
    """It says which version made the folder, and what to do."""
    (tmp_path / "state.json").write_text(json.dumps({"format": 99 if name == "state.json" else FORMAT}))
    (tmp_path / "record.sqlite").write_bytes(b"" if name == "state.json" else b"not a database" * 100)
    keys.make(tmp_path / "record.sqlite.key")
    told = refused("--state", tmp_path)

    assert str(tmp_path) in told
    assert "format 99" in told or "record.sqlite cannot be used" in told


def test_folder_of_the_release_before(tmp_path: Path) -> None:
    """A folder whose record is not SQLite's is refused, and left as it is."""
    (tmp_path / "state.json").write_text(json.dumps({"format": 2, "access_key": "AKIA"}))
    (tmp_path / "aws.sqlite").write_bytes(b"its record")
    told = refused("--state", tmp_path)

    assert "made by another version of SSL Endpoint (format 2" in told
    assert not (tmp_path / "record.sqlite").exists()


def test_record_without_its_key(tmp_path: Path) -> None:
    """No new key is made, with which nothing would open: it says which file is missing."""
    (tmp_path / "state.json").write_text(json.dumps({"format": FORMAT}))
    database.connect(str(tmp_path / "record.sqlite")).close()
    told = refused("--state", tmp_path)

    assert "record.sqlite.key: No such file" in told
    assert not (tmp_path / "record.sqlite.key").exists()


def test_record_of_a_newer_release(tmp_path: Path) -> None:
    """It says that a newer release wrote it, and leaves it as it is."""
    (tmp_path / "state.json").write_text(json.dumps({"format": FORMAT}))
    keys.make(tmp_path / "record.sqlite.key")
    with closing(sqlite3.connect(tmp_path / "record.sqlite")) as newer:
        newer.execute("PRAGMA user_version = 99")
    told = refused("--state", tmp_path)

    assert "written by a newer release of SSL Endpoint (version 99" in told


@pytest.mark.parametrize("content", [b"", b'{"form', b"[]", b"\xff"])
def test_damaged_state(tmp_path: Path, content: bytes) -> None:
    """It names the file, and leaves it as it is."""
    (tmp_path / "state.json").write_bytes(content)
    told = refused("--state", tmp_path)

    assert f"{tmp_path / 'state.json'} is damaged" in told
    assert content == (tmp_path / "state.json").read_bytes()


@pytest.mark.parametrize(
    "content", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_private_roots_that_cannot_be_used(tmp_path: Path, content: str | None) -> None:
    """It names the file."""
    file = tmp_path / "roots.pem"
    if content is not None:
        file.write_text(content)
    told = refused("--state", tmp_path / "state", EXTRA_ROOTS_PEM=str(file))

    assert f"EXTRA_ROOTS_PEM, the file {file}, cannot be used" in told
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SSL_ENDPOINT_ZONE", "not a zone"),
        ("SSL_ENDPOINT_ZONE", "-x.example"),
        ("SSL_ENDPOINT_API_PORT", "http"),
        ("SSL_ENDPOINT_EDGE_PORT", "65536"),
        ("SSL_ENDPOINT_EDGE_HTTP2", "maybe"),
        ("SSL_ENDPOINT_PRICE_CENTS", "$20"),
        ("SSL_ENDPOINT_PRICE_CENTS", "-1"),
    ],
)
def test_setting_that_makes_no_sense(tmp_path: Path, variable: str, value: str) -> None:
    """It names the variable and the value."""
    told = refused("--state", tmp_path / "state", **{variable: value})

    assert variable in told
    assert value in told


def test_two_settings_with_one_port(tmp_path: Path) -> None:
    """The same port cannot be given twice."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = refused("--state", tmp_path / "state", "--api-port", port, "--edge-port", port)

    assert f"Port {port} is wanted twice" in told
    assert "SSL_ENDPOINT_EDGE_PORT" in told


def test_flag_goes_before_variable(tmp_path: Path) -> None:
    """A setting given both ways is the flag's."""
    told = refused("--state", tmp_path / "state", "--zone", "!flag!", SSL_ENDPOINT_ZONE="!variable!")

    assert "!flag!" in told


def test_help_names_every_setting() -> None:
    """--help lists the flags and says how the variables are called."""
    told = subprocess.run(
        [sys.executable, "-m", "local", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=CALL_SECONDS,
        check=True,
    ).stdout

    assert all(name in told for name in ("--state", "--api-port", "--edge-port", "--edge-http-port", "--zone"))
    assert all(
        name in told for name in ("--extra-roots-pem", "--edge-http2", "--price-cents", "SSL_ENDPOINT_API_PORT")
    )
