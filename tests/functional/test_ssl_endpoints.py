"""Endpoints over the API: upload, show, update, roll back, remove."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib import stores, wiring
from chalicelib.model.feed import EndpointEntry
from tests.authority import CA, LeafCert
from tests.functional.conftest import Api, issue
from tests.functional.worlds import at_rest, sealed
from tests.records import MOTO, SQLITE

RECORDS = (SQLITE, MOTO)
ENDPOINTS = "/apps/example/ssl-endpoints"


@pytest.fixture(scope="module")
def ca() -> CA:
    """Return a private certificate authority."""
    return CA()


def upload(issued: LeafCert, **more: Any) -> dict[str, Any]:
    """Return the body that uploads a certificate."""
    return {"certificate_chain": issued.chain_pem, "private_key": issued.key_pem, **more}


def test_upload_is_described_and_listed(example: Api, ca: CA) -> None:
    """The answer names the hostname and the certificate's facts, and never the key."""
    issued = issue(ca, "www.example.com", "example.com")
    [addon] = example.call("GET", "/apps/example/addons").body
    made = example.call("POST", ENDPOINTS, upload(issued))
    cert = made.body["ssl_cert"]

    assert 201 == made.status
    assert addon["hostname"] == made.body["cname"]
    assert addon["hostname"].partition(".")[0] == made.body["name"]
    assert ["www.example.com", "example.com"] == cert["cert_domains"]
    assert (False, False) == (cert["trusted"], cert["self_signed?"])
    assert datetime.strptime(cert["expires_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc) > wiring.now()
    assert "PRIVATE KEY" not in json.dumps(made.body)
    assert [made.body] == example.call("GET", ENDPOINTS).body
    for identity in (
        made.body["id"],
        made.body["name"],
        made.body["cname"],
        made.body["cname"].replace(".", "%2E"),
    ):
        assert made.body == example.call("GET", f"{ENDPOINTS}/{identity}").body


def test_upload_needs_the_addon(api: Api, ca: CA) -> None:
    """Without the add-on an upload is a 403 that says how to provision it."""
    api.call("POST", "/apps", {"name": "example"})
    refused = api.call("POST", ENDPOINTS, upload(issue(ca, "www.example.com")))

    assert (403, "forbidden") == (refused.status, refused.body["id"])
    assert "addons:create ssl:endpoint" in refused.body["message"]


def test_second_upload_is_refused(example: Api, ca: CA) -> None:
    """An app has one certificate: a second POST says to update it."""
    example.call("POST", ENDPOINTS, upload(issue(ca, "www.example.com")))

    assert 422 == example.call("POST", ENDPOINTS, upload(issue(ca, "other.example.com"))).status


def test_form_upload_works(example: Api, ca: CA) -> None:
    """A form, as `curl --data-urlencode private_key@server.key` sends it, is as good as JSON."""
    form = urlencode(upload(issue(ca, "www.example.com"), preprocess="false")).encode()
    made = example.call("POST", ENDPOINTS, form, **{"Content-Type": "application/x-www-form-urlencoded"})

    assert 201 == made.status


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "utf-16-be"])
def test_form_of_a_file_in_any_encoding_works(example: Api, ca: CA, encoding: str) -> None:
    """Curl sends a file's octets: of PowerShell's `>`, which writes UTF-16, or with umlauts of ten years ago."""
    issued = issue(ca, "www.example.com")
    files = {"certificate_chain": f"Müller\n{issued.chain_pem}", "private_key": issued.key_pem}
    form = urlencode({name: text.encode(encoding) for name, text in files.items()}).encode()
    made = example.call("POST", ENDPOINTS, form, **{"Content-Type": "application/x-www-form-urlencoded"})

    assert (201, issued.chain_pem) == (made.status, made.body["certificate_chain"])


