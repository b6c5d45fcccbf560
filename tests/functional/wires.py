"""The clients as they are on the wire: the headers that were recorded of each, and a way to send with them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from chalice.test import Client, HTTPResponse

V3 = "application/vnd.heroku+json; version=3"
FORM = "application/x-www-form-urlencoded"
BINARY = "application/octet-stream"


@dataclass(frozen=True)
class Sender:
    """A client: the headers that it sends with every request, and how it proves who it is."""

    name: str
    scheme: str = "Basic"
    headers: dict[str, str] = field(default_factory=dict)

    def dress(self, token: str) -> dict[str, str]:
        """Return its headers with a token."""
        secret = token if self.scheme == "Bearer" else base64.b64encode(f":{token}".encode()).decode()
        return {**self.headers, "Authorization": f"{self.scheme} {secret}"}


# `Content-length: 0` on a GET and a Range on everything are heroku-client's, in the plugins of 7.38 and 8.11.
PLUGIN = {"Accept": V3, "Content-type": "application/json", "Range": "id ..; max=1000"}
NEWEST = Sender(
    "heroku 11.10.0",
    "Bearer",
    {"accept": V3, "user-agent": "heroku-cli/11.10.0 linux", "request-id": f"{uuid4()},{uuid4()},{uuid4()}"},
)
MIDDLE = Sender("heroku 8.11.5", headers={**PLUGIN, "User-Agent": "heroku/8.11.5 linux-x64 node-v20.20.2"})
ARTICLE = Sender("heroku 7.38.1", headers={**PLUGIN, "User-Agent": "heroku/7.38.1 linux-x64 node-v20.20.2"})
RUBY = Sender(
    "heroku-toolbelt 3.99.4", headers={"Accept": "application/json", "User-Agent": "heroku-toolbelt/3.99.4"}
)
HEROKU3 = Sender(
    "heroku3 5.2.1",
    headers={"Accept": f"{V3}.cedar-acm", "Content-Type": "application/json", "Range": "domain ..; ;"},
)
CLIENTS = [NEWEST, MIDDLE, ARTICLE, RUBY, HEROKU3]


class Wire:
    """Sends requests as one client does."""

    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> HTTPResponse:
        """Send the bytes of a body as they are; a header replaces the client's own."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {key: value for key, value in self._headers.items() if key.lower() not in named}
        return self._client.http.request(method, path, body=body, headers={**kept, **named})

    def ask(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        """Send JSON, as most clients do, and return the answer's JSON; the status has to be the expected one."""
        raw = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            headers.setdefault("content_type", "application/json")
        answer = self.send(method, path, raw, **headers)
        assert status == answer.status_code, answer.body
        return json.loads(answer.body)
