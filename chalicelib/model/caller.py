"""Who asks: accounts, their tokens and what a token may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import Forbidden, Invalid

SCOPES = ("read", "write", "admin")  # each includes the ones before it
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
TOKEN_NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Account:
    """A customer: apps and tokens belong to it."""

    id: str
    email: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A way to prove to be an account; only the SHA-256 of its secret is ever stored."""

    id: str
    account_id: str
    name: str
    scope: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Once:
    """A request that its client may repeat: the client's key for it, and a digest of what it asks."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The account, token and request behind one call."""

    account_id: str
    token_name: str
    scope: str
    request_id: str
    once: Once | None = None

    def need(self, scope: str) -> None:
        """Raise Forbidden unless the token's scope includes `scope`."""
        if SCOPES.index(self.scope) < SCOPES.index(scope):
            raise Forbidden(
                f"The token {self.token_name!r} may only {self.scope}; this call needs one with scope {scope}."
            )


def check_token(name: str, scope: str) -> None:
    """Raise Invalid unless a token can be made with this name and scope."""
    if scope not in SCOPES:
        raise Invalid(f"A token's scope is one of {', '.join(SCOPES)}.")
    if not name.strip() or len(name) > TOKEN_NAME_LENGTH or not name.isprintable():
        raise Invalid(f"A token needs a printable name of 1 to {TOKEN_NAME_LENGTH} characters.")


def check_email(email: str) -> str:
    """Return the address in lower case; raise Invalid unless it looks like one."""
    if not EMAIL.fullmatch(email):
        raise Invalid(f"{email[:80]!r} is not an e-mail address.")
    return email.lower()
