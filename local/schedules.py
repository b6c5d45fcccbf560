"""Does by the clock what AWS does with schedules: sweeps, deliveries, checks."""

from __future__ import annotations

import logging
import time

from chalicelib import jobs
from chalicelib.errors import SSLEndpointError

INTERVAL = 2.0  # seconds between two looks at what is due
log = logging.getLogger("schedules")


def main() -> None:
    """Go on until the process is ended."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    while True:
        try:
            jobs.schedules().run_due()
        except SSLEndpointError as error:  # the record does not answer; it may soon
            log.warning("nothing is done by the clock: %s", error.message)
        time.sleep(INTERVAL)


if __name__ == "__main__":
    main()
