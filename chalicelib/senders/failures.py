"""What an AWS service says against a call, as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chalicelib.errors import Unavailable
from chalicelib.texts import printable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

LONGEST = 300  # characters


@contextmanager
def of(service: str) -> Iterator[None]:
    """Make a failed call of a service Unavailable; so is every call where boto3 is not installed."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError:
        raise Unavailable(
            f"{service} needs the package boto3, which is not installed: run `pip install boto3` where the service"
            " runs, and start it again."
        ) from None
    try:
        yield
    except ClientError as error:
        raise Unavailable(f"{service} refused it: {_words(error)}.") from error
    except BotoCoreError as error:
        raise Unavailable(f"{service} does not answer ({type(error).__name__}).") from error


def _words(error: ClientError) -> str:
    said = error.response.get("Error", {})
    words = f"{said.get('Code', 'error')}: {said.get('Message', '')}"
    return printable(words, " ").strip(" .")[:LONGEST]
