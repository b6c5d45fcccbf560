"""E-mail, by SES and as files, and SNS: against moto's own inbox."""

from __future__ import annotations

import email
import logging
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from chalicelib import stores
from chalicelib.errors import Unavailable
from chalicelib.model.notice import Channel, Message, Notice
from chalicelib.senders.folder import MailFolder
from chalicelib.senders.ses import Ses
from chalicelib.senders.sns import Topics
from chalicelib.senders.way import Sender
from tests.authority import NOW
from tests.records import MOTO, REGION

RECORDS = (MOTO,)
SENDER = "ssl-endpoint@example.net"
MESSAGE = Message("5e0c", Notice("key", "test", "app-id", NOW, {}), "Tést: it expires", "Line one\nlíne two\n")
TO = Channel("c", "account", None, "email", "me@example.com", NOW)


@pytest.fixture
def client(kept: str) -> Callable[..., Any]:
    """Return what makes clients, for an SES that knows the sender and nobody else."""
    boto3.client("ses", region_name=REGION).verify_email_identity(EmailAddress=SENDER)
    return stores.client


@pytest.fixture
def topic(kept: str) -> Iterator[Callable[..., str]]:
    """Yield a function that makes a topic."""
    sns, made = boto3.client("sns", region_name=REGION), []

    def make(name: str, **attributes: str) -> str:
        made.append(sns.create_topic(Name=name, Attributes=attributes)["TopicArn"])
        return str(made[-1])

    yield make
    for arn in made:
        sns.delete_topic(TopicArn=arn)


def inbox() -> list[Any]:
    """Return what SES was given."""
    return list(ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages)


def published(arn: str) -> list[Any]:
    """Return what a topic was given: (id, message, subject, attributes, group)."""
    return list(sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[arn].sent_notifications)


def test_ses_takes_a_message(client: Callable[[str], Any]) -> None:
    """It arrives with sender, addressee, subject and text, and the outcome has SES's id."""
    outcome = Ses(client, SENDER).send(TO, MESSAGE)
    sent = inbox()[-1]

    assert (SENDER, ["me@example.com"]) == (sent.source, sent.destinations["ToAddresses"])
    assert (MESSAGE.subject, MESSAGE.text) == (sent.subject, sent.body)
    assert sent.id in outcome


def test_refusal_of_ses_is_a_sentence(client: Callable[[str], Any]) -> None:
    """What SES says against it is what the log tells."""
    with pytest.raises(Unavailable, match="SES refused it: MessageRejected: Email address not verified"):
        Ses(client, "stranger@example.net").send(TO, MESSAGE)


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com\r\nBcc: all@example.com",
        "a@example.com\nBcc: all@example.com",
        "a,b@example.com",
        "<a@example.com>",
        '"a"@example.com',
        "a@example.com,b@example.com",
        "a;b@example.com",
        "bücher@example.com",
        "a@exa mple.com",
        "a@example.com\x00",
        "",
    ],
)
def test_address_that_could_be_more_than_one_is_refused(
    client: Callable[[str], Any], tmp_path: Path, address: str
) -> None:
    """No address brings another header or another addressee along, by either way."""
    before, to = len(inbox()), replace(TO, target=address)
    for way in (Ses(client, SENDER), MailFolder(tmp_path / "mail", SENDER)):
        with pytest.raises(Unavailable, match="not an address"):
            way.send(to, MESSAGE)

    assert before == len(inbox())
    assert [] == list(tmp_path.iterdir())


