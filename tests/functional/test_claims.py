"""Names of another account: refused without a proof in DNS, moved with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest

from chalicelib import stores, wiring
from chalicelib.edge.planner import plan
from chalicelib.errors import Conflict
from chalicelib.model.caller import Caller
from chalicelib.model.feed import DomainEntry, OtherEntry
from chalicelib.record.addons import HostnameTaken
from chalicelib.service.addons import Addons
from chalicelib.service.claims import Claims
from tests.authority import CA
from tests.functional.conftest import Answer, Api, customs, issue
from tests.functional.test_calls import upload
from tests.functional.test_watch import listen, record_of, told
from tests.nameserver import SILENT, NameServer, code

WWW, WILD, PROOF = "www.example.com", "*.example.com", "_ssl-endpoint.www.example.com"


@pytest.fixture
def other(example: Api, login: Callable[..., Api]) -> Api:
    """Return another account, with an app `other`."""
    api = login("other@example.com")
    assert 201 == api.call("POST", "/apps", {"name": "other"}).status
    return api


def add(api: Api, app: str, hostname: str) -> Answer:
    """Add a domain to an app."""
    return api.call("POST", f"/apps/{app}/domains", {"hostname": hostname})


def account(api: Api) -> str:
    """Return the id of an account."""
    return str(api.call("GET", "/account").body["id"])


def value(api: Api) -> str:
    """Return what a proof for an account says."""
    return f"ssl-endpoint-account={account(api)}"


def prove(names: NameServer, api: Api, at: str = PROOF) -> None:
    """Set the record that proves that a name is an account's."""
    names.add(f'{at}. 60 IN TXT "{value(api)}"')


def hostnames(api: Api, app: str) -> list[str]:
    """Return the custom domains of an app."""
    return [each["hostname"] for each in customs(api, app)]


def happened(api: Api, app: str) -> list[tuple[str, str, str]]:
    """Return what happened to an app, newest first."""
    every = api.call("GET", f"/apps/{app}/activity").body
    return [(each["actor"], each["action"], each["detail"]) for each in every]


@pytest.mark.parametrize(
    ("theirs", "mine", "at", "name"),
    [
        (WWW, WWW, PROOF, "_ssl-endpoint.www"),
        (WILD, WWW, PROOF, "_ssl-endpoint.www"),
        (WWW, WILD, "_ssl-endpoint.example.com", "_ssl-endpoint"),
        (WILD, WILD, "_ssl-endpoint.example.com", "_ssl-endpoint"),
        ("example.com", "example.com", "_ssl-endpoint.example.com", "_ssl-endpoint"),
    ],
)
def test_without_a_proof_the_record_is_told(
    example: Api, other: Api, theirs: str, mine: str, at: str, name: str
) -> None:
    """The refusal says which record to set, for people and for programs, and nothing changes."""
    add(example, "example", theirs)
    refused = add(other, "other", mine)

    assert (422, "domain_taken") == (refused.status, refused.body["id"])
    assert {"type": "TXT", "name": name, "zone": "example.com", "value": value(other)} == refused.body["record"]
    assert f"set a TXT record with the name {at} and the value {value(other)}" in refused.body["message"]
    assert "There is no such record yet." in refused.body["message"]
    assert ([theirs], []) == (hostnames(example, "example"), hostnames(other, "other"))


def test_with_a_proof_the_name_moves(example: Api, other: Api, names: NameServer) -> None:
    """The new app has the domain with a check of its own, the old one has neither; both activities say so."""
    add(example, "example", WWW)
    prove(names, other)
    moved = add(other, "other", WWW)

    assert 201 == moved.status
    assert [moved.body] == customs(other, "other")
    assert [] == customs(example)
    assert {} == record_of(example).checks
    assert ("test", "domain.claim", f"{WWW}, another account's until now: proved by DNS") == happened(
        other, "other"
    )[0]
    assert ("domain claim", "domain.lost", WWW) == happened(example, "example")[0]
    assert 404 == example.call("DELETE", f"/apps/example/domains/{WWW}").status
    assert 200 == other.call("DELETE", f"/apps/other/domains/{WWW}").status


