"""The embedded AWS by itself: guarded, free of races, and still there after kill -9."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local import stack
from local.front import Front
from local.snapshot import Snapshot

ROOT = Path(__file__).parents[2]
ACCESS_KEY = "AKIA" + "A" * 16
RACERS = 50
LIMIT = 60  # seconds for anything here
WRITES = 100  # before the process is killed among more of them


class Cloud:
    """An embedded AWS in a process of its own, that can be killed and started again on the same folder."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._sessions: dict[str, boto3.session.Session] = {}

    def start(self) -> None:
        """Start it and wait until it listens."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.aws", "--state", self.state, "--port", str(self.port)],
            cwd=ROOT,
            env={**os.environ, "AWS_ACCESS_KEY_ID": ACCESS_KEY},
        )
        deadline = time.monotonic() + LIMIT
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), LIMIT).close()
                return
            except OSError:
                assert self.process.poll() is None, "it ended"
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def kill(self) -> None:
        """End it as the kernel would when memory is short."""
        if self.process:
            self.process.kill()
            self.process.wait(LIMIT)

    def session(self, access_key: str = ACCESS_KEY) -> boto3.session.Session:
        """Return a boto3 session whose clients come here."""
        if access_key not in self._sessions:
            self._sessions[access_key] = boto3.session.Session(access_key, "secret", region_name="us-east-1")
        return self._sessions[access_key]

    def ensure_stack(self) -> dict[str, str]:
        """Make the product's own stack, or look at it, and return its outputs."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{self.port}")
            return stack.ensure(self.session())

    def client(self, service: str, access_key: str = ACCESS_KEY) -> Any:
        """Return a client that never tries twice."""
        config = Config(max_pool_connections=RACERS, retries={"total_max_attempts": 1}, read_timeout=LIMIT)
        endpoint = f"http://127.0.0.1:{self.port}"
        return self.session(access_key).client(service, endpoint_url=endpoint, config=config)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Yield an embedded AWS that runs; each test has names of its own in it."""
    cloud = Cloud(tmp_path_factory.mktemp("state"))
    cloud.start()
    yield cloud
    cloud.kill()


@pytest.fixture(scope="module")
def made(cloud: Cloud) -> dict[str, str]:
    """Return the outputs of the product's own stack."""
    return cloud.ensure_stack()


def race(attempt: Callable[[int], object]) -> Counter[str]:
    """Let 50 threads do something at the same moment; count how it ended."""
    start, ended, lock = threading.Barrier(RACERS), Counter[str](), threading.Lock()

    def run(number: int) -> None:
        start.wait(LIMIT)
        try:
            attempt(number)
            result = "won"
        except ClientError as error:
            result = error.response["Error"]["Code"]
        with lock:
            ended[result] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    return ended


def item(pk: str, **more: str) -> dict[str, Any]:
    """Return an item as DynamoDB's wire has it."""
    return {name: {"S": value} for name, value in {"PK": pk, "SK": "X", **more}.items()}


