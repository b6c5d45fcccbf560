"""`python -m local token EMAIL`: makes a token, and its account if there is none; the service may run or not."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib import wiring
from chalicelib.errors import SSLEndpointError, Unauthorized
from chalicelib.model.caller import SCOPES
from local import folder
from local.folder import Folder, Unusable
from local.running import DEFAULT_STATE

OWNER = "owner@localhost"


def main(arguments: Sequence[str]) -> int:
    """Print the token; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local token", description=__doc__)
    state = os.environ.get("SSL_ENDPOINT_STATE") or DEFAULT_STATE
    parser.add_argument("email", help="whose token it is")
    parser.add_argument("--scope", choices=SCOPES, default="admin", help="what it may do (admin)")
    parser.add_argument("--state", type=Path, default=Path(state), help="the service's folder (.local)")
    given = parser.parse_args(arguments)
    try:
        _open(given.state.expanduser().absolute())
        print(_issue(given.email, given.scope))
    except Unusable as error:
        sys.stderr.write(f"ssl-endpoint: {error}\n")
        return 1
    except SSLEndpointError as error:
        sys.stderr.write(f"ssl-endpoint: {error.message}\n")
        return 1
    return 0


def of_folder(place: Folder) -> str:
    """Return the admin token of the state folder; issue one where there is none, or none that counts."""
    if secret := place.read("token"):
        try:
            wiring.tokens().caller(secret, "start")
        except Unauthorized:
            pass
        else:
            return secret
    secret = _issue(OWNER, "admin")
    place.write("token", secret)
    return secret


def _open(state: Path) -> None:
    """Let this process use the record of a state folder; both are made where they are missing."""
    folder.prepare(state)
    Folder(state).state()
    os.environ["SSL_ENDPOINT_RECORD"] = str(folder.prepare_record(state, os.environ))


def _issue(email: str, scope: str) -> str:
    tokens = wiring.tokens()
    return tokens.issue(tokens.account(email), "local", scope)
