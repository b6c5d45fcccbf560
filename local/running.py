"""The way from an operator's command to the service that runs on a state folder."""

from __future__ import annotations

import json
import os

from local import folder, service
from local.folder import Folder, Unusable

DEFAULT_STATE = ".local"


def join(state: Folder) -> None:
    """Let this process use the running service's record, as its own processes do; raise Unusable if none runs."""
    place, kept = state.read(service.PLACE), state.read(folder.STATE)
    if not place or not kept:
        raise Unusable(f"Nothing runs on the folder {state.root}: start it first, with `make run`.")
    keys, told = json.loads(kept), json.loads(place)
    os.environ.update(
        told["settings"],
        AWS_ENDPOINT_URL=told["aws"],
        AWS_ACCESS_KEY_ID=keys["access_key"],
        AWS_SECRET_ACCESS_KEY=keys["secret_key"],
        AWS_DEFAULT_REGION=service.REGION,
    )
