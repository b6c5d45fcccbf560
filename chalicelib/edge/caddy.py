"""The one static configuration of Caddy: it looks up certificates and routes in the state folder, live.

Nothing is ever pushed: no admin API, no reload, no ACME. Paths are relative to the state folder, which is the
working directory of the process.

* A handshake asks a second server of the same process, on loopback behind a secret path, for `certs/<name>.pem`.
* A request finds its origin as the name of the one file in `routes/<host>/`.
* Each of both leaves a line in `traffic/`, for counting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.edge import logs, routing

HEADER_SECONDS = 10  # for the handshake, and for the headers of a request
STALLED_UPLOAD_SECONDS = 60  # an upload may last for ever, but not stand still for longer
STALLED_DOWNLOAD_SECONDS = 600  # also ends an answer whose last chunk comes so long after the one before
IDLE_SECONDS = 75  # a kept-alive connection without a request
GRACE_SECONDS = 4
MAX_HEADER_BYTES = 64 * 1024

_CERTIFICATE = (
    '{{$name := lower (.Req.URL.Query.Get "server_name")}}'
    '{{$exact := printf "%s.pem" $name}}'
    '{{$wildcard := printf "_.%s.pem" (regexReplaceAll "^[^.]*[.]?" $name "")}}'
    '{{if not (regexMatch "^[a-z0-9.-]+$" $name)}}{{readFile "default.pem"}}'
    "{{else if fileExists $exact}}{{readFile $exact}}"
    "{{else if fileExists $wildcard}}{{readFile $wildcard}}"
    '{{else}}{{readFile "default.pem"}}{{end}}'
)


@dataclass(frozen=True, slots=True)
class Listeners:
    """Where an edge listens; `lookup_port` and `secret` are new at each start and known to nobody else."""

    https_port: int
    http_port: int
    lookup_port: int  # always on 127.0.0.1: Caddy's certificate getter speaks no UNIX sockets
    secret: str
    bind: str = "127.0.0.1"
    http2: bool = False


def configuration(listeners: Listeners) -> dict[str, Any]:
    """Return Caddy's whole configuration, ready for JSON; it holds the secret, so its file is 0600."""
    lookup = f"http://127.0.0.1:{listeners.lookup_port}"
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": {"default": logs.warnings(listeners.secret), "traffic": logs.traffic()}},
        "storage": {"module": "file_system", "root": "caddy"},
        "apps": {
            "http": {
                "grace_period": f"{GRACE_SECONDS}s",
                "servers": {
                    "edge": _edge(listeners),
                    "redirect": _redirect(listeners),
                    "lookup": _lookup(listeners),
                },
            },
            "tls": {
                "disable_ocsp_stapling": True,
                "disable_storage_check": True,
                "disable_storage_clean": True,
                "automation": {
                    # The getter always answers, so Caddy has no reason to ask an issuer; this forbids it, too.
                    "on_demand": {"permission": {"module": "http", "endpoint": f"{lookup}/refused"}},
                    "policies": [{"get_certificate": [{"via": "http", "url": f"{lookup}/{listeners.secret}"}]}],
                },
            },
        },
    }


def _server(address: str, protocols: list[str], routes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "listen": [address],
        "automatic_https": {"disable": True},
        "protocols": protocols,
        "read_header_timeout": f"{HEADER_SECONDS}s",
        "read_idle_timeout": f"{STALLED_UPLOAD_SECONDS}s",
        "write_idle_timeout": f"{STALLED_DOWNLOAD_SECONDS}s",
        "idle_timeout": f"{IDLE_SECONDS}s",
        "max_header_bytes": MAX_HEADER_BYTES,
        "routes": routes,
    }


def _edge(listeners: Listeners) -> dict[str, Any]:
    server = _server(
        f"{_host(listeners.bind)}:{listeners.https_port}",
        ["h1", "h2"] if listeners.http2 else ["h1"],
        [{"handle": [logs.note(logs.HOST, "{http.request.host}")]}, *routing.routes()],
    )
    server["tls_connection_policies"] = [{}]
    server["errors"] = {"routes": routing.errors()}
    return logs.counted(server)


def _redirect(listeners: Listeners) -> dict[str, Any]:
    port = "" if listeners.https_port == 443 else f":{listeners.https_port}"  # noqa: PLR2004
    location = f"https://{{http.request.host}}{port}{{http.request.uri}}"
    to_https = {"handler": "static_response", "status_code": 308, "headers": {"Location": [location]}}
    return _server(
        f"{_host(listeners.bind)}:{listeners.http_port}",
        ["h1"],
        [
            {
                "match": [{"vars_regexp": {"{http.request.host}": {"pattern": "^[A-Za-z0-9.-]+$"}}}],
                "handle": [routing.nameless(), to_https],
                "terminal": True,
            },
            routing.text(404, routing.NO_SUCH_APP),
        ],
    )


def _lookup(listeners: Listeners) -> dict[str, Any]:
    plain = {"Content-Type": ["text/plain"]}
    server = _server(
        f"127.0.0.1:{listeners.lookup_port}",
        ["h1"],
        [
            {
                "match": [{"path": [f"/{listeners.secret}"]}],
                "handle": [
                    logs.note(logs.SNI, "{http.request.uri.query.server_name}"),
                    {"handler": "templates", "file_root": "certs", "mime_types": ["text/plain"]},
                    {
                        "handler": "static_response",
                        "status_code": 200,
                        "headers": plain,
                        "body": _CERTIFICATE,
                    },
                ],
                "terminal": True,
            },
            routing.text(403, ""),
        ],
    )
    return logs.counted(server)


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