def test_update_and_roll_back(example: Api, ca: CA) -> None:
    """An update serves version 2, a roll-back version 1 again, and a second roll-back has nothing to go to."""
    first = example.call("POST", ENDPOINTS, upload(issue(ca, "one.example.com"))).body
    path = f"{ENDPOINTS}/{first['name']}"
    second = example.call("PATCH", path, upload(issue(ca, "two.example.com"))).body
    back = example.call("PATCH", path, {"rollback": True}).body
    nothing = example.call("PATCH", path, {"rollback": True})
    third = example.call("PATCH", path, upload(issue(ca, "three.example.com"))).body
    states = [(each["version"], each["state"]) for each in example.call("GET", f"{path}/versions").body]

    assert [(1, None), (2, 1), (1, None), (3, 1)] == [
        (each["version"], each["previous_version"]) for each in (first, second, back, third)
    ]
    assert first["ssl_cert"] == back["ssl_cert"]
    assert (422, "No previous certificate to roll back to.") == (nothing.status, nothing.body["message"])
    assert [(3, "active"), (2, "replaced"), (1, "previous")] == states


def test_same_file_again_changes_nothing(example: Api, ca: CA) -> None:
    """The active certificate uploaded once more, in any form, is a 200 without a new version, sealed or not."""
    issued = issue(ca, "www.example.com")
    first = example.call("POST", ENDPOINTS, upload(issued)).body
    before = sealed()
    path, same = f"{ENDPOINTS}/{first['name']}", upload(issued)
    for text in (
        issued.chain_pem,
        issued.chain_pem.replace("\n", "\r\n"),
        f"from the authority\n{issued.chain_pem}",
    ):
        again = example.call("PATCH", path, {**same, "certificate_chain": text})
        as_sent = example.call("PATCH", path, {**same, "certificate_chain": text, "preprocess": False})

        assert (200, first) == (again.status, again.body) == (as_sent.status, as_sent.body)
    assert before == sealed()


def test_update_may_keep_the_key_in_use(example: Api, ca: CA) -> None:
    """A renewed certificate for the same key needs no upload of the key; one for another key does."""
    issued = issue(ca, "www.example.com")
    renewed = issue(ca, "www.example.com", "shop.example.com", key=issued.key)
    name = example.call("POST", ENDPOINTS, upload(issued)).body["name"]
    updated = example.call("PATCH", f"{ENDPOINTS}/{name}", {"certificate_chain": renewed.chain_pem})
    other = example.call("PATCH", f"{ENDPOINTS}/{name}", {"certificate_chain": issue(ca, "a.example.com").pem})

    assert (200, 2) == (updated.status, updated.body["version"])
    assert renewed.fingerprint == updated.body["details"]["fingerprint"]
    assert 422 == other.status
    assert "another private key" in other.body["message"]


def test_removal_and_a_new_start(example: Api, ca: CA) -> None:
    """A removed endpoint is gone, frees the add-on, and a new one keeps the hostname but not the history."""
    first = example.call("POST", ENDPOINTS, upload(issue(ca, "www.example.com"))).body
    refused = example.call("DELETE", "/apps/example/addons/ssl:endpoint")
    removed = example.call("DELETE", f"{ENDPOINTS}/{first['cname']}")
    gone = example.call("GET", f"{ENDPOINTS}/{first['name']}")
    second = example.call("POST", ENDPOINTS, upload(issue(ca, "www.example.com"))).body

    assert 422 == refused.status
    assert "certs:remove" in refused.body["message"]
    assert (200, first) == (removed.status, removed.body)
    assert (404, "not_found", "ssl_endpoint") == (gone.status, gone.body["id"], gone.body["resource"])
    assert (first["cname"], 1, None) == (second["cname"], second["version"], second["previous_version"])
    assert first["id"] != second["id"]


def test_addon_goes_after_the_certificate(example: Api, ca: CA) -> None:
    """Once the certificate is removed the add-on can be removed too."""
    name = example.call("POST", ENDPOINTS, upload(issue(ca, "www.example.com"))).body["name"]
    example.call("DELETE", f"{ENDPOINTS}/{name}")

    assert 200 == example.call("DELETE", "/apps/example/addons/ssl:endpoint").status