def read(file: Path) -> EmailMessage:
    """Read an e-mail."""
    mail = email.message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_mail_is_a_file_that_only_its_owner_can_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One file a message, whatever its letters, and a line in the log; nothing else is left in the folder."""
    folder = tmp_path / "mail"
    with caplog.at_level(logging.INFO, "ssl_endpoint"):
        outcome = MailFolder(folder, f"SSL Endpoint <{SENDER}>").send(TO, MESSAGE)
    [file] = folder.iterdir()
    mail = read(file)

    assert ("5e0c.eml", 0o600, 0o700) == (
        file.name,
        *(stat.S_IMODE(each.stat().st_mode) for each in (file, folder)),
    )
    assert (f"SSL Endpoint <{SENDER}>", "me@example.com", MESSAGE.subject) == (
        mail["From"],
        mail["To"],
        mail["Subject"],
    )
    assert MESSAGE.text == mail.get_content().replace("\r\n", "\n")
    assert ("<5e0c@example.net>", "5e0c") == (mail["Message-ID"], mail["X-SSL-Endpoint-Message"])
    assert "5e0c.eml" in outcome
    assert "me@example.com" in caplog.text


def test_same_message_again_is_the_same_file(tmp_path: Path) -> None:
    """Whoever sends it twice has sent it once; the newer words stand."""
    for text in ("first\n", "second\n"):
        MailFolder(tmp_path, SENDER).send(TO, replace(MESSAGE, text=text))
    [file] = tmp_path.iterdir()

    assert "second\n" == read(file).get_content().replace("\r\n", "\n")


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The attempt fails with a sentence."""
    (tmp_path / "mail").write_text("a file")
    with pytest.raises(Unavailable, match="mail folder cannot be written"):
        MailFolder(tmp_path / "mail", SENDER).send(TO, MESSAGE)


def test_topic_is_published_to(client: Callable[..., Any], topic: Callable[..., str]) -> None:
    """It gets subject, text and id; the subject in ASCII, which is all that SNS takes."""
    arn = topic("ssl-endpoint-me")
    outcome = Topics(client).send(replace(TO, kind="sns", target=arn), MESSAGE)
    [(message_id, text, subject, attributes, *_)] = published(arn)

    assert (MESSAGE.text, "T?st: it expires") == (text, subject)
    assert "5e0c" in attributes["id"].values()
    assert message_id in outcome


def test_topic_of_another_region_is_published_to_there(client: Callable[..., Any]) -> None:
    """SNS refuses, unlike moto, what comes for it to any other region."""
    called = []
    there = boto3.client("sns", region_name="eu-north-1")
    arn = there.create_topic(Name="ssl-endpoint-there")["TopicArn"]

    def noting(service: str, region: str) -> Any:
        made = client(service, region)
        called.append(made.meta.region_name)
        return made

    Topics(noting).send(replace(TO, kind="sns", target=arn), MESSAGE)
    there.delete_topic(TopicArn=arn)

    assert ["eu-north-1"] == called


def test_fifo_topic_drops_repetitions(client: Callable[..., Any], topic: Callable[..., str]) -> None:
    """The message's id is its deduplication id, and the app its group."""
    arn = topic("ssl-endpoint-me.fifo", FifoTopic="true")
    Topics(client).send(replace(TO, kind="sns", target=arn), MESSAGE)

    assert "app-id" in published(arn)[0]


def test_refusal_of_sns_is_a_sentence(client: Callable[..., Any]) -> None:
    """A topic that is not there is told as such."""
    missing = f"arn:aws:sns:{REGION}:{DEFAULT_ACCOUNT_ID}:missing"
    with pytest.raises(Unavailable, match="SNS refused it: NotFound"):
        Topics(client).send(replace(TO, kind="sns", target=missing), MESSAGE)


def test_service_that_does_not_answer_is_told(kept: str) -> None:
    """So is one that cannot be reached."""
    from botocore.exceptions import EndpointConnectionError  # noqa: PLC0415

    def client(service: str, region: str = REGION) -> Any:
        raise EndpointConnectionError(endpoint_url=service)

    topic = replace(TO, kind="sns", target=f"arn:aws:sns:{REGION}:{DEFAULT_ACCOUNT_ID}:ssl-endpoint-me")
    with pytest.raises(Unavailable, match="SNS does not answer"):
        Topics(client).send(topic, MESSAGE)
    with pytest.raises(Unavailable, match="SES does not answer"):
        Ses(client, SENDER).send(TO, MESSAGE)


@pytest.mark.parametrize(("way", "service"), [(Ses(stores.client, SENDER), "SES"), (Topics(stores.client), "SNS")])
def test_boto3_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, way: Sender, service: str) -> None:
    """On one server it need not be installed: whoever wants such a channel is told what to install."""
    monkeypatch.setitem(sys.modules, "botocore.exceptions", None)
    topic = f"arn:aws:sns:{REGION}:{DEFAULT_ACCOUNT_ID}:ssl-endpoint-me"
    with pytest.raises(Unavailable, match=f"{service} needs the package boto3.*pip install boto3"):
        way.send(replace(TO, target=topic if service == "SNS" else TO.target), MESSAGE)
