"""Which certificate and which app a name gets from a real edge."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e import edges, origins
from tests.e2e.edges import Edge


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """Run one edge for all tests of this file."""
    with edges.running(tmp_path_factory.mktemp("names")) as edge:
        yield edge


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Run one echoing app."""
    with origins.echo() as origin:
        yield origin


@pytest.fixture
def default(edge: Edge) -> str:
    """Return the fingerprint of the edge's own certificate."""
    return edges.fingerprint_of((edge.folder.root / "certs/default.pem").read_bytes())


def test_each_name_gets_its_certificate(edge: Edge) -> None:
    """The SNI decides, not what a certificate says: two names, two certificates with the same subject."""
    one, two = edge.serve("one.example.com"), edge.serve("two.example.com")

    assert one == edge.fingerprint("one.example.com")
    assert two == edge.fingerprint("two.example.com")


def test_a_client_that_trusts_the_authority_is_content(edge: Edge) -> None:
    """The intermediate is served too, so that the root alone is enough to verify."""
    edge.serve("trusted.example.com")
    context = ssl.create_default_context(cadata=edges.root().pem)
    raw = socket.create_connection(edge.address, timeout=edges.ANSWER_SECONDS)
    with context.wrap_socket(raw, server_hostname="trusted.example.com") as connection:
        assert (("DNS", "trusted.example.com"),) == (connection.getpeercert() or {})["subjectAltName"]


@pytest.mark.parametrize("sni", ["unknown.example.com", "example.com", "localhost", "default", None])
def test_an_unknown_name_gets_the_default_certificate(edge: Edge, default: str, sni: str | None) -> None:
    """Nobody is shown a tenant's certificate who did not ask for the tenant."""
    edge.serve("known.example.com")

    assert default == edge.fingerprint(sni)


@pytest.mark.parametrize(
    "sni", ["..", "../versions/e-known", "_.known.example.com", "*.known.example.com", "known/"]
)
def test_a_strange_name_gets_nothing_of_a_tenant(edge: Edge, sni: str) -> None:
    """What is no name ends in an alert, whatever file it resembles."""
    edge.serve("*.known.example.com", endpoint_id="e-known")
    address = ":".join(map(str, edge.address))
    shown = subprocess.run(
        ["openssl", "s_client", "-connect", address, "-servername", sni],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert 0 != shown.returncode
    assert b"BEGIN CERTIFICATE" not in shown.stdout


def test_a_wildcard_stands_for_one_label(edge: Edge, origin: str, default: str) -> None:
    """`*.wild.example.com` serves its sub-domains, but not theirs nor its parent; an exact name goes before."""
    wildcard = edge.serve("*.wild.example.com", origin)
    exact = edge.serve("exact.wild.example.com", origin)

    assert wildcard == edge.fingerprint("a.wild.example.com")
    assert exact == edge.fingerprint("exact.wild.example.com")
    assert default == edge.fingerprint("a.b.wild.example.com")
    assert default == edge.fingerprint("wild.example.com")
    assert 200 == edge.get("a.wild.example.com").status
    assert 200 == edge.get("exact.wild.example.com").status
    assert 404 == edge.get("a.b.wild.example.com").status
    assert 404 == edge.get("wild.example.com").status


def test_the_case_of_a_name_does_not_matter(edge: Edge, origin: str) -> None:
    """DNS names are the same in upper case, in the handshake as in the request, wildcards too."""
    shown = edge.serve("case.example.com", origin)
    wildcard = edge.serve("*.case.example.com", origin)

    assert shown == edge.fingerprint("CASE.Example.Com")
    assert wildcard == edge.fingerprint("A.Case.example.com")
    assert 200 == edge.get("CASE.Example.Com").status
    assert 200 == edge.get("A.Case.Example.com").status


@pytest.mark.parametrize(
    "host", ["dot.example.com.", "DOT.example.com.", "dot.example.com:8443", "Dot.example.com.:1"]
)
def test_a_host_may_end_with_a_dot_or_a_port(edge: Edge, origin: str, host: str) -> None:
    """A browser sends the port, and a dot if the user typed one."""
    edge.serve("dot.example.com", origin)

    with edges.Client(edge, host, sni="dot.example.com") as client:
        assert 200 == client.get().status


@pytest.mark.parametrize(
    "host", ["..", ".", "*", "*.example.com", "[h]ost.example.com", "default", "127.0.0.1", "[::1]"]
)
def test_a_strange_host_is_no_app(edge: Edge, origin: str, host: str) -> None:
    """What is no name of an app is answered with 404, whatever file names it resembles."""
    edge.serve("host.example.com", origin)
    with edges.Client(edge, host, sni="host.example.com") as client:
        answer = client.get()

    assert (404, b"no such app\n") == (answer.status, answer.body)


def test_a_long_host_does_not_match_its_end(edge: Edge, origin: str) -> None:
    """A name of more labels than the slow path looks at is no app, even if its last labels are one."""
    tail = ".".join("abcdefghijklmn")
    edge.serve(f"{tail}.example.com", origin)

    assert 200 == edge.get(f"{tail}.Example.com").status
    assert 404 == edge.get(f"x.{tail}.Example.com").status


def test_an_endpoint_shows_the_certificate_but_is_no_app(edge: Edge, origin: str) -> None:
    """The DNS target shows the customer's certificate, so that it can be checked, and answers "no such app"."""
    shown = edge.serve("www.example.com", origin, endpoint_id="e-tokyo")
    edge.folder.link("tokyo-2121.ssl.localhost", "e-tokyo")
    answer = edge.get("tokyo-2121.ssl.localhost")

    assert shown == edge.fingerprint("tokyo-2121.ssl.localhost")
    assert (404, b"no such app\n") == (answer.status, answer.body)
    assert not {"Server", "Via"} & answer.headers.keys()


def test_a_spoilt_bundle_hurts_only_its_own_name(edge: Edge, origin: str) -> None:
    """The handshake for that name fails; all others go on, and a mended file is served at once."""
    healthy = edge.serve("healthy.example.com", origin)
    edge.serve("spoilt.example.com", origin, endpoint_id="e-spoilt")
    (edge.folder.root / "versions/e-spoilt.pem").write_text("-----BEGIN CERTIFICATE-----\nspoilt\n")

    with pytest.raises(ssl.SSLError, match="internal error"):
        edge.fingerprint("spoilt.example.com")
    assert healthy == edge.fingerprint("healthy.example.com")
    assert edge.install("e-spoilt") == edge.fingerprint("spoilt.example.com")


def test_a_removed_name_is_served_no_more(edge: Edge, origin: str, default: str) -> None:
    """After the removal the name is as unknown as any other."""
    edge.serve("gone.example.com", origin)
    edge.folder.unroute("gone.example.com")
    edge.folder.unlink("gone.example.com")

    assert default == edge.fingerprint("gone.example.com")
    assert 404 == edge.get("gone.example.com").status
