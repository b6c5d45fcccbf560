"""`python -m local.learn FILE`: teaches the running service the intermediates of a PEM file."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from local import folder, service
from local.folder import Folder, Unusable

DEFAULT_STATE = ".local"


def main() -> int:
    """Print how many intermediates were learnt; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.learn", description=__doc__)
    state = os.environ.get("SSL_ENDPOINT_STATE") or DEFAULT_STATE
    parser.add_argument("--state", type=Path, default=Path(state), help="the service's folder (.local)")
    parser.add_argument("file", type=Path, help="PEM, with any text between the certificates")
    given = parser.parse_args()
    try:
        text = given.file.read_text(encoding="utf-8", errors="replace")
        learnt = _learn(Folder(given.state), text)
    except OSError as error:
        sys.stderr.write(f"ssl-endpoint: {given.file} cannot be read: {error.strerror}.\n")
        return 1
    except Unusable as error:
        sys.stderr.write(f"ssl-endpoint: {error}\n")
        return 1
    print(f"Learnt {learnt} intermediates that lead to a root of Mozilla.")
    return 0


def _learn(state: Folder, text: str) -> int:
    place, kept = state.read(service.PLACE), state.read(folder.STATE)
    if not place or not kept:
        raise Unusable(f"Nothing runs on the folder {state.root}: start it first, with `make run`.")
    keys = json.loads(kept)
    os.environ.update(
        AWS_ENDPOINT_URL=json.loads(place)["aws"],
        AWS_ACCESS_KEY_ID=keys["access_key"],
        AWS_SECRET_ACCESS_KEY=keys["secret_key"],
        AWS_DEFAULT_REGION=service.REGION,
    )
    import boto3  # noqa: PLC0415, after its environment is there

    from chalicelib import wiring  # noqa: PLC0415
    from local import stack  # noqa: PLC0415

    os.environ.update(stack.environment(stack.ensure(boto3.session.Session())))
    return wiring.intermediates().learn_text(text)


if __name__ == "__main__":
    sys.exit(main())
