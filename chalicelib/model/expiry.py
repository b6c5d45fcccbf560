"""When a chain's end is near: by fractions of its lifetime, since lifetimes go from six days to a year."""

from __future__ import annotations

from datetime import datetime

from chalicelib.model.endpoint import Version

RENEW_AT = 3  # when less than a third of the lifetime is left (RFC 9773 clients renew then, too)


def warning(version: Version, now: datetime) -> str | None:
    """Return a sentence if the served chain should be renewed by now; None if there is time, or it is too late."""
    first = min(version.chain, key=lambda facts: facts.expires_at)
    left = first.expires_at - now
    if not 0 < left.total_seconds() * RENEW_AT <= (first.expires_at - first.starts_at).total_seconds():
        return None
    whose = "The certificate" if first == version.leaf else "An intermediate certificate"
    how_long = f"{left.days} days" if left.days > 1 else f"{int(left.total_seconds() // 3600)} hours"
    return f"{whose} expires on {first.expires_at:%Y-%m-%d}, in {how_long}: renew it and update the endpoint."
