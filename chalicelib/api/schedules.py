"""What AWS calls by the clock."""

from __future__ import annotations

from datetime import timedelta

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib import jobs

TICK = timedelta(seconds=50)  # of the minute until the next one

schedules = Blueprint(__name__)


@schedules.schedule(Rate(6, unit=Rate.HOURS), name="expiry_sweep")
def sweep_expiry(event: CloudWatchEvent) -> dict[str, int]:
    """Tell of the certificates whose end is near."""
    return jobs.schedules().run("expiry")


@schedules.schedule(Rate(1, unit=Rate.MINUTES), name="tick")
def tick(event: CloudWatchEvent) -> None:
    """Send what waits to be sent, and look at domains again."""
    jobs.schedules().tick(TICK)


@schedules.schedule(Rate(1, unit=Rate.DAYS), name="reconcile")
def reconcile(event: CloudWatchEvent) -> dict[str, int]:
    """Put right what was left behind, and judge what is stored anew."""
    return jobs.schedules().run("reconcile")