def test_both_are_told(example: Api, other: Api, names: NameServer) -> None:
    """A notice goes into the channels of both accounts, each with its side of it."""
    add(example, "example", WWW)
    loser, winner = listen(example), listen(other, "other")
    prove(names, other)
    add(other, "other", WWW)
    [lost], [won] = told(loser), told(winner)

    assert ("moved", "example", False) == (lost.notice.kind, lost.notice.facts["app"], lost.notice.facts["to_us"])
    assert ("moved", "other", True) == (won.notice.kind, won.notice.facts["app"], won.notice.facts["to_us"])
    assert WWW in lost.notice.facts["sentence"]
    assert account(other) not in str(lost.notice.facts)
    assert "other@" not in str(lost.notice.facts)


def test_name_can_move_back(example: Api, other: Api, names: NameServer) -> None:
    """Whoever runs the DNS now has the name, as often as that changes."""
    add(example, "example", WWW)
    prove(names, other)
    add(other, "other", WWW)
    names.clear()
    refused = add(example, "example", WWW)
    prove(names, example)
    back = add(example, "example", WWW)

    assert (422, 201) == (refused.status, back.status)
    assert ([WWW], []) == (hostnames(example, "example"), hostnames(other, "other"))


def test_proof_counts_once(example: Api, other: Api, names: NameServer) -> None:
    """A record that stays in the zone gives nothing back to who lost the name, however that came about."""
    add(example, "example", WWW)
    prove(names, other)
    add(other, "other", WWW)
    prove(names, example)
    add(example, "example", WWW)
    left = add(other, "other", WWW)
    names.add(f'{PROOF}. 60 IN TXT "{left.body["record"]["value"]}"')
    again = add(other, "other", WWW)
    other.call("DELETE", f"/apps/other/domains/{WWW}")
    add(example, "example", WWW)
    given_up = add(other, "other", WWW)

    assert (422, f"{value(other)}/2") == (left.status, left.body["record"]["value"])
    assert "What is there now has another value" in left.body["message"]
    assert 201 == again.status
    assert (422, f"{value(other)}/3") == (given_up.status, given_up.body["record"]["value"])
    assert [WWW] == hostnames(example, "example")


def test_a_proof_of_the_name_is_none_of_the_wildcard(example: Api, other: Api, names: NameServer) -> None:
    """Both are proved at one place: what was used for the one does not stay there for the other."""
    add(example, "example", "example.com")
    add(example, "example", WILD)
    prove(names, other, "_ssl-endpoint.example.com")
    added, refused = add(other, "other", "example.com"), add(other, "other", WILD)

    assert (201, 422) == (added.status, refused.status)
    assert f"{value(other)}/2" == refused.body["record"]["value"]


def test_edges_serve_the_new_app(example: Api, other: Api, names: NameServer) -> None:
    """In whatever order an edge hears of it, the name goes to whoever claimed it last."""
    issued = upload(issue(CA(), WWW))
    example.call("POST", "/apps/example/ssl-endpoints", issued)
    other.call("POST", "/apps/other/addons", {"plan": {"name": "ssl:endpoint"}})
    mine = other.call("POST", "/apps/other/ssl-endpoints", issued).body["id"]
    add(example, "example", WWW)
    before = [entry for entry in stores.feed().changes("") if not isinstance(entry, OtherEntry)]
    prove(names, other)
    add(other, "other", WWW)
    after = [entry for entry in stores.feed().changes("") if not isinstance(entry, OtherEntry)]
    late = [each for each in after if not (isinstance(each, DomainEntry) and each.removed)]
    stale = [each for each in before if isinstance(each, DomainEntry)]

    assert mine == plan(after).certs[WWW]
    assert mine == plan([*late, *stale]).certs[WWW]  # the tombstone has not come yet


@pytest.mark.parametrize(("theirs", "mine"), [(WILD, WWW), (WWW, WILD)])
def test_overlap_stays(example: Api, other: Api, names: NameServer, theirs: str, mine: str) -> None:
    """A name under another's wildcard, or a wildcard over another's names: with a proof each has its own."""
    add(example, "example", theirs)
    prove(names, other, f"_ssl-endpoint.{mine.removeprefix('*.')}")

    assert 201 == add(other, "other", mine).status
    assert ([theirs], [mine]) == (hostnames(example, "example"), hostnames(other, "other"))
    assert [theirs] == list(record_of(example).checks)
    said = f"{mine}, which overlaps with a name of another account: proved by DNS"
    assert ("test", "domain.claim", said) == happened(other, "other")[0]