def bad_uploads(ca: CA) -> dict[str, dict[str, Any]]:
    """Return uploads that cannot be used, by what is wrong with them."""
    good, other = issue(ca, "www.example.com"), issue(ca, "other.example.com")
    csr = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
    encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"
    return {
        "nothing": {},
        "no key": {"certificate_chain": good.chain_pem},
        "no certificate": {"private_key": good.key_pem},
        "not PEM": upload(good, certificate_chain="hello"),
        "key not PEM": upload(good, private_key="hello"),
        "a request": upload(good, certificate_chain=csr),
        "other key": upload(good, private_key=other.key_pem),
        "encrypted key": upload(good, private_key=encrypted),
        "cut": upload(good, certificate_chain=good.chain_pem[:200]),
        "numbers": {"certificate_chain": 1, "private_key": 2},
        "preprocess": upload(good, preprocess="maybe"),
        "rollback": {"rollback": "perhaps"},
        "NUL": upload(good, certificate_chain="\0" * 1000),
    }


def test_bad_upload_is_told_and_changes_nothing(example: Api, ca: CA) -> None:
    """Whatever is wrong with an upload is a 422 with a sentence; nothing is stored, by POST or by PATCH."""
    before = sealed()
    for wrong, body in bad_uploads(ca).items():
        refused = example.call("POST", ENDPOINTS, body)
        assert (422, "invalid_params") == (refused.status, refused.body["id"]), wrong
        assert refused.body["message"].rstrip("`)").endswith("."), refused.body
    assert [] == example.call("GET", ENDPOINTS).body
    good = example.call("POST", ENDPOINTS, upload(issue(ca, "www.example.com"))).body
    for wrong, body in bad_uploads(ca).items():
        if wrong == "no key":
            continue  # an update may keep the one in use
        assert 422 == example.call("PATCH", f"{ENDPOINTS}/{good['name']}", body).status, wrong
    assert [good] == example.call("GET", ENDPOINTS).body
    assert 1 == len(sealed() - before)


def test_too_large_upload_is_refused(example: Api, ca: CA) -> None:
    """A body of more than 256 KB is a 413."""
    refused = example.call("POST", ENDPOINTS, upload(issue(ca, "a.example.com"), certificate_chain="x" * 263_000))

    assert (413, "request_too_large") == (refused.status, refused.body["id"])


def test_other_accounts_see_nothing(example: Api, login: Callable[..., Api], ca: CA) -> None:
    """Every route below another account's app is a 404."""
    name = example.call("POST", ENDPOINTS, upload(issue(ca, "www.example.com"))).body["name"]
    other = login("other@example.com")
    paths = {ENDPOINTS: ["GET", "POST"], f"{ENDPOINTS}/{name}": ["GET", "PATCH", "DELETE"]}
    paths[f"{ENDPOINTS}/{name}/versions"] = ["GET"]

    assert {404} == {other.call(method, path, {}).status for path, methods in paths.items() for method in methods}


def test_key_rests_only_encrypted(example: Api, ca: CA, kept: str) -> None:
    """Nothing that is stored holds the key's bytes; only the vault gives them back, behind the chain."""
    issued = issue(ca, "www.example.com")
    example.call("POST", ENDPOINTS, upload(issued))
    [endpoint] = [entry for entry in stores.feed().changes("") if isinstance(entry, EndpointEntry)]
    opened = stores.vault().open(endpoint.app_id, endpoint.endpoint_id, endpoint.version_id).decode()
    secret = "".join(issued.key_pem.splitlines()[1:-1])[30:90]
    rest = at_rest(kept).replace("\\n", "").replace("\n", "")

    assert opened.index("BEGIN CERTIFICATE") < opened.index("BEGIN PRIVATE KEY")
    assert secret in opened.replace("\n", "")
    assert issued.fingerprint in rest
    assert secret not in rest


def test_history_is_told_in_the_activity(example: Api, ca: CA) -> None:
    """Every change is written with who, when and what, in the transaction of the change itself."""
    name = example.call("POST", ENDPOINTS, upload(issue(ca, "one.example.com"))).body["name"]
    example.call("PATCH", f"{ENDPOINTS}/{name}", upload(issue(ca, "two.example.com")))
    example.call("PATCH", f"{ENDPOINTS}/{name}", {"rollback": True})
    example.call("DELETE", f"{ENDPOINTS}/{name}")
    app_id = example.call("GET", "/apps/example").body["id"]
    told = [activity.action for activity in wiring.activities().page(app_id, None, 10)[0]]

    assert [
        "endpoint.remove",
        "endpoint.rollback",
        "endpoint.update",
        "endpoint.create",
        "addon.provision",
        "app.create",
    ] == told
