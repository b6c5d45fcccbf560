"""SNS topics, to which notices are published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import refusals
from chalicelib.model.notice import Channel, Message

FIFO = ".fifo"


@dataclass(frozen=True, slots=True)
class Topics:
    """Publishes notices."""

    client: Callable[[str, str], Any]  # of a service in a region

    def send(self, channel: Channel, message: Message) -> str:
        """Publish a message and return what happened in a sentence; raise Unavailable with one if it failed."""
        order = {"MessageGroupId": message.notice.log, "MessageDeduplicationId": message.id}
        try:
            answer = self.client("sns", _region(channel.target)).publish(
                TopicArn=channel.target,
                Subject=message.subject.encode("ascii", "replace").decode(),
                Message=message.text,
                MessageAttributes={"id": {"DataType": "String", "StringValue": message.id}},
                **(order if channel.target.endswith(FIFO) else {}),
            )
        except (BotoCoreError, ClientError) as error:
            raise refusals.unavailable("SNS", error) from error
        return f"SNS has taken it as {answer['MessageId']}."


def _region(arn: str) -> str:
    """Return where a topic is: SNS takes no message for one of another region."""
    return arn.split(":")[3]
