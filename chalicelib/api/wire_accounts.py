"""Accounts, their tokens and collaborators as JSON."""

from __future__ import annotations

from chalicelib.api.wire import Json, moment
from chalicelib.model.app import App
from chalicelib.model.caller import Account, Token
from chalicelib.model.record import Collaborator


def account(account: Account) -> Json:
    """Return an account."""
    return {
        "id": account.id,
        "email": account.email,
        "name": None,
        "verified": True,
        "beta": False,
        "allow_tracking": False,
        "federated": False,
        "two_factor_authentication": False,
        "sms_number": None,
        "default_organization": None,
        "default_team": None,
        "identity_provider": None,
        "suspended_at": None,
        "delinquent_at": None,
        "last_login": None,
        "created_at": moment(account.created_at),
        "updated_at": moment(account.created_at),
    }


def collaborator(collaborator: Collaborator, app: App) -> Json:
    """Return somebody who may use an app."""
    return {
        "id": collaborator.account_id,
        "app": {"id": app.id, "name": app.name},
        "user": {"id": collaborator.account_id, "email": collaborator.email, "federated": False},
        "permission": collaborator.permission,
        "permissions": [{"name": collaborator.permission}],
        "role": collaborator.permission,
        "created_at": moment(app.created_at),
        "updated_at": moment(app.created_at),
    }


def token(token: Token) -> Json:
    """Return a token, never its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "scope": token.scope,
        "created_at": moment(token.created_at),
        "expires_at": moment(token.expires_at) if token.expires_at else None,
    }
