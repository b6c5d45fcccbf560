"""What must hold for every configuration of Caddy; how it behaves is for the tests with a real one."""

from __future__ import annotations

import json

import pytest

from chalicelib.edge.caddy import Listeners, configuration

LISTENERS = Listeners(8443, 8080, 14991, "path-that-nobody-knows")


def test_nobody_can_change_or_issue_anything() -> None:
    """There is no admin API, and no certificate is ever asked for."""
    whole = configuration(LISTENERS)
    automation = whole["apps"]["tls"]["automation"]

    assert {"disabled": True, "config": {"persist": False}} == whole["admin"]
    assert [["get_certificate"]] == [list(policy) for policy in automation["policies"]]
    assert {"module": "http", "endpoint": "http://127.0.0.1:14991/refused"} == automation["on_demand"][
        "permission"
    ]
    assert all(server["automatic_https"]["disable"] for server in whole["apps"]["http"]["servers"].values())


@pytest.mark.parametrize(
    ("bind", "edge", "redirect"),
    [
        ("127.0.0.1", "127.0.0.1:8443", "127.0.0.1:8080"),
        ("::", "[::]:8443", "[::]:8080"),
        ("0.0.0.0", "0.0.0.0:8443", "0.0.0.0:8080"),
    ],
)
def test_the_lookup_stays_on_loopback(bind: str, edge: str, redirect: str) -> None:
    """Wherever the edge listens, the listener that hands out keys is for this machine only."""
    servers = configuration(Listeners(8443, 8080, 14991, "x", bind=bind))["apps"]["http"]["servers"]

    assert {"edge": [edge], "redirect": [redirect], "lookup": ["127.0.0.1:14991"]} == {
        name: server["listen"] for name, server in servers.items()
    }


@pytest.mark.parametrize(("http2", "protocols"), [(False, ["h1"]), (True, ["h1", "h2"])])
def test_http2_is_off_unless_wanted(http2: bool, protocols: list[str]) -> None:
    """The setting is the only way to it, and HTTP/3 is never on."""
    servers = configuration(Listeners(8443, 8080, 14991, "x", http2=http2))["apps"]["http"]["servers"]

    assert protocols == servers["edge"]["protocols"]
    assert ["h1"] == servers["redirect"]["protocols"] == servers["lookup"]["protocols"]


def test_the_usual_port_is_not_written() -> None:
    """`https://host/` needs no `:443`."""
    location = json.dumps(configuration(Listeners(443, 80, 14991, "x")))

    assert "https://{http.request.host}{http.request.uri}" in location
    assert "https://{http.request.host}:8443{http.request.uri}" in json.dumps(configuration(LISTENERS))


def test_it_fits_any_state_folder() -> None:
    """All paths are relative to the folder in which Caddy runs."""
    http, tls = configuration(LISTENERS)["apps"]["http"], configuration(LISTENERS)["apps"]["tls"]
    text = json.dumps([http, tls])

    assert '"file_root": "certs"' in text
    assert '"root": "routes"' in text
    assert '"root": "/' not in text


def test_what_is_written_for_counting_goes_nowhere_else() -> None:
    """One log takes it, small and rolling; the log of warnings does not, and neither knows a request's details."""
    whole = configuration(LISTENERS)
    written, servers = whole["logging"]["logs"], whole["apps"]["http"]["servers"]
    access = "http.log.access.traffic"

    assert {"default", "traffic"} == written.keys()
    assert [access] == written["traffic"]["include"] == written["default"]["exclude"]
    assert "sampling" not in written["traffic"]
    assert {"edge", "lookup"} == {name for name, server in servers.items() if "logs" in server}
    assert all({"filter": "delete"} == log["encoder"]["fields"]["request"] for log in written.values())
    assert "traffic/traffic.log" == written["traffic"]["writer"]["filename"]
