"""What an AWS service says against a call, as a sentence."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable
from chalicelib.texts import printable

LONGEST = 300  # characters


def unavailable(service: str, error: BotoCoreError | ClientError) -> Unavailable:
    """Return the error that a failed call of a service becomes."""
    if isinstance(error, ClientError):
        said = error.response.get("Error", {})
        words = f"{said.get('Code', 'error')}: {said.get('Message', '')}"
        clean = printable(words, " ").strip(" .")
        return Unavailable(f"{service} refused it: {clean[:LONGEST]}.")
    return Unavailable(f"{service} does not answer ({type(error).__name__}).")
