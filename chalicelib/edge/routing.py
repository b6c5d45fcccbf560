"""How Caddy leads a request to its app: from the Host to the one file in its folder, and on to that origin."""

from __future__ import annotations

from typing import Any

CONNECT_SECONDS = 5
ORIGIN_IDLE_SECONDS = 4  # below the 5 s after which the quickest common app servers hang up
ORIGIN_IDLE_CONNECTIONS = 256
LOOKUPS = 5  # of a route: its one file may be renamed between the listing of the folder and the look at the file
MAX_LABELS = 16  # of a Host that is not written in lower case

NO_SUCH_APP = "no such app\n"
NO_ANSWER = "the app does not answer\n"
NO_REQUEST = "this is not a request that can be answered\n"

# Only the connection says who the client is. X-Request-Id is replaced, and Caddy drops names with `_` or `.`,
# which CGI-like apps would read as these.
CLIENT_CLAIMS = ["X-Forwarded-*", "Forwarded", "X-Real-Ip", "Proxy"]


def routes() -> list[dict[str, Any]]:
    """Return the routes for requests that came by TLS."""
    return [_exact_route(), _other_spelling_or_wildcard(), _proxy(), text(404, NO_SUCH_APP)]


def errors() -> list[dict[str, Any]]:
    """Return the answers to what went wrong on the way to the app; they name nothing internal."""
    status = "{http.error.status_code}"
    of_the_app = {"match": [{"vars_regexp": {status: {"pattern": "^5"}}}], "terminal": True}
    return [{**text(status, NO_ANSWER), **of_the_app}, text(status, NO_REQUEST)]


def _exact_route() -> dict[str, Any]:
    return {"group": "origin", "match": [_route_file("/{http.request.host}/*")]}


def _other_spelling_or_wildcard() -> dict[str, Any]:
    """Find the route of `WWW.Example.com`, of `www.example.com.` and of a wildcard.

    Caddy writes only single labels in lower case, so the name is put together from them; missing ones leave dots.
    """
    labels = ".".join(f"{{http.request.host.labels.{place}}}" for place in reversed(range(MAX_LABELS)))
    few_labels = f"^([^.]+[.]){{0,{MAX_LABELS - 1}}}[^.]+[.]?$"
    name_and_parent = r"^\.*([a-z0-9-]+(?:\.((?:[a-z0-9-]+\.)*[a-z0-9-]+))?)\.?$"
    return {
        "group": "origin",
        "match": [{"vars_regexp": {"{http.request.host}": {"pattern": few_labels}}}],
        "handle": [
            {"handler": "vars", "labels": labels},
            _subroute(
                {
                    "match": [
                        {"vars_regexp": {"{http.vars.labels}": {"name": "host", "pattern": name_and_parent}}}
                    ],
                    "handle": [
                        _subroute({"match": [_route_file("/{http.regexp.host.1}/*", "/_.{http.regexp.host.2}/*")]})
                    ],
                }
            ),
        ],
    }


def _route_file(*patterns: str) -> dict[str, Any]:
    tries = [pattern for pattern in patterns for _ in range(LOOKUPS)]
    return {"file": {"root": "routes", "try_files": tries}}


def _proxy() -> dict[str, Any]:
    found = {"name": "origin", "pattern": "^/[^/]+/(.+)$"}
    return {
        "match": [{"vars_regexp": {"{http.matchers.file.relative}": found}}],
        "handle": [
            {
                "handler": "headers",
                "request": {"delete": CLIENT_CLAIMS},
                "response": {"deferred": True, "delete": ["Via"]},
            },
            {
                "handler": "reverse_proxy",
                "upstreams": [{"dial": "{http.regexp.origin.1}"}],
                "headers": {"request": {"set": {"X-Request-Id": ["{http.request.uuid}"]}}},
                "transport": {
                    "protocol": "http",
                    "versions": ["1.1"],
                    "network_proxy": {"from": "none"},
                    "compression": False,
                    "dial_timeout": f"{CONNECT_SECONDS}s",
                    "keep_alive": {
                        "idle_timeout": f"{ORIGIN_IDLE_SECONDS}s",
                        "max_idle_conns_per_host": ORIGIN_IDLE_CONNECTIONS,
                    },
                },
            },
        ],
        "terminal": True,
    }


def text(status: int | str, body: str) -> dict[str, Any]:
    """Return a route that answers everything with a short text."""
    plain = {"Content-Type": ["text/plain; charset=utf-8"]}
    return {
        "handle": [
            nameless(),
            {"handler": "static_response", "status_code": status, "headers": plain, "body": body},
        ]
    }


def nameless() -> dict[str, Any]:
    """Our own answers do not tell which engine wrote them."""
    return {"handler": "headers", "response": {"delete": ["Server"]}}


def _subroute(*routes: dict[str, Any]) -> dict[str, Any]:
    return {"handler": "subroute", "routes": list(routes)}
