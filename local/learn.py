"""`python -m local.learn FILE`: teaches the running service the intermediates of a PEM file."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from chalicelib import wiring
from local.folder import Folder, Unusable
from local.running import DEFAULT_STATE, join


def main() -> int:
    """Print how many intermediates were learnt; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.learn", description=__doc__)
    state = os.environ.get("SSL_ENDPOINT_STATE") or DEFAULT_STATE
    parser.add_argument("--state", type=Path, default=Path(state), help="the service's folder (.local)")
    parser.add_argument("file", type=Path, help="PEM, with any text between the certificates")
    given = parser.parse_args()
    try:
        text = given.file.read_text(encoding="utf-8", errors="replace")
        join(Folder(given.state))
        learnt = wiring.intermediates().learn_text(text)
    except OSError as error:
        sys.stderr.write(f"ssl-endpoint: {given.file} cannot be read: {error.strerror}.\n")
        return 1
    except Unusable as error:
        sys.stderr.write(f"ssl-endpoint: {error}\n")
        return 1
    print(f"Learnt {learnt} intermediates that lead to a root of Mozilla.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
