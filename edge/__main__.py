"""`python -m edge serve` becomes the engine; `python -m edge follow` keeps what it serves equal to the record."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib.errors import Unavailable

LOOPBACK = "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of both, and return its exit code; what cannot be done is a sentence on stderr."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        if given.command == "serve":
            from edge import serve  # noqa: PLC0415, each needs little of what the other one does

            serve.serve(given.state, serve.listeners(given))
        else:
            from edge import follow  # noqa: PLC0415

            follow.follow(given)
    except Unavailable as error:
        print(error.message, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The edge cannot use its folder {given.state}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m edge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve what the state folder holds; ends with the engine")
    serve.add_argument("--http-port", type=int, required=True, help="redirects to https")
    serve.add_argument(
        "--lookup-port", type=int, default=0, help="of the engine's own, on loopback; any by default"
    )
    serve.add_argument("--http2", action="store_true", help="also speak HTTP/2")
    follow = commands.add_parser("follow", help="follow the record; ends with SIGTERM")
    follow.add_argument(
        "--ready-port", type=int, required=True, help="where GET /ready and GET /live are answered"
    )
    follow.add_argument("--ready-bind", default=LOOPBACK, help="the address for that (default: %(default)s)")
    follow.add_argument("--drain-seconds", type=float, default=0, help="not ready for so long before it ends")
    for command in (serve, follow):
        command.add_argument("--state", type=Path, required=True, help="the edge's own folder, which both share")
        command.add_argument("--bind", default=LOOPBACK, help="the address served on (default: %(default)s)")
        command.add_argument("--https-port", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
