"""`make run-moto`: the product over moto, with the very adapters of AWS; for developers, nothing is kept."""

from __future__ import annotations

import os
import sys
import tempfile
import threading

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from local import __main__ as local
from tests.moto import mending, stack

REGION = "us-east-1"


class Connection(WSGIRequestHandler):
    """Keeps connections alive, without a line for each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def main(arguments: list[str]) -> int:
    """Start moto in this process, make the stack, and run the product on it until it is told to end."""
    server = serve()
    os.environ.update(
        {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
        }
    )
    os.environ.update(stack.environment(stack.make(boto3.session.Session())))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("SSL_ENDPOINT_STATE", f"{folder}/state")
        return local.main(arguments)


def serve() -> BaseWSGIServer:
    """Serve moto on a free loopback port, in a thread of its own."""
    os.environ["MOTO_ACCOUNT_ID"] = mending.ACCOUNT
    mending.apply()
    moto = mending.one_at_a_time(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, moto, threaded=True, request_handler=Connection)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
