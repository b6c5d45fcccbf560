"""What DNS says, asked of a real server on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from chalicelib.errors import Unavailable
from chalicelib.model.answer import NOTHING, Answer, Issuers, Zone
from chalicelib.net.lookup import Dns
from tests import nameserver
from tests.nameserver import SILENT, NameServer, code

WWW, TARGET = "www.example.com", "tokyo-2121.ssl.example.net"
SECONDS = 5.0


@pytest.fixture(scope="module")
def running() -> Iterator[NameServer]:
    """Run a DNS server."""
    with nameserver.running() as server:
        yield server


@pytest.fixture
def server(running: NameServer) -> NameServer:
    """Return the server with nothing in it."""
    running.clear()
    running.chases = True
    running.add(f"{TARGET}. 60 IN A 45.0.0.1")
    running.add(f"{TARGET}. 60 IN A 45.0.0.2")
    running.add(f"{TARGET}. 60 IN AAAA 2a00::1")
    return running


def look_up(server: NameServer, name: str, seconds: float = SECONDS) -> Answer:
    """Ask where a name leads."""
    return Dns(server.address).look_up(name, seconds)


@pytest.mark.parametrize("chases", [True, False])
def test_aliases_are_followed(server: NameServer, chases: bool) -> None:
    """Through several CNAMEs to the addresses, whether the server tells all at once or one at a time."""
    server.chases = chases
    server.add(f"{WWW}. 300 IN CNAME cdn.example.com.")
    server.add(f"cdn.example.com. 30 IN CNAME {TARGET}.")
    found = look_up(server, WWW)

    assert ("cdn.example.com", TARGET) == found.aliases
    assert (["45.0.0.1", "45.0.0.2"], ("2a00::1",)) == (sorted(found.ipv4), found.ipv6)
    assert "" == found.problem


@pytest.mark.parametrize("chases", [True, False])
@pytest.mark.parametrize(
    ("records", "ttl"),
    [
        (f"{WWW}. 3600 IN CNAME {TARGET}.", 3600),
        (f"{WWW}. 30 IN CNAME cdn.example.com.\ncdn.example.com. 7200 IN A 45.0.0.3", 30),
        (f"{WWW}. 300 IN A 45.0.0.3\n{WWW}. 7200 IN AAAA 2a00::3", 7200),
    ],
)
def test_old_record_is_remembered_as_long_as_it_says(
    server: NameServer, chases: bool, records: str, ttl: int
) -> None:
    """What counts is what stands at the name itself, where the new record will; of A and AAAA, the later one."""
    server.chases = chases
    server.add(records)

    assert ttl == look_up(server, WWW).ttl


def test_flattened_name_has_addresses_alone(server: NameServer) -> None:
    """An ALIAS or ANAME shows as addresses."""
    server.add("example.com. 60 IN A 45.0.0.2")

    assert Answer(ipv4=("45.0.0.2",), ttl=60) == look_up(server, "example.com")


def test_wildcard_answers(server: NameServer) -> None:
    """A name below a wildcard has the wildcard's records, one that is there has its own."""
    server.add(f"*.example.com. 60 IN CNAME {TARGET}.")
    server.add("there.example.com. 60 IN TXT here")

    assert (TARGET,) == look_up(server, "any.example.com").aliases
    assert NOTHING == look_up(server, "there.example.com")


@pytest.mark.parametrize("name", ["missing.example.com", "there.example.com"])
def test_nothing_is_an_answer(server: NameServer, name: str) -> None:
    """No such name, and a name without addresses, are known to lead nowhere."""
    server.add("there.example.com. 60 IN TXT here")

    assert NOTHING == look_up(server, name)


@pytest.mark.parametrize("chases", [True, False])
def test_alias_of_nothing_is_kept(server: NameServer, chases: bool) -> None:
    """An alias of a name that is not there is told as an alias."""
    server.chases = chases
    server.add(f"{WWW}. 60 IN CNAME gone.example.org.")

    assert Answer(aliases=("gone.example.org",), ttl=60) == look_up(server, WWW)


