"""`python -m local.sweep [JOB]`: does a job of the running service now that it else does by the clock."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from chalicelib import jobs
from local.folder import Folder, Unusable
from local.running import DEFAULT_STATE, join


def main() -> int:
    """Print what the job counted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.sweep", description=__doc__)
    state = os.environ.get("SSL_ENDPOINT_STATE") or DEFAULT_STATE
    parser.add_argument("--state", type=Path, default=Path(state), help="the service's folder (.local)")
    parser.add_argument("job", nargs="?", default="expiry", help="expiry (the default) or reconcile")
    given = parser.parse_args()
    try:
        counted = _run(Folder(given.state), given.job)
    except Unusable as error:
        sys.stderr.write(f"ssl-endpoint: {error}\n")
        return 1
    print(
        f"{given.job}: " + (", ".join(f"{number} {what}" for what, number in counted.items()) or "nothing to do")
    )
    return 0


def _run(state: Folder, job: str) -> dict[str, int]:
    join(state)
    schedules = jobs.schedules()
    if job not in schedules.jobs:
        raise Unusable(f"There is no job {job!r}: choose one of {', '.join(schedules.jobs)}.")
    return schedules.run(job)


if __name__ == "__main__":
    sys.exit(main())