def test_owner_of_the_wildcard_is_told(example: Api, other: Api, names: NameServer) -> None:
    """Who loses a name under a wildcard hears of it; who has a name under a new wildcard loses nothing."""
    add(example, "example", WILD)
    log = listen(example)
    prove(names, other)
    add(other, "other", WWW)
    [notice] = [each.notice for each in told(log)]

    assert ("moved", WWW, False) == (notice.kind, notice.facts["hostname"], notice.facts["to_us"])
    assert ("domain claim", "domain.lost", f"{WWW}, under {WILD}") == happened(example, "example")[0]


def test_name_and_wildcard_of_two_accounts(
    example: Api, other: Api, names: NameServer, login: Callable[..., Api]
) -> None:
    """A proof takes the name from the one and leaves the wildcard with the other."""
    add(other, "other", WILD)
    prove(names, example)
    add(example, "example", WWW)
    third = login("third@example.com")
    third.call("POST", "/apps", {"name": "third"})
    prove(names, third)

    assert 201 == add(third, "third", WWW).status
    assert [[], [WILD], [WWW]] == [
        hostnames(*each) for each in ((example, "example"), (other, "other"), (third, "third"))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ssl-endpoint-account=",
        "ssl-endpoint-account=00000000-0000-0000-0000-000000000000",
        "SSL-ENDPOINT-ACCOUNT={account}",
        "{account}",
        "ssl-endpoint-account={account}x",
        "xssl-endpoint-account={account}",
        "ssl-endpoint-account={account},ssl-endpoint-account=00000000-0000-0000-0000-000000000000",
        "\\226\\152\\131",
    ],
)
def test_other_value_proves_nothing(example: Api, other: Api, names: NameServer, text: str) -> None:
    """Only exactly the value that was told counts; what is there is told."""
    add(example, "example", WWW)
    names.add(f'{PROOF}. 60 IN TXT "{text.format(account=account(other))}"')
    refused = add(other, "other", WWW)

    assert 422 == refused.status
    assert "What is there now has another value" in refused.body["message"]
    assert [WWW] == hostnames(example, "example")


def test_value_may_be_among_others(example: Api, other: Api, names: NameServer) -> None:
    """Other TXT records at the name, spaces around the value and a value in two parts do no harm."""
    add(example, "example", WWW)
    first, second = value(other)[:20], value(other)[20:]
    names.add(f'{PROOF}. 60 IN TXT "v=spf1 -all"\n{PROOF}. 60 IN TXT " {first}" "{second} "')

    assert 201 == add(other, "other", WWW).status


@pytest.mark.parametrize(
    "zone",
    [
        "*.example.com. 60 IN CNAME p.example.org.\np.example.org. 60 IN TXT {value}",
        "_ssl-endpoint.www.example.com. 60 IN CNAME p.example.org.\np.example.org. 60 IN TXT {value}",
        "_ssl-endpoint.example.com. 60 IN TXT {value}",
        "www.example.com. 60 IN TXT {value}",
    ],
)
def test_record_elsewhere_proves_nothing(example: Api, other: Api, names: NameServer, zone: str) -> None:
    """A value at the end of an alias, which may be anybody's, or at another name is no proof."""
    add(example, "example", WWW)
    names.add(zone.format(value=f'"{value(other)}"'))

    assert 422 == add(other, "other", WWW).status
    assert [WWW] == hostnames(example, "example")


@pytest.mark.parametrize(("odd", "told"), [(code("SERVFAIL"), "SERVFAIL"), (SILENT, "in time")])
def test_dns_that_fails_proves_nothing(example: Api, other: Api, names: NameServer, odd: Any, told: str) -> None:
    """Without an answer the name stays; the refusal says why, with the record all the same."""
    add(example, "example", WWW)
    names.odd[PROOF] = odd
    refused = add(other, "other", WWW)

    assert (422, "domain_taken") == (refused.status, refused.body["id"])
    assert told in refused.body["message"]
    assert "TXT" == refused.body["record"]["type"]


def test_proof_names_the_owner_of_the_app(example: Api, other: Api, names: NameServer) -> None:
    """A collaborator claims for the account that owns the app: its own id proves nothing."""
    add(other, "other", WWW)
    writer = {"user": "writer@example.com", "permission": "write"}
    token = wiring.tokens().issue(wiring.tokens().account("writer@example.com"), "writer", "admin")
    example.call("POST", "/apps/example/collaborators", writer)
    headers = {"Authorization": f"Bearer {token}"}
    body = {"hostname": WWW}
    refused = example.call("POST", "/apps/example/domains", body, **headers)
    prove(names, example)

    assert value(example) == refused.body["record"]["value"]
    assert 201 == example.call("POST", "/apps/example/domains", body, **headers).status