@pytest.mark.parametrize("chases", [True, False])
def test_circle_is_told(server: NameServer, chases: bool) -> None:
    """Aliases that lead back, at once or after a while, end the look."""
    server.chases = chases
    server.add("a.example.com. 60 IN CNAME b.example.com.\nb.example.com. 60 IN CNAME a.example.com.")
    server.add("me.example.com. 60 IN CNAME me.example.com.")

    assert (True, True) == tuple(look_up(server, f"{name}.example.com").circular for name in ("a", "me"))


@pytest.mark.parametrize("chases", [True, False])
def test_endless_aliases_end(server: NameServer, chases: bool) -> None:
    """Nobody is led on for ever."""
    server.chases = chases
    server.add("\n".join(f"n{number}.example.com. 60 IN CNAME n{number + 1}.example.com." for number in range(40)))
    server.asked.clear()

    assert look_up(server, "n0.example.com").circular
    assert len(server.asked) < 50


@pytest.mark.parametrize("answer", ["SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"])
def test_failure_is_a_problem(server: NameServer, answer: str) -> None:
    """A server that cannot answer is told with what it says, at once."""
    server.odd[WWW] = code(answer)

    assert Answer(problem=f"DNS does not answer as it should for {WWW} ({answer}).") == look_up(server, WWW)


def test_half_of_it_may_fail(server: NameServer) -> None:
    """What is known is told beside what is not."""
    server.add(f"{WWW}. 60 IN A 45.0.0.1")
    server.odd[f"{WWW} AAAA"] = code("SERVFAIL")
    found = look_up(server, WWW)

    assert ("45.0.0.1",) == found.ipv4
    assert "SERVFAIL" in found.problem


def test_silence_has_a_limit(server: NameServer) -> None:
    """A server that does not answer costs the time that was given and not much more."""
    server.odd[WWW] = SILENT
    began = time.monotonic()
    found = look_up(server, WWW, 0.3)

    assert f"DNS did not answer in time for {WWW}." == found.problem
    assert 0.3 <= time.monotonic() - began < 3


def test_nobody_to_ask_is_a_problem() -> None:
    """A resolver that is no address, or is not there, is a sentence and no fault of ours."""
    assert "DNS" in Dns(("not an address", 53)).look_up(WWW, 1).problem


def test_large_answer_comes_by_tcp(server: NameServer) -> None:
    """An answer that no datagram holds is asked for again."""
    server.add("\n".join(f"{WWW}. 60 IN A 46.0.{number >> 8}.{number & 255}" for number in range(3000)))

    assert 3000 == len(look_up(server, WWW).ipv4)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1"],
)
def test_private_addresses_are_told(server: NameServer, address: str) -> None:
    """Loopback, private, link-local, shared, multicast and reserved addresses are named as such."""
    server.add(f"{WWW}. 60 IN A {address}\n{WWW}. 60 IN A 45.0.0.1\n{WWW}. 60 IN AAAA ::ffff:7f00:1")

    assert {address, "::ffff:127.0.0.1"} == set(look_up(server, WWW).private)


def test_same_is_asked_once(server: NameServer) -> None:
    """Names of one zone share what is asked of the zone."""
    server.add("example.com. 60 IN NS ns1.example.net.")
    dns = Dns(server.address)
    server.asked.clear()
    for name in ("a.example.com", "b.example.com"):
        dns.zone(name, SECONDS)

    assert 1 == server.asked.count(("example.com", "NS"))


def test_zone_and_its_provider(server: NameServer) -> None:
    """The nearest zone counts, and an alias is no zone of its own."""
    server.add("example.com. 60 IN NS ns2.digitalocean.com.\nexample.com. 60 IN NS NS1.digitalocean.com.")
    server.add("deep.example.com. 60 IN NS ns1.example.net.")
    server.add(f"{WWW}. 60 IN CNAME {TARGET}.\n{TARGET}. 60 IN NS ns.example.net.")
    dns = Dns(server.address)
    provided = Zone("example.com", ("ns1.digitalocean.com", "ns2.digitalocean.com"), "DigitalOcean")

    assert [provided, provided, provided] == [dns.zone(n, SECONDS) for n in (WWW, "*.example.com", "example.com")]
    assert Zone("deep.example.com", ("ns1.example.net",), None) == dns.zone("a.deep.example.com", SECONDS)


