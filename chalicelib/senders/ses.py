"""E-mail through SES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.model.notice import Channel, Message
from chalicelib.senders import failures
from chalicelib.senders.address import ID_HEADER, plain


@dataclass(frozen=True, slots=True)
class Ses:
    """Sends e-mails through SES; see `way.Sender`."""

    client: Callable[[str], Any]
    sender: str

    def send(self, channel: Channel, message: Message) -> str:
        """Send a message and return what happened in a sentence; raise Unavailable with one if it failed."""
        content = {
            "Subject": {"Data": message.subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": message.text, "Charset": "UTF-8"}},
            "Headers": [{"Name": ID_HEADER, "Value": message.id}],
        }
        to = {"ToAddresses": [plain(channel.target)]}
        with failures.of("SES"):
            answer = self.client("sesv2").send_email(
                FromEmailAddress=self.sender, Destination=to, Content={"Simple": content}
            )
        return f"SES has taken it as {answer['MessageId']}."
