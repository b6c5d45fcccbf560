"""/apps/{app}/channels and /account/channels: who is told what happens, and what was sent."""

from __future__ import annotations

from itertools import islice
from typing import Any

from chalicelib import stores, wiring
from chalicelib.api import wire, wire_channels
from chalicelib.api.http import Reply, Resource
from chalicelib.model.app import App
from chalicelib.model.caller import Caller
from chalicelib.model.notice import Channel
from chalicelib.model.record import AppRecord

MOST_SHOWN = 1000

resource = Resource(__name__)


@resource.on_app("/apps/{app}/channels", "GET")
def list_channels(caller: Caller, record: AppRecord) -> Any:
    """List who is told about the app: by its own channels, then by those for all apps of its account."""
    own = [wire_channels.channel(each, record.app) for each in record.channels]
    shared = wiring.channels().of_account(record.app.account_id)
    return [*own, *(wire_channels.channel(each, None) for each in shared)]


@resource.on_app("/apps/{app}/channels", "POST")
def add(caller: Caller, record: AppRecord) -> Any:
    """Tell somebody about the app: {"kind", "target"}. A webhook's secret is shown this once."""
    body = resource.body()
    added = wiring.channels().add_to_app(caller, record, body.text("kind"), body.text("target"))
    return _added(added, record.app)


@resource.on_app("/apps/{app}/channels/{channel}", "DELETE")
def remove(caller: Caller, record: AppRecord, channel: str) -> Any:
    """Tell somebody no more about the app."""
    removed = record.need_channel(channel)
    wiring.channels().remove_from_app(caller, record.app, removed)
    return wire_channels.channel(removed, record.app)


@resource.on_app("/apps/{app}/channels/{channel}/test", "POST")
def test(caller: Caller, record: AppRecord, channel: str) -> Any:
    """Send a test now and say what came of it."""
    return wire_channels.delivery(wiring.channels().test(caller, record.need_channel(channel), record.app))


@resource.on_app("/apps/{app}/deliveries", "GET")
def list_deliveries(caller: Caller, record: AppRecord) -> Any:
    """List what was sent of the app, newest first, with each try."""
    return _deliveries(record.app.id)


@resource.on("/account/channels", "GET", scope="admin")
def list_channels_of_account(caller: Caller) -> Any:
    """List who is told about all apps of the account."""
    return [wire_channels.channel(each, None) for each in wiring.channels().of_account(caller.account_id)]


@resource.on("/account/channels", "POST", scope="admin")
def add_to_account(caller: Caller) -> Any:
    """Tell somebody about all apps of the account: {"kind", "target"}. A webhook's secret is shown this once."""
    body = resource.body()
    return _added(wiring.channels().add_to_account(caller, body.text("kind"), body.text("target")), None)


@resource.on("/account/channels/{channel}", "DELETE", scope="admin")
def remove_from_account(caller: Caller, channel: str) -> Any:
    """Tell somebody no more about all apps of the account."""
    removed = wiring.channels().need_of_account(caller, channel)
    wiring.channels().remove_from_account(caller, removed)
    return wire_channels.channel(removed, None)


@resource.on("/account/channels/{channel}/test", "POST", scope="admin")
def test_of_account(caller: Caller, channel: str) -> Any:
    """Send a test now and say what came of it."""
    found = wiring.channels().need_of_account(caller, channel)
    return wire_channels.delivery(wiring.channels().test(caller, found, None))


@resource.on("/account/deliveries", "GET", scope="admin")
def list_deliveries_of_account(caller: Caller) -> Any:
    """List what was sent of the account itself, newest first, with each try."""
    return _deliveries(caller.account_id)


def _added(channel: Channel, app: App | None) -> Reply:
    shown = wire_channels.channel(channel, app)
    if not channel.secret:
        return Reply(shown, 201)
    return Reply({**shown, "secret": channel.secret}, 201, secret=True)


def _deliveries(log: str) -> list[wire.Json]:
    return [wire_channels.delivery(each) for each in islice(stores.deliveries().of(log), MOST_SHOWN)]
