"""Accounts and tokens in the table; a token is found by the SHA-256 of its secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.errors import Conflict, NotFound
from chalicelib.model import times
from chalicelib.model.caller import Account, Token
from chalicelib.record.conditions import Item
from chalicelib.record.contract import Record
from chalicelib.record.writes import Delete, Write, new


class AccountItems:
    """One item an account, one for its e-mail address, one a token."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def by_id(self, account_id: str) -> Account | None:
        """Return the account."""
        item = self._record.get(f"ACCOUNT#{account_id}", "ACCOUNT")
        return _account(item) if item else None

    def by_ids(self, account_ids: Iterable[str]) -> list[Account]:
        """Return the accounts, in any order."""
        keys = [{"PK": f"ACCOUNT#{account_id}", "SK": "ACCOUNT"} for account_id in set(account_ids)]
        return list(map(_account, self._record.get_many(keys)))

    def id_of(self, email: str) -> str | None:
        """Return the id of the account with that address, given in lower case."""
        claim = self._record.get(f"EMAIL#{email}", "EMAIL")
        return claim["account_id"] if claim else None

    def create(self, account: Account, *writes: Write) -> None:
        """Store a new account; raise Conflict if its address has one."""
        there = Conflict(f"{account.email} has an account already.")
        claim = {"PK": f"EMAIL#{account.email}", "SK": "EMAIL", "account_id": account.id}
        item = {
            "PK": f"ACCOUNT#{account.id}",
            "SK": "ACCOUNT",
            "account_id": account.id,
            "email": account.email,
            "created_at": times.text(account.created_at),
        }
        self._record.commit([new(claim, there), new(item, there), *writes])

    def token(self, sha256: str) -> Token | None:
        """Return the token whose secret has this digest (lower-case hex)."""
        item = self._record.get(f"TOKEN#{sha256}", "TOKEN")
        return _token(item) if item else None

    def add_token(self, token: Token, sha256: str, *writes: Write) -> None:
        """Store a token under the digest of its secret."""
        item = {
            "token_id": token.id,
            "account_id": token.account_id,
            "name": token.name,
            "scope": token.scope,
            "created_at": times.text(token.created_at),
            "expires_at": times.text(token.expires_at) if token.expires_at else None,
        }
        there = Conflict("That token is there already.")
        listed = {**item, "PK": f"ACCOUNT#{token.account_id}", "SK": f"TOKEN#{token.id}", "sha256": sha256}
        found = {**item, "PK": f"TOKEN#{sha256}", "SK": "TOKEN"}
        self._record.commit([new(found, there), new(listed, there), *writes])

    def tokens(self, account_id: str) -> list[Token]:
        """Return the account's tokens, oldest first."""
        listed = map(_token, self._record.query(f"ACCOUNT#{account_id}", "TOKEN#"))
        return sorted(listed, key=lambda token: token.created_at)

    def remove_token(self, account_id: str, token_id: str, *writes: Write) -> Token:
        """Delete a token and return what it was; raise NotFound if the account has none such."""
        listed = self._record.get(f"ACCOUNT#{account_id}", f"TOKEN#{token_id}")
        if listed is None:
            raise NotFound("token")
        found = {"PK": f"TOKEN#{listed['sha256']}", "SK": "TOKEN"}
        self._record.commit([Delete(found), Delete(listed), *writes])
        return _token(listed)


def _account(item: Item) -> Account:
    return Account(item["account_id"], item["email"], times.moment(item["created_at"]))


def _token(item: dict[str, Any]) -> Token:
    expires_at = item.get("expires_at")
    return Token(
        id=item["token_id"],
        account_id=item["account_id"],
        name=item["name"],
        scope=item["scope"],
        created_at=times.moment(item["created_at"]),
        expires_at=times.moment(expires_at) if expires_at else None,
    )
