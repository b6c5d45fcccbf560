"""The settings of a deployment, read once from environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of the AWS resources and the choices of the person who runs the service."""

    record: str  # path of the SQLite file with the record; empty: the record is in DynamoDB, S3 and KMS
    table: str
    bucket: str
    key_id: str
    zone: str  # endpoints are tokyo-2121.<zone>
    app_zone: str  # an app's own domain is <app>.<app_zone>
    default_region: str
    regions: tuple[str, ...]
    edge: tuple[str, int]  # where the edge can be reached, to look at what it serves
    price_cents: int  # of the add-on, a month; shown, never billed
    fetch_issuers: bool  # whether missing intermediates are fetched from where certificates say they are
    mail_from: str  # the sender of notices
    mail_folder: str | None  # where e-mails are kept as files in the place of being sent by SES
    operator: str  # who runs the service: an e-mail address or a topic's ARN; empty: nobody is told
    console: str  # the console's address, for links in notices; empty: no links
    private_webhooks: bool  # whether notices may go to addresses that are not public
    resolver: tuple[str, int] | None  # the DNS server that is asked; None: the system's
    extra_roots_pem: str | None  # path of a PEM file with private CAs to trust beside Mozilla's


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read the settings; what has no variable gets a default that works on one machine."""
    default_region = environment.get("SSL_ENDPOINT_DEFAULT_REGION", "us")
    regions = environment.get("SSL_ENDPOINT_REGIONS", f"{default_region},eu")
    return Settings(
        record=environment.get("SSL_ENDPOINT_RECORD", ""),
        table=environment.get("SSL_ENDPOINT_TABLE", "ssl-endpoint"),
        bucket=environment.get("SSL_ENDPOINT_BUCKET", "ssl-endpoint"),
        key_id=environment.get("SSL_ENDPOINT_KEY", "alias/ssl-endpoint"),
        zone=environment.get("SSL_ENDPOINT_ZONE", "ssl.localhost"),
        app_zone=environment.get("SSL_ENDPOINT_APP_ZONE", "app.localhost"),
        default_region=default_region,
        regions=tuple(region.strip() for region in regions.split(",") if region.strip()),
        edge=_address(environment.get("SSL_ENDPOINT_EDGE", "127.0.0.1:8443")),
        price_cents=int(environment.get("SSL_ENDPOINT_PRICE_CENTS", "2000")),
        fetch_issuers=_is_on(environment.get("SSL_ENDPOINT_FETCH_ISSUERS")),
        mail_from=environment.get("SSL_ENDPOINT_MAIL_FROM", "ssl-endpoint@localhost"),
        mail_folder=environment.get("SSL_ENDPOINT_MAIL_FOLDER") or None,
        operator=environment.get("SSL_ENDPOINT_OPERATOR", ""),
        console=environment.get("SSL_ENDPOINT_CONSOLE", ""),
        private_webhooks=_is_on(environment.get("SSL_ENDPOINT_PRIVATE_WEBHOOKS")),
        resolver=_address(resolver) if (resolver := environment.get("SSL_ENDPOINT_RESOLVER")) else None,
        extra_roots_pem=environment.get("EXTRA_ROOTS_PEM") or None,
    )


def _is_on(text: str | None) -> bool:
    return text in {"1", "true", "yes"}


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
