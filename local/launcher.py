"""Starts all processes of the service in order, says where they are, and watches them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from chalicelib.sqlite import keys
from local import ready
from local.children import Children, Command
from local.folder import RECORD, Folder
from local.options import Options
from local.ports import HOST, Ports

PLACE = "local.json"
LOOK = 0.2  # seconds between two looks at the processes
OPERATOR = "operator@localhost"  # told by a file in mail/, like everybody
NO_PROXY = f"{HOST},localhost"


@dataclass(frozen=True, slots=True)
class StartPorts:
    """The ports of this start."""

    api: int
    edge: int
    edge_http: int
    lookup: int
    ready: int
    demo: int


def take(ports: Ports, options: Options, demo: int | None) -> StartPorts:
    """Reserve all ports; `demo` is the demo app's port of the last start. Raises Unusable for a taken one."""
    return StartPorts(
        api=ports.take(options.api_port, "SSL_ENDPOINT_API_PORT"),
        edge=ports.take(options.edge_port, "SSL_ENDPOINT_EDGE_PORT"),
        edge_http=ports.take(options.edge_http_port, "SSL_ENDPOINT_EDGE_HTTP_PORT"),
        lookup=ports.take(0),
        ready=ports.take(0),
        demo=ports.keep(demo),
    )


class Launcher:
    """The processes of one start; `issue` returns the token of the console's link."""

    def __init__(
        self,
        options: Options,
        folder: Folder,
        ports: StartPorts,
        children: Children,
        environment: Mapping[str, str],
        issue: Callable[[], str],
    ) -> None:
        self._options = options
        self._folder = folder
        self._ports = ports
        self._children = children
        self._environment = dict(environment)
        self._issue = issue
        self._token = ""

    def start(self) -> None:
        """Return when everything answers; raises Unusable if something does not."""
        self._start_edge("edge", "serve", *self._serve_flags())
        self._start("demo", "--port", str(self._ports.demo))
        self._start("http", "--port", str(self._ports.api))
        self._start("schedules")
        self._token = self._issue()
        ready.wait(self._children, "edge", ready.edge, self._ports.edge)
        self._start_edge("follower", "follow", "--ready-port", str(self._ports.ready))
        ready.wait(self._children, "demo", ready.demo, self._ports.demo)
        ready.wait(self._children, "http", ready.api, self._ports.api)
        self._write_place()

    def watch(self) -> NoReturn:
        """Keep the processes running, for ever."""
        while True:
            time.sleep(LOOK)
            if self._children.revive():
                self._write_place()

    def place(self) -> dict[str, Any]:
        """Return where everything is: the content of local.json."""
        return {
            "api": f"http://{HOST}:{self._ports.api}",
            "console": f"http://localhost:{self._ports.api}/#token={self._token}",
            "token": self._token,
            "edge": f"https://{HOST}:{self._ports.edge}",
            "edge_http": f"http://{HOST}:{self._ports.edge_http}",
            "edge_ready": f"http://{HOST}:{self._ports.ready}/ready",
            "zone": self._options.zone,
            "demo": f"http://{HOST}:{self._ports.demo}",
            "state": str(self._folder.root),
            "settings": {name: self._environment[name] for name in sorted(self._environment) if _is_ours(name)},
            "pid": os.getpid(),
            "pids": self._children.pids(),
        }

    def _write_place(self) -> None:
        self._folder.write(PLACE, json.dumps(self.place(), indent=1))

    def _start(self, name: str, *arguments: str) -> None:
        self._children.start(Command(name, f"local.{name}", arguments, self._environment))

    def _start_edge(self, name: str, what: str, *flags: str) -> None:
        state, port = str(self._folder.root / "edge"), str(self._ports.edge)
        arguments = (what, "--state", state, "--bind", HOST, "--https-port", port, *flags)
        self._children.start(Command(name, "edge", arguments, self._environment))

    def _serve_flags(self) -> list[str]:
        flags = ["--http-port", str(self._ports.edge_http), "--lookup-port", str(self._ports.lookup)]
        return [*flags, *["--http2"] * self._options.edge_http2]


def environment(ours: Mapping[str, str], options: Options, ports: StartPorts) -> dict[str, str]:
    """Return the environment of the processes: ours, with what was chosen for this start.

    No trace of an AWS account that the user may have, unless it is there that the record is.
    """
    ours = ours if ours.get("SSL_ENDPOINT_TABLE") else _without_aws(ours)
    proxied = f"{ours['NO_PROXY']},{NO_PROXY}" if ours.get("NO_PROXY") else NO_PROXY
    return {
        **ours,
        "NO_PROXY": proxied,
        "no_proxy": proxied,
        "PYTHONUNBUFFERED": "1",
        "SSL_ENDPOINT_RECORD": record(ours, options),
        "SSL_ENDPOINT_ZONE": options.zone,
        "SSL_ENDPOINT_MAIL_FOLDER": ours.get("SSL_ENDPOINT_MAIL_FOLDER") or str(options.state / "mail"),
        "SSL_ENDPOINT_OPERATOR": ours.get("SSL_ENDPOINT_OPERATOR") or OPERATOR,
        "SSL_ENDPOINT_CONSOLE": f"http://localhost:{ports.api}/",
        "SSL_ENDPOINT_EDGE": f"{HOST}:{ports.edge}",
        "SSL_ENDPOINT_PRICE_CENTS": str(options.price_cents),
        "EXTRA_ROOTS_PEM": str(options.extra_roots_pem or ""),
    }


def record(ours: Mapping[str, str], options: Options) -> str:
    """Return where the record is: in the state folder, or "", for DynamoDB, if the environment names a table."""
    return "" if ours.get("SSL_ENDPOINT_TABLE") else str(options.state / RECORD)


def _without_aws(ours: Mapping[str, str]) -> Mapping[str, str]:
    kept = {name: value for name, value in ours.items() if not name.startswith("AWS_")}
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nothing, "AWS_EC2_METADATA_DISABLED": "true"}


def _is_ours(name: str) -> bool:
    return (name.startswith("SSL_ENDPOINT_") and name != keys.VARIABLE) or name == "EXTRA_ROOTS_PEM"
