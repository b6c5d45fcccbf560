"""Every error that a user can cause or meet.

* SSLEndpointError
  + Invalid                    what was sent cannot be used
    x BadCertificate           a file is not the certificate it should be
    x BadKey                   a file is not a usable private key
    x KeyMismatch              the private key fits none of the certificates
    x NoPreviousCertificate    a roll-back has nothing to go back to
    x Unproven                 a name is another account's, and nothing proves that it is the caller's
    x TooLarge                 more bytes than a limit allows
  + Unauthorized               no token, or none that is known
  + Forbidden                  the token's scope does not reach
  + NotFound                   no such thing, or none of this account's
  + Conflict                   another change came first
  + Unavailable                something that we depend on does not answer

A message is one or two sentences for the person who reads it: what is wrong, with which file or block, and what
mends it. It never holds key material. Only `api/http.py` knows which HTTP status an error becomes.
"""

from __future__ import annotations

from collections.abc import Mapping


class SSLEndpointError(Exception):
    """The root of the tree; `message` is for the user, `id` for programs."""

    id = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(SSLEndpointError):
    """What was sent cannot be used as it is."""

    id = "invalid_params"


class BadCertificate(Invalid):
    """A file is not the certificate it should be."""


class BadKey(Invalid):
    """A file is not a private key that can be used."""


class KeyMismatch(BadKey):
    """The private key fits none of the certificates."""


class NoPreviousCertificate(Invalid):
    """A roll-back has nothing to go back to."""


class Unproven(Invalid):
    """A name is another account's; `record` is the DNS record that would prove that it is the caller's."""

    id = "domain_taken"

    def __init__(self, message: str, record: Mapping[str, str]) -> None:
        super().__init__(message)
        self.record = dict(record)


class TooLarge(Invalid):
    """More bytes than a limit allows."""

    id = "request_too_large"


class Unauthorized(SSLEndpointError):
    """No token was sent, or none that is known and still valid."""

    id = "unauthorized"


class Forbidden(SSLEndpointError):
    """The token is known, but its scope does not reach."""

    id = "forbidden"


class NotFound(SSLEndpointError):
    """There is no such thing, or none that belongs to this account."""

    id = "not_found"

    def __init__(self, resource: str, message: str | None = None) -> None:
        super().__init__(message or f"Couldn't find that {resource.replace('_', ' ')}.")
        self.resource = resource


class Conflict(SSLEndpointError):
    """Another change came first; look at the new state and repeat."""

    id = "conflict"


class Unavailable(SSLEndpointError):
    """Something that we depend on does not answer; the same call may work later."""

    id = "unavailable"
