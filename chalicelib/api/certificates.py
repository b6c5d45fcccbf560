"""/certificates"""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api import wire
from chalicelib.api.http import Resource
from chalicelib.model.caller import Caller

resource = Resource(__name__)


@resource.on("/certificates/inspect", "POST", scope="read")
def inspect(caller: Caller) -> Any:
    """Say what would become of certificates, without storing them: {"certificate_chain"}, never a key."""
    body = resource.body()
    body.refuse("private_key", "Do not send a private key here: inspect takes the certificates only.")
    return wire.inspection(wiring.certificates().inspect(body.text("certificate_chain")))
