"""Heroku's ssl-doctor on our own chains: what it finds among certificates and keys, with its own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.errors import BadCertificate, SSLEndpointError
from chalicelib.service.intermediates import Intermediates
from chalicelib.x509 import bundle, chain
from chalicelib.x509.bundle import Bundle
from chalicelib.x509.certificate import Certificate
from chalicelib.x509.private_key import PrivateKey
from chalicelib.x509.trust import Anchors

DOMAIN = re.compile(r"(\*\.)?([A-Za-z0-9-]+\.)+[A-Za-z0-9]+")
BAD_REQUEST, UNPROCESSABLE = 400, 422


class NoDiagnosis(SSLEndpointError):
    """What the doctor says instead of an answer: a status and its sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


NO_CERTIFICATE = (BAD_REQUEST, "No certificate given.")
NO_KEY = (BAD_REQUEST, "No valid, non-passphrase-protected keys given.")
MALFORMED_KEY = (UNPROCESSABLE, "Key appears to be malformed, or is passphrase-protected.")
NO_FITTING_KEY = (UNPROCESSABLE, "No key found that signs the certificate.")
NO_LEAF = (UNPROCESSABLE, "No certificate given is a domain name certificate.")
MANY_LEAVES = (UNPROCESSABLE, "More than one domain name certificate given.")


@dataclass(frozen=True, slots=True)
class Doctor:
    """Answers the doctor's five questions about a PEM text; each raises NoDiagnosis or Invalid."""

    intermediates: Intermediates
    anchors: Anchors
    now: Callable[[], datetime]

    def chain(self, text: str) -> str:
        """Return the right chain for the one certificate that is for a domain, as PEM."""
        sent = _read(text)
        _leaf(sent)
        now = self.now()
        return self.intermediates.completed(lambda pool: chain.inspect(sent, self.anchors, pool, now)).text

    def chain_and_key(self, text: str) -> dict[str, str]:
        """Return the right chain for the one certificate that is for a domain, and the key that fits, as PEM."""
        sent = _read(text)
        meant = replace(sent, keys=(_key(sent, _leaf(sent)),))
        now = self.now()
        served = self.intermediates.completed(lambda pool: chain.build(meant, self.anchors, pool, now))
        return {"pem": served.text, "key": served.key.pem().decode()}

    def ordered(self, text: str) -> str:
        """Return what was sent in order, leaf first, with nothing added."""
        sent = _read(text)
        _leaf(sent)
        return chain.inspect(sent, self.anchors, lambda _: (), self.now()).text

    def leaf(self, text: str) -> str:
        """Return the one certificate that is for a domain."""
        return _leaf(_read(text)).pem()

    def key(self, text: str) -> str:
        """Return the key that fits the one certificate that is for a domain."""
        sent = _read(text)
        return _key(sent, _leaf(sent)).pem().decode()


def _read(text: str) -> Bundle:
    try:
        return bundle.read(text)
    except BadCertificate:
        raise NoDiagnosis(*NO_CERTIFICATE) from None


def _key(sent: Bundle, leaf: Certificate) -> PrivateKey:
    if not sent.keys:
        raise NoDiagnosis(*(MALFORMED_KEY if sent.holds_private_key else NO_KEY))
    fitting = next((key for key in sent.keys if key.spki == leaf.spki), None)
    if fitting is None:
        raise NoDiagnosis(*NO_FITTING_KEY)
    return fitting


def _leaf(sent: Bundle) -> Certificate:
    issuers = {each.issuer_name for each in sent.certificates if not each.self_issued}
    leaves = [each for each in sent.certificates if each.subject_name not in issuers and _is_for_a_domain(each)]
    if not leaves:
        raise NoDiagnosis(*NO_LEAF)
    if len(leaves) > 1:
        raise NoDiagnosis(*MANY_LEAVES)
    return leaves[0]


def _is_for_a_domain(certificate: Certificate) -> bool:
    return bool(certificate.names) or any(DOMAIN.fullmatch(name) for name in certificate.common_names)
