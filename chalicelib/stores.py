"""Where everything rests: the clients of AWS and what keeps the record, each made once, when it is first needed.

The AWS clients are imported inside, so that a Lambda does not pay for those that it does not use.
"""

from __future__ import annotations

import os
import threading
from datetime import datetime, timezone
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib import settings as _settings
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.record.addons import AddonItems
    from chalicelib.record.apps import AppItems
    from chalicelib.record.checks import CheckItems
    from chalicelib.record.contract import Record, Vault
    from chalicelib.record.domains import DomainItems
    from chalicelib.record.endpoints import EndpointItems
    from chalicelib.record.indexes import Feed
    from chalicelib.record.notices import ChannelItems, DeliveryItems
    from chalicelib.record.reports import EdgeItems, RunItems, TrafficItems
    from chalicelib.sqlite.record import SqliteRecord

MOST_CLIENTS = 32  # users choose the regions of their topics
_making = threading.Lock()


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return _settings.from_environment(os.environ)


@lru_cache(MOST_CLIENTS)
def client(service: str, region: str | None = None) -> Any:
    """Return the AWS client of a service, in our own region unless one is named; all share one session."""
    from botocore.config import Config

    retries = {"mode": "standard", "max_attempts": 3}
    # AWS looks at each request itself: to do so here, too, would be a tenth of a client's work.
    config = Config(connect_timeout=3, read_timeout=10, retries=retries, parameter_validation=False)
    with _making:  # a session makes one client at a time
        return _session().client(service, region_name=region, config=config)


@cache
def record() -> Record:
    """Return the record: in the SQLite file of the settings, or else in DynamoDB."""
    if settings().record:
        return _sqlite()
    from chalicelib.aws.record import DynamoRecord

    return DynamoRecord(client("dynamodb"), settings().table)


@cache
def vault() -> Vault:
    """Return where sealed versions rest: in the same SQLite file, or else in S3, under a key of KMS."""
    if settings().record:
        from chalicelib.sqlite import keys
        from chalicelib.sqlite.vault import SqliteVault

        return SqliteVault(_sqlite(), keys.read(settings().record, os.environ), _now)
    from chalicelib.aws.vault import S3Vault

    return S3Vault(client("s3"), client("kms"), settings().bucket, settings().key_id)


@cache
def apps() -> AppItems:
    """Return where apps rest, and their whole records are read."""
    from chalicelib.record.apps import AppItems

    return AppItems(record(), settings().app_zone)


@cache
def addons() -> AddonItems:
    """Return where add-ons rest."""
    from chalicelib.record.addons import AddonItems

    return AddonItems(record())


@cache
def endpoints() -> EndpointItems:
    """Return where endpoints and their versions rest."""
    from chalicelib.record.endpoints import EndpointItems

    return EndpointItems(record())


@cache
def domains() -> DomainItems:
    """Return where domains and the claims on names rest."""
    from chalicelib.record.domains import DomainItems

    return DomainItems(record(), checks())


@cache
def checks() -> CheckItems:
    """Return where the last look at each domain rests."""
    from chalicelib.record.checks import CheckItems

    return CheckItems(record())


@cache
def channels() -> ChannelItems:
    """Return where channels rest."""
    from chalicelib.record.notices import ChannelItems

    return ChannelItems(record())


@cache
def deliveries() -> DeliveryItems:
    """Return where notices wait, and are logged."""
    from chalicelib.record.notices import DeliveryItems

    return DeliveryItems(record())


@cache
def feed() -> Feed:
    """Return the change feed."""
    from chalicelib.record.indexes import Feed

    return Feed(record())


@cache
def edges() -> EdgeItems:
    """Return where edges report how far they are."""
    from chalicelib.record.reports import EdgeItems

    return EdgeItems(record())


@cache
def traffic() -> TrafficItems:
    """Return where edges add up what they counted."""
    from chalicelib.record.reports import TrafficItems

    return TrafficItems(record())


@cache
def runs() -> RunItems:
    """Return where schedules say when they ran."""
    from chalicelib.record.reports import RunItems

    return RunItems(record())


@cache
def _sqlite() -> SqliteRecord:
    from chalicelib.sqlite.record import SqliteRecord

    return SqliteRecord(settings().record)


def _now() -> datetime:
    return datetime.now(timezone.utc)


@cache
def _session() -> Any:
    import boto3

    return boto3.session.Session()
