"""Whether DNS leads a domain to its target, by what was found."""

from __future__ import annotations

import pytest

from chalicelib.model.answer import Answer, Zone
from chalicelib.model.pointing import INVALID, UNKNOWN, VALID, DnsState, judge, probe_name

WWW, TARGET = "www.example.com", "tokyo-2121.ssl.example.net"
THERE = Answer(ipv4=("45.0.0.1", "45.0.0.2"), ipv6=("2a00::1", "2a00::2"), ttl=60)
LATE = Answer(problem="DNS did not answer in time for x.")


def judged(found: Answer, expected: Answer = THERE, hostname: str = WWW) -> DnsState:
    """Judge an answer."""
    return judge(hostname, TARGET, found, expected)


def codes(found: Answer, expected: Answer = THERE) -> tuple[str, list[str]]:
    """Return the state and why."""
    state = judged(found, expected)
    return state.state, [reason.code for reason in state.reasons]


@pytest.mark.parametrize(
    "found",
    [
        Answer(aliases=(TARGET,), ipv4=("45.0.0.1",)),
        Answer(aliases=("cdn.example.com", TARGET)),
        Answer(aliases=(TARGET, "edge.example.net"), ipv4=("46.0.0.1",)),
        Answer(aliases=(TARGET,), problem="DNS did not answer in time."),
        Answer(ipv4=("45.0.0.2",)),
        Answer(ipv4=("45.0.0.1", "45.0.0.2"), ipv6=("2a00::2",)),
        Answer(ipv6=("2a00::1",)),
    ],
)
def test_name_leads_here(found: Answer) -> None:
    """By an alias, however many there are, or by addresses that are all the target's."""
    assert (VALID, []) == codes(found)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (Answer(), "missing"),
        (Answer(aliases=("gone.example.org",)), "dangling"),
        (Answer(aliases=("a.example.com", WWW), circular=True), "circular"),
        (Answer(ipv4=("46.0.0.1",)), "elsewhere"),
        (Answer(ipv6=("2b00::1",)), "elsewhere"),
        (Answer(aliases=("cdn.example.org",), ipv4=("46.0.0.1",)), "elsewhere"),
        (Answer(ipv4=("46.0.0.1",), problem="DNS did not answer in time."), "elsewhere"),
        (Answer(ipv4=("45.0.0.1",), ipv6=("2b00::1",)), "ipv6_elsewhere"),
        (Answer(ipv4=("45.0.0.1", "46.0.0.1")), "split"),
        (Answer(ipv4=("46.0.0.1",), ipv6=("2a00::1",)), "split"),
        (Answer(ipv4=("45.0.0.1",), ipv6=("2a00::1", "2b00::1")), "split"),
    ],
)
def test_name_does_not_lead_here(found: Answer, code: str) -> None:
    """Each way of not leading here has a code, a sentence and a remedy."""
    state = judged(found)

    assert (INVALID, [code]) == (state.state, [reason.code for reason in state.reasons])
    assert WWW in state.sentence
    assert state.reasons[0].remedy in state.sentence


@pytest.mark.parametrize(
    ("found", "expected", "code"),
    [
        (LATE, THERE, "unanswered"),
        (Answer(ipv4=("45.0.0.1",), problem="DNS did not answer in time."), THERE, "unanswered"),
        (Answer(ipv4=("46.0.0.1",)), LATE, "target_unanswered"),
        (
            Answer(ipv4=("45.0.0.1",), ipv6=("2a00::1",)),
            Answer(ipv4=("45.0.0.1",), problem="Late."),
            "target_unanswered",
        ),
    ],
)
def test_silence_is_no_verdict(found: Answer, expected: Answer, code: str) -> None:
    """What DNS does not say is unknown, be it of the name or of the target."""
    assert (UNKNOWN, [code]) == codes(found, expected)


def test_private_address_is_reported() -> None:
    """An address that nobody outside can reach is told as such, unless it is where the name should lead."""
    private = Answer(ipv4=("10.0.0.7",), private=("10.0.0.7",))

    assert (INVALID, ["elsewhere", "private"]) == codes(private)
    assert "10.0.0.7 is an address of a private network" in judged(private).reasons[1].sentence
    assert (VALID, []) == codes(private, Answer(ipv4=("10.0.0.7",)))


@pytest.mark.parametrize(
    ("ttl", "told"),
    [
        (None, None),
        (0, None),
        (1, "1 second."),
        (119, "119 seconds."),
        (120, "2 minutes."),
        (7199, "119 minutes."),
        (7200, "2 hours."),
        (86400, "24 hours."),
    ],
)
def test_old_record_lasts(ttl: int | None, told: str | None) -> None:
    """The sentence says for how long the old record is remembered."""
    sentence = judged(Answer(ipv4=("46.0.0.1",), ttl=ttl)).sentence

    assert (f"for up to {told}" in sentence) if told else ("for up to" not in sentence)


@pytest.mark.parametrize(
    ("hostname", "record"),
    [
        (WWW, "Set a CNAME record, with the name www in the zone example.com,"),
        ("example.com", "Set an ALIAS or ANAME record, with the name @ in the zone example.com,"),
        ("*.example.co.uk", "Set a CNAME record, with the name * in the zone example.co.uk,"),
    ],
)
def test_remedy_is_the_record(hostname: str, record: str) -> None:
    """The remedy names the record to set, as the provider's form asks for it."""
    remedy = judged(Answer(), hostname=hostname).reasons[0].remedy

    assert remedy.startswith(record)
    assert f"points at {TARGET}" in remedy


def test_remedy_names_the_provider() -> None:
    """Where the provider is known the remedy says where to go."""
    zone = Zone("example.com", ("a.ns.cloudflare.com",), "Cloudflare")

    assert "record at Cloudflare, with" in judge(WWW, TARGET, Answer(), THERE, zone).sentence


@pytest.mark.parametrize(
    ("hostname", "asked"),
    [
        (WWW, WWW),
        ("*.example.com", "ssl-endpoint-check.example.com"),
        (
            f"*.{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 55}.com",
            f"x.{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 55}.com",
        ),
    ],
)
def test_wildcard_is_probed(hostname: str, asked: str) -> None:
    """A wildcard is asked for by a name below it, which is no longer than a name can be."""
    assert asked == probe_name(hostname)
    assert len(asked) <= 253
