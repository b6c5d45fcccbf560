"""E-mail: through SES, or as files in a folder where there is no SES."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import refusals
from chalicelib.errors import Unavailable
from chalicelib.model.notice import Channel, Message

# One plain address (RFC 5321's Dot-string, a domain of A-labels): nothing that a mail program could read as two.
ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z0-9-]+(\.[a-z0-9-]+)*", re.A | re.I)
ID_HEADER = "X-SSL-Endpoint-Message"
log = logging.getLogger("ssl_endpoint")


@dataclass(frozen=True, slots=True)
class Mail:
    """Sends e-mails through SES."""

    client: Callable[[str], Any]
    sender: str

    def send(self, channel: Channel, message: Message) -> str:
        """Send a message and return what happened in a sentence; raise Unavailable with one if it failed."""
        content = {
            "Subject": {"Data": message.subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": message.text, "Charset": "UTF-8"}},
            "Headers": [{"Name": ID_HEADER, "Value": message.id}],
        }
        to = {"ToAddresses": [_plain(channel.target)]}
        try:
            answer = self.client("sesv2").send_email(
                FromEmailAddress=self.sender, Destination=to, Content={"Simple": content}
            )
        except (BotoCoreError, ClientError) as error:
            raise refusals.unavailable("SES", error) from error
        return f"SES has taken it as {answer['MessageId']}."


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes e-mails to files, one a message, however often it is sent."""

    path: Path
    sender: str

    def send(self, channel: Channel, message: Message) -> str:
        """Write a message and return what happened in a sentence; raise Unavailable with one if it failed."""
        written = _written(self.sender, _plain(channel.target), message)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(self.path / f"{message.id}.eml", written)
        except OSError as error:
            raise Unavailable(f"The mail folder cannot be written: {error.strerror}.") from error
        log.info("mail for %s: %s (%s.eml)", channel.target, message.subject, message.id)
        return f"It is in the mail folder, as {message.id}.eml."


def _written(sender: str, to: str, message: Message) -> bytes:
    mail = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.notice.at)
    mail["Message-ID"] = f"<{message.id}@{address.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail[ID_HEADER] = message.id
    mail.set_content(message.text, cte="8bit")  # a person who opens the file can copy the commands
    return bytes(mail)


def _replace(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read, all at once."""
    beside = file.with_suffix(f".{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)


def _plain(address: str) -> str:
    if not ADDRESS.fullmatch(address):
        raise Unavailable(f"{address[:80]!r} is not an address that mail can be sent to: make another channel.")
    return address