@pytest.mark.usefixtures("made")
class TestRaces:
    """Of fifty that want the same thing at the same moment exactly one gets it, and nobody meets a fault."""

    def test_put_that_must_be_the_first(self, cloud: Cloud, made: dict[str, str]) -> None:
        """A conditional put has one winner."""
        client = cloud.client("dynamodb")

        def attempt(number: int) -> None:
            client.put_item(
                TableName=made["Table"],
                Item=item("one", by=str(number)),
                ConditionExpression="attribute_not_exists(PK)",
            )

        assert {"won": 1, "ConditionalCheckFailedException": RACERS - 1} == race(attempt)

    def test_update_of_the_version_that_was_read(self, cloud: Cloud, made: dict[str, str]) -> None:
        """An update that expects a version has one winner."""
        client = cloud.client("dynamodb")
        client.put_item(TableName=made["Table"], Item=item("head", ver="1"))

        def attempt(number: int) -> None:
            client.update_item(
                TableName=made["Table"],
                Key=item("head"),
                UpdateExpression="SET ver = :new",
                ConditionExpression="ver = :old",
                ExpressionAttributeValues={":old": {"S": "1"}, ":new": {"S": f"2-{number}"}},
            )

        assert {"won": 1, "ConditionalCheckFailedException": RACERS - 1} == race(attempt)

    def test_transaction_is_done_wholly_or_not_at_all(self, cloud: Cloud, made: dict[str, str]) -> None:
        """Of transactions that want one name one wins, and no part of the others is left behind."""
        client = cloud.client("dynamodb")

        def attempt(number: int) -> None:
            parts = [item(f"t-a{number}"), item("t-name"), item(f"t-b{number}")]
            condition = {"TableName": made["Table"], "ConditionExpression": "attribute_not_exists(PK)"}
            client.transact_write_items(TransactItems=[{"Put": {"Item": part, **condition}} for part in parts])

        ended = race(attempt)
        left = client.scan(TableName=made["Table"], ConsistentRead=True)["Items"]

        assert {"won": 1, "TransactionCanceledException": RACERS - 1} == ended
        assert 3 == len([found for found in left if found["PK"]["S"].startswith("t-")])

    def test_counter_counts_everyone(self, cloud: Cloud, made: dict[str, str]) -> None:
        """No addition is lost."""
        client = cloud.client("dynamodb")

        def attempt(_: int) -> None:
            client.update_item(
                TableName=made["Table"],
                Key=item("counter"),
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

        ended = race(attempt)
        counted = client.get_item(TableName=made["Table"], Key=item("counter"))["Item"]["n"]

        assert {"won": RACERS} == ended
        assert {"N": str(RACERS)} == counted

    def test_object_that_must_be_the_first(self, cloud: Cloud, made: dict[str, str]) -> None:
        """An S3 put with If-None-Match has one winner, whose bytes are the ones that are kept."""
        client = cloud.client("s3")
        winners: list[bytes] = []

        def attempt(number: int) -> None:
            body = f"bundle {number}".encode()
            client.put_object(Bucket=made["Bucket"], Key="bundles/one", Body=body, IfNoneMatch="*")
            winners.append(body)

        ended = race(attempt)
        kept = client.get_object(Bucket=made["Bucket"], Key="bundles/one")["Body"].read()

        assert {"won": 1, "PreconditionFailed": RACERS - 1} == ended
        assert winners == [kept]


def test_failed_transaction_with_an_update_leaves_the_item_alone(cloud: Cloud, made: dict[str, str]) -> None:
    """What a transaction changed before one of its conditions failed is as it was."""
    client = cloud.client("dynamodb")
    client.put_item(TableName=made["Table"], Item=item("head", ver="1"))
    update = {
        "TableName": made["Table"],
        "Key": item("head"),
        "UpdateExpression": "SET ver = :new",
        "ExpressionAttributeValues": {":new": {"S": "2"}},
    }
    refused = {"TableName": made["Table"], "Key": item("none"), "ConditionExpression": "attribute_exists(PK)"}

    with pytest.raises(ClientError) as caught:
        client.transact_write_items(TransactItems=[{"Update": update}, {"ConditionCheck": refused}])

    assert "TransactionCanceledException" == caught.value.response["Error"]["Code"]
    assert "1" == client.get_item(TableName=made["Table"], Key=item("head"))["Item"]["ver"]["S"]


def test_transaction_sent_again_is_not_done_again(cloud: Cloud, made: dict[str, str]) -> None:
    """Who did not hear the answer may ask again with the same token, even after kill -9, and gets it."""
    put = {
        "TableName": made["Table"],
        "Item": item("asked-again"),
        "ConditionExpression": "attribute_not_exists(PK)",
    }

    def ask(token: str) -> int:
        client = cloud.client("dynamodb")
        answer = client.transact_write_items(TransactItems=[{"Put": put}], ClientRequestToken=token)
        status: int = answer["ResponseMetadata"]["HTTPStatusCode"]
        return status

    first, second = ask("token-1"), ask("token-1")
    cloud.kill()
    cloud.start()
    third = ask("token-1")
    with pytest.raises(ClientError) as caught:
        ask("token-2")

    assert (200, 200, 200) == (first, second, third)
    assert "TransactionCanceledException" == caught.value.response["Error"]["Code"]


def test_write_that_cannot_be_kept_is_never_acknowledged(tmp_path: Path) -> None:
    """If the state file cannot be written, the process ends instead of answering."""

    class Ended(Exception):
        """Stands for the end of the process."""

    def give_up() -> None:
        raise Ended

    def moto(_: Any, start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [])
        return [b"{}"]

    snapshot = Snapshot(tmp_path)
    front = Front(moto, ACCESS_KEY, snapshot, give_up)
    snapshot.close()
    environ = {
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20261123/us-east-1/s3/aws4_request, x",
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": "/bucket/key",
    }

    with pytest.raises(Ended):
        front.answer(environ, b"")


def test_queries_give_what_the_key_condition_means(cloud: Cloud, made: dict[str, str]) -> None:
    """The table and its sparse index are read in order, from either end and page by page."""
    client = cloud.client("dynamodb")
    for number in range(6):
        more = {"feed": "feed", "changed": f"2026-0{number}"} if number % 2 else {}
        client.put_item(TableName=made["Table"], Item={**item("P", **more), "SK": {"S": f"K{number}"}})
    client.put_item(TableName=made["Table"], Item=item("Q"))
    of_table = {"KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": {"S": "P"}}}
    of_index = {
        "IndexName": "feed",
        "KeyConditionExpression": "feed = :p AND changed >= :c",
        "ExpressionAttributeValues": {":p": {"S": "feed"}, ":c": {"S": "2026-02"}},
    }

    def keys(**query: Any) -> list[str]:
        return [found["SK"]["S"] for found in client.query(TableName=made["Table"], **query)["Items"]]

    first = client.query(TableName=made["Table"], Limit=4, **of_table)

    assert ["K0", "K1", "K2", "K3", "K4", "K5"] == keys(**of_table)
    assert ["K5", "K4", "K3", "K2", "K1", "K0"] == keys(**of_table, ScanIndexForward=False)
    assert ["K4", "K5"] == keys(**of_table, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert ["K3", "K5"] == keys(**of_index)
    assert ["K5", "K3"] == keys(**of_index, ScanIndexForward=False)
    assert [] == keys(**{**of_table, "ExpressionAttributeValues": {":p": {"S": "R"}}})


def test_every_acknowledged_write_survives_kill_9(cloud: Cloud, made: dict[str, str]) -> None:
    """Killed amid writes of eight threads, it comes back with everything that it had acknowledged."""
    dynamodb, s3 = cloud.client("dynamodb"), cloud.client("s3")
    acknowledged: list[str] = []

    def write(thread: int) -> None:
        for number in range(10_000):
            name = f"written-{thread}-{number}"
            try:
                put = {"TableName": made["Table"], "Item": item(name, body="x" * 200)}
                s3.put_object(Bucket=made["Bucket"], Key=name, Body=name.encode())
                dynamodb.transact_write_items(TransactItems=[{"Put": put}])
            except (BotoCoreError, ClientError):
                return
            acknowledged.append(name)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + LIMIT
    while len(acknowledged) <= WRITES and time.monotonic() < deadline:
        time.sleep(0.05)
    cloud.kill()
    for thread in threads:
        thread.join(LIMIT)
    cloud.start()
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=made["Table"])
    items = {name for page in pages for found in page["Items"] if "written" in (name := found["PK"]["S"])}
    listed = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=made["Bucket"])
    objects = {found["Key"] for page in listed for found in page["Contents"]}

    assert len(acknowledged) > WRITES
    assert set(acknowledged) <= items
    assert items <= objects


