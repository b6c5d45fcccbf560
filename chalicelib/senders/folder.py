"""E-mail as files in a folder, where there is nothing that would send it."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path

from chalicelib.errors import Unavailable
from chalicelib.model.notice import Channel, Message
from chalicelib.senders.address import ID_HEADER, plain

log = logging.getLogger("ssl_endpoint")


@dataclass(frozen=True, slots=True)
class MailFolder:
    """Writes e-mails to files, one a message, however often it is sent; see `way.Sender`."""

    path: Path
    sender: str

    def send(self, channel: Channel, message: Message) -> str:
        """Write a message and return what happened in a sentence; raise Unavailable with one if it failed."""
        written = _written(self.sender, plain(channel.target), message)
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