def test_own_other_app_stays_refused(example: Api, names: NameServer) -> None:
    """Between apps of one account there is nothing to prove: remove the name there first."""
    example.call("POST", "/apps", {"name": "second"})
    add(example, "example", WWW)
    prove(names, example)
    refused = add(example, "second", WWW)

    assert (422, "invalid_params") == (refused.status, refused.body["id"])
    assert "in use by another app" in refused.body["message"]
    assert [] == [name for name, _ in names.asked if name.startswith("_ssl-endpoint")]


def test_free_name_is_not_looked_up(example: Api, other: Api, names: NameServer) -> None:
    """DNS is asked only about names that are another account's."""
    add(example, "example", WWW)
    add(other, "other", "free.example.org")

    assert [] == names.asked


def test_refused_claim_may_be_repeated_under_its_key(example: Api, other: Api, names: NameServer) -> None:
    """A claim with an Idempotency-Key is refused, then proved, then told again."""
    add(example, "example", WWW)
    once = {"Idempotency-Key": "claim"}
    path, body = "/apps/other/domains", {"hostname": WWW}
    refused = other.call("POST", path, body, **once)
    prove(names, other)
    first = other.call("POST", path, body, **once)
    again = other.call("POST", path, body, **once)

    assert (422, 201, 201) == (refused.status, first.status, again.status)
    assert first.body == again.body
    assert "true" == again.headers["Idempotency-Replayed"]


def test_of_two_claims_one_wins(example: Api, other: Api, names: NameServer, login: Callable[..., Api]) -> None:
    """Two accounts with a proof claim at once: the name is one's alone."""
    third = login("third@example.com")
    third.call("POST", "/apps", {"name": "third"})
    add(example, "example", WWW)
    prove(names, other)
    prove(names, third)
    domains = wiring.domains()
    callers = {
        name: Caller(account(api), "test", "admin", "r") for name, api in (("other", other), ("third", third))
    }
    records = {name: wiring.apps().find(callers[name], name, "write") for name in callers}
    together = Barrier(2)
    results: dict[str, str] = {}

    def claim(name: str) -> None:
        together.wait()
        try:
            results[name] = domains.add(callers[name], records[name], WWW).app_id
        except Conflict:
            results[name] = "conflict"

    threads = [Thread(target=claim, args=(name,)) for name in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    owners = [name for name, api in (("other", other), ("third", third)) if WWW in hostnames(api, name)]

    assert 1 == len(owners)
    assert records[owners[0]].app.id == results[owners[0]]
    assert [] == hostnames(example, "example")
    assert 1 == len(
        [entry for entry in stores.feed().changes("") if entry.key.endswith(WWW) and not entry.removed]
    )


def test_owner_that_removes_meanwhile(
    example: Api, other: Api, names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the name is given up between look and claim nothing is half done, and the same call works then."""
    add(example, "example", WWW)
    prove(names, other)
    prove_ = Claims._prove

    def slowly(*arguments: Any) -> None:
        prove_(*arguments)
        example.call("DELETE", f"/apps/example/domains/{WWW}")

    with monkeypatch.context() as racing:
        racing.setattr(Claims, "_prove", slowly)
        raced = add(other, "other", WWW)

    assert (409, []) == (raced.status, hostnames(other, "other"))
    assert 201 == add(other, "other", WWW).status


def test_hostname_of_an_endpoint_is_never_given_out_again(example: Api) -> None:
    """A removed add-on's hostname stays claimed: chance that names it again has to try another one."""
    repository = stores.addons()
    caller = Caller(account(example), "test", "admin", "r")

    def addons() -> Addons:
        return Addons(repository, stores.apps(), wiring.activities(), wiring.settings(), wiring.now, Random(7))

    record = record_of(example)
    app = record.app
    assert record.addon is not None
    addons().deprovision(caller, record.addon)
    first = addons().provision(caller, app, "ssl:endpoint")
    addons().deprovision(caller, first)
    second = addons().provision(caller, app, "ssl:endpoint")
    addons().deprovision(caller, second)

    assert first.hostname != second.hostname
    assert None is not first.hostname
    with pytest.raises(HostnameTaken):
        repository.create(replace(first, id=str(uuid4())))
    example.call("DELETE", "/apps/example")
    example.call("POST", "/apps", {"name": "another"})
    another = wiring.apps().find(caller, "another", "write").app
    third = addons().provision(caller, another, "ssl:endpoint")

    assert third.hostname not in {first.hostname, second.hostname}