def test_everything_comes_back_as_it_was(cloud: Cloud, made: dict[str, str]) -> None:
    """After kill -9 keys decrypt, items have their types, objects their versions, and the stack is the same."""
    context = {"app": "1"}
    sealed = cloud.client("kms").generate_data_key(KeyId=made["Key"], KeySpec="AES_256", EncryptionContext=context)
    kept = {
        **item("typed"),
        "number": {"N": "1.50"},
        "binary": {"B": b"\x00\xff"},
        "list": {"L": [{"S": "a"}, {"M": {"b": {"BOOL": True}}}]},
        "texts": {"SS": ["x", "y"]},
        "none": {"NULL": True},
    }
    cloud.client("dynamodb").put_item(TableName=made["Table"], Item=kept)
    for name in ("gone", "changed"):
        cloud.client("dynamodb").put_item(TableName=made["Table"], Item=item(name))
    cloud.client("dynamodb").delete_item(TableName=made["Table"], Key=item("gone"))
    kept_versions = {"Bucket": made["Bucket"], "VersioningConfiguration": {"Status": "Enabled"}}
    cloud.client("s3").put_bucket_versioning(**kept_versions)
    for body in (b"first", b"second"):
        cloud.client("s3").put_object(Bucket=made["Bucket"], Key="back/twice", Body=body)
    cloud.client("s3").put_object(Bucket=made["Bucket"], Key="back/gone", Body=b"")
    cloud.client("s3").delete_object(Bucket=made["Bucket"], Key="back/gone")

    cloud.kill()
    cloud.start()
    opened = cloud.client("kms").decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)
    found = cloud.client("dynamodb").get_item(TableName=made["Table"], Key=item("typed"))["Item"]
    gone = cloud.client("dynamodb").get_item(TableName=made["Table"], Key=item("gone"))
    versions = cloud.client("s3").list_object_versions(Bucket=made["Bucket"], Prefix="back/")["Versions"]
    objects = cloud.client("s3").list_objects_v2(Bucket=made["Bucket"], Prefix="back/")["Contents"]

    assert sealed["Plaintext"] == opened["Plaintext"]
    assert kept == {**found, "texts": {"SS": sorted(found["texts"]["SS"])}}
    assert "Item" not in gone
    assert 2 == len([listed for listed in versions if listed["Key"] == "back/twice"])
    assert ["back/twice"] == [listed["Key"] for listed in objects]
    assert made == cloud.ensure_stack()


