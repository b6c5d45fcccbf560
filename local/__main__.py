"""`python -m local`: the whole service on this machine, until Ctrl-C; `python -m local token`: a token for it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

from local import folder, launcher, options, token
from local.children import Children
from local.folder import Folder, Unusable
from local.launcher import Launcher
from local.options import Options
from local.ports import Ports

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READY = """\
SSL Endpoint is ready after {seconds:.1f} s. Ctrl-C ends it.

  Console   {console}
  API       {api}   token {token}
  Edge      {edge}   zone {zone}, plain http on {edge_http}
  Demo app  {demo}
  State     {state}, with logs/

Try it, in another terminal and line by line:

  export API={api} TOKEN={token}
  curl -H "Authorization: Bearer $TOKEN" $API/apps -d name=example -d origin={demo}
  curl -H "Authorization: Bearer $TOKEN" $API/apps/example/addons -d plan=ssl:endpoint
  openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=www.example.com \\
    -addext subjectAltName=DNS:www.example.com -keyout server.key -out server.crt
  curl -H "Authorization: Bearer $TOKEN" $API/apps/example/ssl-endpoints \\
    --data-urlencode certificate_chain@server.crt --data-urlencode private_key@server.key
  curl -H "Authorization: Bearer $TOKEN" $API/apps/example/domains -d hostname=www.example.com
  curl -kvI https://www.example.com:{edge_port} --connect-to ::127.0.0.1:{edge_port}
"""


def main(arguments: Sequence[str]) -> int:
    """Run the service until it is told to end; return the exit status."""
    if arguments[:1] == ["token"]:
        return token.main(arguments[1:])
    for ending in ENDING:
        signal.signal(ending, _end)
    try:
        _run(options.read(arguments, os.environ), time.monotonic())
    except Unusable as error:
        sys.stderr.write(f"ssl-endpoint: {error}\n")
        return 1
    except KeyboardInterrupt:
        _tell("SSL Endpoint has ended.")
    return 0


def _run(chosen: Options, began: float) -> NoReturn:
    folder.prepare(chosen.state)
    folder.lock(chosen.state)
    place = Folder(chosen.state)
    place.remove(launcher.PLACE)  # of a start that was killed
    state = place.state()
    ports = Ports()
    taken = launcher.take(ports, chosen, state.get("demo_port"))
    _keep_demo_port(place, state, taken.demo)
    environment = launcher.environment(os.environ, chosen, taken)
    if environment["SSL_ENDPOINT_RECORD"]:
        folder.prepare_record(chosen.state, environment)
    os.environ.update(environment)
    children = Children(chosen.state / "logs", _tell)
    running = Launcher(chosen, place, taken, children, environment, partial(token.of_folder, place))
    try:
        running.start()
        _tell(READY.format(seconds=time.monotonic() - began, edge_port=taken.edge, **running.place()))
        running.watch()
    finally:
        _ignore_signals()
        place.remove(launcher.PLACE)
        children.stop()


def _keep_demo_port(place: Folder, state: dict[str, Any], port: int) -> None:
    before = state.get("demo_port")
    if before != port:
        place.keep({**state, "demo_port": port})
    if before and before != port:
        _tell(f"The demo app's port {before} is taken: it is on {port} now. Give your apps that origin.")


def _end(*_: object) -> NoReturn:
    _ignore_signals()
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    for ending in ENDING:
        signal.signal(ending, signal.SIG_IGN)


def _tell(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
