"""Accounts and tokens: make them, and find out who calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from chalicelib.aws.accounts import Accounts
from chalicelib.errors import Unauthorized
from chalicelib.model.caller import Account, Caller, Token, check_email, check_token

SECRET_BYTES = 32  # 256 random bits cannot be guessed, so a plain digest protects them
PREFIX = "ssle_"  # so that scanners for leaked secrets can know one


class Tokens:
    """The ways to prove to be an account."""

    def __init__(
        self, accounts: Accounts, now: Callable[[], datetime], random_bytes: Callable[[int], bytes]
    ) -> None:
        self._accounts = accounts
        self._now = now
        self._random_bytes = random_bytes

    def account(self, email: str) -> Account:
        """Return the account with that address, made if there is none; raise Invalid for no address."""
        address = check_email(email)
        if account := self._accounts.by_email(address):
            return account
        account = Account(str(uuid4()), address, self._now())
        self._accounts.create(account)
        return account

    def issue(self, account: Account, name: str, scope: str, lifetime: timedelta | None = None) -> str:
        """Return the secret of a new token: the only time that it can be seen.

        Raises Invalid for a scope that does not exist or an unusable name.
        """
        check_token(name, scope)
        secret = PREFIX + self._random_bytes(SECRET_BYTES).hex()
        now = self._now()
        expires_at = now + lifetime if lifetime else None
        self._accounts.add_token(Token(str(uuid4()), account.id, name, scope, now, expires_at), digest(secret))
        return secret

    def caller(self, secret: str, request_id: str) -> Caller:
        """Return who sends this token; raise Unauthorized if nobody does, or not any more."""
        token = self._accounts.token(digest(secret))
        if token is None or (token.expires_at and token.expires_at <= self._now()):
            raise Unauthorized("There were no valid credentials: send a token as `Authorization: Bearer TOKEN`.")
        return Caller(token.account_id, token.name, token.scope, request_id)


def digest(secret: str) -> str:
    """Return what is stored of a token: the SHA-256 of its secret, in lower-case hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
