"""Signed webhooks and Slack's: judged by the library of Standard Webhooks, on a real https receiver."""

from __future__ import annotations

import base64
import json
import os
import ssl
from datetime import datetime, timezone
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from chalicelib.model.notice import Channel, Delivery, Message, Notice
from chalicelib.net import webhook
from chalicelib.net.webhook import Poster
from chalicelib.senders.slack import Slack
from chalicelib.senders.webhook import Webhooks, secret
from tests.unit.net.receiver import ROOT, answer, receiving

NOW = datetime.now(timezone.utc)
NOTICE = Notice("key", "expiry", "app", NOW, {"app": "example", "names": ["www.example.com"]})


def channel(url: str, kind: str = "webhook") -> Channel:
    """Return a channel to a URL."""
    return Channel("c", "account", None, kind, url, NOW, secret(os.urandom))


def message(text: str = "It expires.") -> Message:
    """Return a message."""
    delivery = Delivery(NOTICE, channel("https://hooks.example.com/"))
    return Message(delivery.message_id, NOTICE, "Subject", text)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Return what trusts the receiver's root."""
    file: Path = tmp_path_factory.mktemp("roots") / "roots.pem"
    file.write_text(ROOT.pem)
    return webhook.context(str(file))


@pytest.fixture
def poster(context: ssl.SSLContext) -> Poster:
    """Return what posts to the receiver."""
    return Poster(context, lambda host, seconds: ["127.0.0.1"], private=True)


def sent(request: bytes) -> tuple[dict[str, str], bytes]:
    """Return a request's headers and body."""
    head, _, body = request.partition(b"\r\n\r\n")
    pairs = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return {name.lower(): value for name, value in pairs}, body


def test_signature_is_that_of_standard_webhooks(poster: Poster) -> None:
    """Its own library, by the real clock, verifies what arrived, and refuses it under another secret."""
    with receiving(answer("204 No Content")) as receiver:
        to = channel(receiver.url)
        outcome = Webhooks(poster, lambda: datetime.now(timezone.utc)).send(to, message())
    headers, body = sent(receiver.received[0])
    told = Webhook(to.secret).verify(body, headers)

    assert "It answered 204." == outcome
    assert ("expiry", "example", "Subject") == (told["type"], told["data"]["app"], told["data"]["subject"])
    assert message().id == headers["webhook-id"]
    with pytest.raises(WebhookVerificationError):
        Webhook(secret(os.urandom)).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(to.secret).verify(body + b" ", headers)


def test_secret_is_made_of_32_random_bytes() -> None:
    """It says what it is, and two are not alike."""
    one, other = (secret(os.urandom) for _ in range(2))

    assert one.startswith("whsec_")
    assert 32 == len(base64.b64decode(one.removeprefix("whsec_")))
    assert one != other


def test_slack_is_sent_text(poster: Poster) -> None:
    """Nothing in a message calls people or makes a link: Slack's own characters are escaped."""
    with receiving(answer("200 OK")) as receiver:
        Slack(poster).send(channel(receiver.url, "slack"), message("<!channel> & <https://evil.example>"))
    headers, body = sent(receiver.received[0])

    assert {"text": "Subject\n&lt;!channel&gt; &amp; &lt;https://evil.example&gt;"} == json.loads(body)
    assert "application/json" == headers["content-type"]
    assert not any(name.startswith("webhook-") for name in headers)
