"""What the person who starts the service can set: each as a flag and as an environment variable."""

from __future__ import annotations

import argparse
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.folder import Unusable

LAST_PORT = 65535
PRICE_DIGITS = 7
ZONE = re.compile(r"(?=.{1,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
YES, NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of one start; port 0 means any free one."""

    state: Path
    api_port: int
    edge_port: int
    edge_http_port: int
    zone: str
    extra_roots_pem: Path | None
    edge_http2: bool
    price_cents: int


def read(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Return the settings, a flag before a variable; raises Unusable for one that makes no sense."""
    given = _parser().parse_args(arguments)

    def value(name: str, default: str) -> tuple[str, str]:
        variable = name if name == "EXTRA_ROOTS_PEM" else f"SSL_ENDPOINT_{name}"
        return variable, getattr(given, name.lower()) or environment.get(variable, "").strip() or default

    _, roots = value("EXTRA_ROOTS_PEM", "")
    return Options(
        state=Path(value("STATE", ".local")[1]).expanduser().absolute(),
        api_port=_port(*value("API_PORT", "8000")),
        edge_port=_port(*value("EDGE_PORT", "8443")),
        edge_http_port=_port(*value("EDGE_HTTP_PORT", "8080")),
        zone=_zone(*value("ZONE", "ssl.localhost")),
        extra_roots_pem=_roots(Path(roots).expanduser().absolute()) if roots else None,
        edge_http2=_flag(*value("EDGE_HTTP2", "")),
        price_cents=_cents(*value("PRICE_CENTS", "2000")),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Runs SSL Endpoint on this machine: API, console, TLS edge and a demo app.",
        epilog="Each flag has an environment variable: --api-port is SSL_ENDPOINT_API_PORT and so on;"
        " --extra-roots-pem is EXTRA_ROOTS_PEM. Port 0 takes any free port.",
        allow_abbrev=False,
    )
    parser.add_argument("--state", metavar="FOLDER", help="where everything is kept (.local)")
    parser.add_argument("--api-port", metavar="PORT", help="of the API and the console (8000)")
    parser.add_argument("--edge-port", metavar="PORT", help="of the edge, https (8443)")
    parser.add_argument("--edge-http-port", metavar="PORT", help="of the edge, plain http that redirects (8080)")
    parser.add_argument("--zone", metavar="NAME", help="DNS zone of the endpoints' hostnames (ssl.localhost)")
    parser.add_argument("--extra-roots-pem", metavar="FILE", help="private CAs to trust beside Mozilla's")
    parser.add_argument("--edge-http2", action="store_const", const="yes", help="let the edge speak HTTP/2, too")
    parser.add_argument("--price-cents", metavar="CENTS", help="of the add-on a month: shown, never billed (2000)")
    return parser


def _port(variable: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > LAST_PORT:
        raise Unusable(
            f"{variable} is {text!r}; a port is a number from 0 to {LAST_PORT}, and 0 takes any free one."
        )
    return int(text)


def _zone(variable: str, text: str) -> str:
    zone = text.lower().removesuffix(".")
    if not ZONE.fullmatch(zone):
        raise Unusable(f"{variable} is {text!r}; a DNS zone looks like ssl.example.net.")
    return zone


def _flag(variable: str, text: str) -> bool:
    if text.lower() not in YES | NO:
        raise Unusable(f"{variable} is {text!r}; set it to 1 or 0.")
    return text.lower() in YES


def _cents(variable: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > PRICE_DIGITS:
        raise Unusable(
            f"{variable} is {text!r}; the price of a month is a number of US cents, such as 2000, or 0."
        )
    return int(text)


def _roots(file: Path) -> Path:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else ""
        reason = reason or "it holds no usable certificate in PEM form"
        raise Unusable(f"EXTRA_ROOTS_PEM, the file {file}, cannot be used: {reason}.") from None
    return file
