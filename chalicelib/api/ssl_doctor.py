"""The routes of Heroku's ssl-doctor, which its clients ask before they upload: PEM in, PEM out, no token.

Statuses and messages are the doctor's own, since clients show them as they are. A key that is among the text goes
back to whoever sent it, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib import wiring
from chalicelib.api.body import raw
from chalicelib.api.http import Reply, Resource
from chalicelib.errors import Invalid

TEXT = {"Content-Type": "text/plain; charset=utf-8"}

resource = Resource(__name__)


@resource.open("/resolve-chain", "POST")
def resolve_chain() -> Any:
    """Return the right chain for the certificates of the body, as PEM."""
    return _ask(lambda text: wiring.doctor().chain(text))


@resource.open("/resolve-chain-and-key", "POST")
def resolve_chain_and_key() -> Any:
    """Return the right chain and the key that fits: {"pem", "key"}."""
    return _ask(lambda text: wiring.doctor().chain_and_key(text))


@resource.open("/order-chain", "POST")
def order_chain() -> Any:
    """Return the certificates of the body in order, leaf first, as PEM."""
    return _ask(lambda text: wiring.doctor().ordered(text))


@resource.open("/find-domain-certificate-from-set", "POST")
def find_domain_certificate() -> Any:
    """Return the one certificate of the body that is for a domain, as PEM."""
    return _ask(lambda text: wiring.doctor().leaf(text))


@resource.open("/find-key-for-certificate", "POST")
def find_key() -> Any:
    """Return the key of the body that fits its certificate, as PEM."""
    return _ask(lambda text: wiring.doctor().key(text))


def _ask(question: Callable[[str], Any]) -> Reply:
    from chalicelib.service.doctor import NoDiagnosis  # noqa: PLC0415 (it brings cryptography along)

    try:
        answer = question(raw(resource.current_request).decode("latin-1"))
    except NoDiagnosis as refusal:
        return Reply(refusal.message, refusal.status, TEXT)
    except Invalid as error:
        return Reply(error.message, 422, TEXT)
    return Reply(answer, headers=TEXT if isinstance(answer, str) else {})
