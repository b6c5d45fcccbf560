"""SNS topics, to which notices are published."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import Invalid
from chalicelib.model.notice import Channel, Message
from chalicelib.senders import failures
from chalicelib.senders.way import Way

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?")
FIFO = ".fifo"


@dataclass(frozen=True, slots=True)
class Topics:
    """Publishes notices; see `way.Sender`."""

    client: Callable[[str, str], Any]  # of a service in a region

    def send(self, channel: Channel, message: Message) -> str:
        """Publish a message and return what happened in a sentence; raise Unavailable with one if it failed."""
        order = {"MessageGroupId": message.notice.log, "MessageDeduplicationId": message.id}
        with failures.of("SNS"):
            answer = self.client("sns", _region(channel.target)).publish(
                TopicArn=channel.target,
                Subject=message.subject.encode("ascii", "replace").decode(),
                Message=message.text,
                MessageAttributes={"id": {"DataType": "String", "StringValue": message.id}},
                **(order if channel.target.endswith(FIFO) else {}),
            )
        return f"SNS has taken it as {answer['MessageId']}."


def _check(arn: str) -> str:
    if not TOPIC.fullmatch(arn):
        raise Invalid("A topic is named by its ARN, such as arn:aws:sns:us-east-1:123456789012:ssl-endpoint-me.")
    return arn


def _region(arn: str) -> str:
    """Return where a topic is: SNS takes no message for one of another region."""
    return arn.split(":")[3]


EXAMPLE = "arn:aws:sns:us-east-1:123456789012:ssl"
WAY = Way("sns", _check, lambda means: Topics(means.client), "SNS topic", "ARN", EXAMPLE, "text")
