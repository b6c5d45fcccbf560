"""Traffic and surges as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.wire import Json, moment
from chalicelib.model.app import App
from chalicelib.model.surge import Surge
from chalicelib.model.traffic import Minute, Threshold

if TYPE_CHECKING:
    from chalicelib.service.traffic import Series


def series(series: Series, app: App) -> Json:
    """Return an app's traffic, minute by minute, and what of it should have been announced."""
    minutes = [_minute(each) for each in series.minutes]
    peak = series.peak
    return {
        "app": {"id": app.id, "name": app.name},
        "since": moment(series.since),
        "until": moment(series.until),
        "series": minutes,
        "peak": _minute(peak) if peak else None,
        "last": minutes[-1] if minutes else None,
        "thresholds": [_threshold(each) for each in series.thresholds],
    }


def surge(surge: Surge, app: App) -> Json:
    """Return an announced surge."""
    return {
        "id": surge.id,
        "app": {"id": app.id, "name": app.name},
        "at": moment(surge.at),
        "requests_per_second": surge.requests_per_second,
        "note": surge.note,
        "short_notice": surge.is_short_notice,
        "sentence": surge.sentence,
        "created_at": moment(surge.created_at),
        "created_by": surge.created_by,
    }


def _minute(minute: Minute) -> Json:
    return {
        "at": moment(minute.at),
        "requests": minute.requests,
        "handshakes": minute.handshakes,
        "requests_per_second": round(minute.rate, 2),
    }


def _threshold(threshold: Threshold) -> Json:
    return {
        "code": threshold.code,
        "crossed": threshold.at is not None,
        "at": moment(threshold.at) if threshold.at else None,
        "sentence": threshold.sentence,
    }
