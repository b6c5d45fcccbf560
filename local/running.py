"""The way from an operator's command to the service that runs on a state folder."""

from __future__ import annotations

import json
import os

from local import launcher
from local.folder import Folder, Unusable

DEFAULT_STATE = ".local"


def join(state: Folder) -> None:
    """Let this process use the running service's record, as its own processes do; raise Unusable if none runs."""
    place = state.read(launcher.PLACE)
    if not place:
        raise Unusable(f"Nothing runs on the folder {state.root}: start it first, with `make run`.")
    os.environ.update(json.loads(place)["settings"])
