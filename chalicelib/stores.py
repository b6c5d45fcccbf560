"""Where everything rests: the clients of AWS and what keeps the record, each made once, when it is first needed.

The AWS clients are imported inside, so that a Lambda does not pay for those that it does not use.
"""

from __future__ import annotations

import os
import threading
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib import settings as _settings
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.aws.addons import Addons
    from chalicelib.aws.apps import Apps
    from chalicelib.aws.channels import Channels
    from chalicelib.aws.checks import Checks
    from chalicelib.aws.deliveries import Deliveries
    from chalicelib.aws.domains import Domains
    from chalicelib.aws.edges import Edges
    from chalicelib.aws.endpoints import Endpoints
    from chalicelib.aws.feed import Feed
    from chalicelib.aws.runs import Runs
    from chalicelib.aws.table import Table
    from chalicelib.aws.traffic import Traffic
    from chalicelib.aws.vault import Vault

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
def table() -> Table:
    """Return the one table."""
    from chalicelib.aws.table import Table

    return Table(client("dynamodb"), settings().table)


@cache
def vault() -> Vault:
    """Return where bundles rest."""
    from chalicelib.aws.vault import Vault

    return Vault(client("s3"), client("kms"), settings().bucket, settings().key_id)


@cache
def apps() -> Apps:
    """Return where apps rest, and their whole records are read."""
    from chalicelib.aws.apps import Apps

    return Apps(table(), settings().app_zone)


@cache
def addons() -> Addons:
    """Return where add-ons rest."""
    from chalicelib.aws.addons import Addons

    return Addons(table())


@cache
def endpoints() -> Endpoints:
    """Return where endpoints and their versions rest."""
    from chalicelib.aws.endpoints import Endpoints

    return Endpoints(table())


@cache
def domains() -> Domains:
    """Return where domains and the claims on names rest."""
    from chalicelib.aws.domains import Domains

    return Domains(table(), checks())


@cache
def checks() -> Checks:
    """Return where the last look at each domain rests."""
    from chalicelib.aws.checks import Checks

    return Checks(table())


@cache
def channels() -> Channels:
    """Return where channels rest."""
    from chalicelib.aws.channels import Channels

    return Channels(table())


@cache
def deliveries() -> Deliveries:
    """Return where notices wait, and are logged."""
    from chalicelib.aws.deliveries import Deliveries

    return Deliveries(table())


@cache
def feed() -> Feed:
    """Return the change feed."""
    from chalicelib.aws.feed import Feed

    return Feed(table())


@cache
def edges() -> Edges:
    """Return where edges report how far they are."""
    from chalicelib.aws.edges import Edges

    return Edges(table())


@cache
def traffic() -> Traffic:
    """Return where edges add up what they counted."""
    from chalicelib.aws.traffic import Traffic

    return Traffic(table())


@cache
def runs() -> Runs:
    """Return where schedules say when they ran."""
    from chalicelib.aws.runs import Runs

    return Runs(table())


@cache
def _session() -> Any:
    import boto3

    return boto3.session.Session()
