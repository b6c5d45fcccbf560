"""Run every benchmark and print its table; the exit code is 1 if a target is missed."""

from __future__ import annotations

import sys

from bench import api, console, edge, follower, hostile, ingestion, record, sweep

if __name__ == "__main__":
    tables = [
        ingestion.run(),
        hostile.run(),
        edge.run(),
        follower.run(),
        api.run(),
        record.run(),
        console.run(),
        sweep.run(),
    ]
    sys.exit(not all(tables))