def test_zone_that_nobody_tells(server: NameServer) -> None:
    """No name server, or no answer, is None; nobody asks for the servers of a public suffix."""
    server.odd["lost.example.org"] = code("SERVFAIL")
    server.asked.clear()
    found = [Dns(server.address).zone(name, SECONDS) for name in ("www.example.co.uk", "lost.example.org")]

    assert [None, None] == found
    assert {"www.example.co.uk", "example.co.uk", "lost.example.org"} == {name for name, _ in server.asked}


@pytest.mark.parametrize(
    ("name", "found_at", "allowed"),
    [
        ("example.com", "example.com", ("letsencrypt.org", "pki.goog")),
        ("a.b.example.com", "example.com", ("letsencrypt.org", "pki.goog")),
        ("*.example.com", "example.com", ("digicert.com",)),
        ("*.b.example.com", "example.com", ("digicert.com",)),
        ("shop.example.com", "shop.example.com", ("sectigo.com",)),
        ("*.shop.example.com", "shop.example.com", ("sectigo.com",)),
        ("a.shop.example.com", "shop.example.com", ("sectigo.com",)),
        ("none.example.com", "none.example.com", ()),
        ("mail.example.com", "mail.example.com", None),
        ("odd.example.com", "odd.example.com", ()),
        ("known.example.com", "known.example.com", None),
        ("alias.example.com", "alias.example.com", ("sectigo.com",)),
        ("example.org", None, None),
    ],
)
def test_issuers(server: NameServer, name: str, found_at: str | None, allowed: tuple[str, ...] | None) -> None:
    """RFC 8659: the nearest records count; issuewild for a wildcard; an unknown critical tag forbids all."""
    server.add("""
        example.com. 60 IN CAA 0 issue "letsencrypt.org; accounturi=https://example.net/1"
        example.com. 60 IN CAA 0 ISSUE "pki.goog"
        example.com. 60 IN CAA 0 issuewild "digicert.com"
        shop.example.com. 60 IN CAA 128 issue "Sectigo.com"
        none.example.com. 60 IN CAA 0 issue ";"
        mail.example.com. 60 IN CAA 0 iodef "mailto:me@example.com"
        odd.example.com. 60 IN CAA 128 tbs "unknown"
        odd.example.com. 60 IN CAA 0 issue "letsencrypt.org"
        known.example.com. 60 IN CAA 0 tbs "unknown"
        alias.example.com. 60 IN CNAME shop.example.com.
    """)

    assert Issuers(found_at, allowed) == Dns(server.address).issuers(name, SECONDS)


def test_issuers_that_nobody_tells(server: NameServer) -> None:
    """RFC 8659: without an answer nobody knows who may issue; that is not the same as everybody."""
    server.odd["example.com CAA"] = code("SERVFAIL")

    assert None is Dns(server.address).issuers(WWW, SECONDS)


@pytest.mark.parametrize(
    ("issuers", "sentence"),
    [
        (Issuers(None, None), "Any authority may issue certificates for it."),
        (Issuers("example.com", ()), "No authority may issue certificates for it (CAA at example.com)."),
        (Issuers("example.com", ("a", "b")), "Only a, b may issue certificates for it (CAA at example.com)."),
    ],
)
def test_issuers_have_a_sentence(issuers: Issuers, sentence: str) -> None:
    """All, none or some."""
    assert sentence == issuers.sentence


def test_texts(server: NameServer) -> None:
    """The parts of a TXT record are joined, and each record stands for itself."""
    server.add('p.example.com. 60 IN TXT "ab" "cd"\np.example.com. 60 IN TXT "other"')

    assert {"abcd", "other"} == set(Dns(server.address).texts("p.example.com", SECONDS))
    assert () == Dns(server.address).texts("missing.example.com", SECONDS)


def test_texts_of_an_alias_are_not_the_names_own(server: NameServer) -> None:
    """Whoever a wildcard or alias leads to does not speak for the name."""
    server.add('*.example.com. 60 IN CNAME p.example.org.\np.example.org. 60 IN TXT "theirs"')

    assert () == Dns(server.address).texts("_ssl-endpoint.example.com", SECONDS)


@pytest.mark.parametrize("odd", [SILENT, code("SERVFAIL")])
def test_texts_need_an_answer(server: NameServer, odd: nameserver.Odd) -> None:
    """Without an answer it is not known what the texts are."""
    server.odd["p.example.com"] = odd
    with pytest.raises(Unavailable):
        Dns(server.address).texts("p.example.com", 0.3)