def test_wrong_access_key_is_refused_before_any_work(cloud: Cloud) -> None:
    """Who does not know the state folder's access key gets 403, for each service and for moto's own pages."""
    with pytest.raises(ClientError) as caught:
        cloud.client("s3", "AKIA" + "B" * 16).list_buckets()
    with pytest.raises(urllib.error.HTTPError) as unsigned:
        urllib.request.urlopen(f"http://127.0.0.1:{cloud.port}/moto-api/data.json", timeout=LIMIT)
    unsigned.value.close()

    assert 403 == caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert 403 == unsigned.value.code


def test_page_of_a_browser_gets_no_cors_headers(cloud: Cloud) -> None:
    """A web page can neither read nor write: its preflight is refused like everything unsigned."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{cloud.port}/", method="OPTIONS", headers={"Origin": "https://evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=LIMIT)
    caught.value.close()

    assert 403 == caught.value.code
    assert "Access-Control-Allow-Origin" not in caught.value.headers


def test_state_is_private_to_its_owner(cloud: Cloud, made: dict[str, str]) -> None:
    """The database, which holds key material, has mode 0600 with all its side files."""
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in cloud.state.iterdir()}

    assert made
    assert {"0o600"} == set(modes.values())


@pytest.mark.parametrize("part", ["moto", "format"])
def test_state_of_another_version_is_refused_in_one_sentence(tmp_path: Path, part: str) -> None:
    """A database that another version wrote is left alone; the message names the folder and what to do."""
    cloud = Cloud(tmp_path)
    cloud.start()
    cloud.kill()
    with sqlite3.connect(tmp_path / "aws.sqlite") as database:
        database.execute("UPDATE meta SET value = 99 WHERE name = ?", (part,))
    database.close()

    ended = subprocess.run(
        [sys.executable, "-m", "local.aws", "--state", tmp_path, "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "AWS_ACCESS_KEY_ID": ACCESS_KEY},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )

    assert 1 == ended.returncode
    assert 1 == len(ended.stderr.splitlines())
    assert str(tmp_path) in ended.stderr
    assert "SSL_ENDPOINT_STATE" in ended.stderr


def test_memory_does_not_grow_with_transactions(cloud: Cloud, made: dict[str, str]) -> None:
    """Nothing of a finished transaction stays in memory."""
    if not Path("/proc/self/status").exists():
        pytest.skip("memory is read from /proc")
    client = cloud.client("dynamodb")

    def transact() -> None:
        puts = [
            {"Put": {"TableName": made["Table"], "Item": item(str(part), body="x" * 20_000)}} for part in range(10)
        ]
        client.transact_write_items(TransactItems=puts)

    def resident() -> int:
        assert cloud.process
        status = Path(f"/proc/{cloud.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    for _ in range(50):
        transact()
    before = resident()
    for _ in range(100):
        transact()

    assert resident() - before < 10_000  # kB; as moto comes, it would be above 200,000
