"""Accounts and tokens: make them, and find out who calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from chalicelib.errors import Invalid, NotFound, Unauthorized
from chalicelib.model import names
from chalicelib.model.app import App
from chalicelib.model.caller import Account, Caller, Token, check_email, check_token
from chalicelib.model.notice import Channel
from chalicelib.model.record import AppRecord
from chalicelib.record.accounts import AccountItems
from chalicelib.record.idempotency import Idempotency
from chalicelib.record.notices import ChannelItems
from chalicelib.record.writes import Write
from chalicelib.senders import email as mail

SECRET_BYTES = 32  # 256 random bits cannot be guessed, so a plain digest protects them
PREFIX = "ssle_"  # so that scanners for leaked secrets can know one


@dataclass(frozen=True, slots=True)
class Tokens:
    """The ways to prove to be an account."""

    accounts: AccountItems
    channels: ChannelItems
    idempotency: Idempotency
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    def account(self, email: str) -> Account:
        """Return the account with that address; raise Invalid for no address.

        If there is none it is made, with a channel for notices to that address.
        """
        address = check_email(email)
        account_id = self.accounts.id_of(address)
        if account_id and (account := self.accounts.by_id(account_id)):
            return account
        now = self.now()
        account = Account(str(uuid4()), address, now)
        channel = Channel(str(uuid4()), account.id, None, mail.WAY.kind, address, now)
        self.accounts.create(account, self.channels.new(channel))
        return account

    def account_of(self, caller: Caller) -> Account:
        """Return the caller's account."""
        account = self.accounts.by_id(caller.account_id)
        if account is None:
            raise NotFound("account")
        return account

    def owner(self, app: App) -> Account | None:
        """Return the account that owns an app."""
        return self.accounts.by_id(app.account_id)

    def owners(self, apps: Iterable[App]) -> dict[str, Account]:
        """Return the accounts that own these apps, by id."""
        return {account.id: account for account in self.accounts.by_ids(app.account_id for app in apps)}

    def addresses(self, record: AppRecord, account_ids: Collection[str | None]) -> dict[str | None, str]:
        """Return the addresses of an app's collaborators, and of its owner if it is asked for, by account.

        Nobody else's: of a domain's next owner, say, an app's people learn no more than the id.
        """
        known: dict[str | None, str] = {each.account_id: each.email for each in record.collaborators}
        if record.app.account_id in account_ids and (owner := self.owner(record.app)):
            known[owner.id] = owner.email
        return known

    def known(self, email: str) -> tuple[str, str]:
        """Return the id and the canonical address of an account; raise Invalid if there is none."""
        address = check_email(email)
        account_id = self.accounts.id_of(address)
        if account_id is None:
            raise Invalid(f"There is no account with the address {address[:80]}.")
        return account_id, address

    def of_caller(self, caller: Caller) -> list[Token]:
        """Return the tokens of the caller's account, oldest first."""
        return self.accounts.tokens(caller.account_id)

    def revoke(self, caller: Caller, token_id: str) -> Token:
        """Take a token away for good, at once; raise NotFound if the account has none such."""
        if not names.UUID.fullmatch(token_id):
            raise NotFound("token")
        return self.accounts.remove_token(caller.account_id, token_id, *self.idempotency.marks(caller))

    def issue(self, account: Account, name: str, scope: str, lifetime: timedelta | None = None) -> str:
        """Return the secret of a new token, see `make`."""
        return self._make(account.id, name, scope, lifetime)[1]

    def make(self, caller: Caller, name: str, scope: str, lifetime: timedelta | None) -> tuple[Token, str]:
        """Make a token and return it with its secret: the only time that that can be seen.

        Raises Invalid for a scope that does not exist or an unusable name.
        """
        return self._make(caller.account_id, name, scope, lifetime, *self.idempotency.marks(caller))

    def _make(
        self, account_id: str, name: str, scope: str, lifetime: timedelta | None, *writes: Write
    ) -> tuple[Token, str]:
        check_token(name, scope)
        secret = PREFIX + self.random_bytes(SECRET_BYTES).hex()
        now = self.now()
        expires_at = now + lifetime if lifetime else None
        token = Token(str(uuid4()), account_id, name, scope, now, expires_at)
        self.accounts.add_token(token, digest(secret), *writes)
        return token, secret

    def caller(self, secret: str, request_id: str) -> Caller:
        """Return who sends this token; raise Unauthorized if nobody does, or not any more."""
        token = self.accounts.token(digest(secret))
        if token is None or (token.expires_at and token.expires_at <= self.now()):
            raise Unauthorized("There were no valid credentials: send a token as `Authorization: Bearer TOKEN`.")
        return Caller(token.account_id, token.name, token.scope, request_id)


def digest(secret: str) -> str:
    """Return what is stored of a token: the SHA-256 of its secret, in lower-case hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
