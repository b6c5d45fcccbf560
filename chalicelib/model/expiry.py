"""When a chain's end is near: by fractions of its lifetime, since lifetimes go from six days to a year."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.model.endpoint import Version
from chalicelib.x509.facts import Facts

# In the order in which they come; the last is a reminder one day after the end.
RENEW, SOON, URGENT, EXPIRED, OVERDUE = STAGES = ("renew", "soon", "urgent", "expired", "overdue")
RENEW_PART, SOON_PART, URGENT_PART = 3, 6, 12  # of the lifetime is left (RFC 9773 clients renew at a third)
URGENT_LEAST = timedelta(days=1)
URGENT_LEAST_OF_LONG = timedelta(days=3)  # a weekend, for what lives longer than LONG
LONG = timedelta(days=30)
SHORT = timedelta(days=10)  # CA/Browser Forum's short-lived certificates, and what is close to them
SHORT_RENEW_PART, SHORT_SOON_PART = 2, 4
SHORT_URGENT = timedelta(hours=12)
OVERDUE_AFTER = timedelta(days=1)


def ends(version: Version) -> tuple[datetime, timedelta]:
    """Return when the served chain stops being valid, and for how long all of it is valid together.

    An intermediate may end before the leaf; then the leaf's own dates say nothing.
    """
    begin, end = max(facts.starts_at for facts in version.chain), version.expires_at
    return end, max(end - begin, timedelta(0))


def first(version: Version) -> Facts:
    """Return the certificate of the served chain that ends first: the leaf, unless another one ends before it."""
    return min(version.chain, key=lambda facts: facts.expires_at)


def identity(version: Version) -> str:
    """Return what has to be the same for a stage to be the same news.

    It is the leaf, together with the certificate that ends first if that is another one: who was told of one of
    them knows nothing of the other. The rest of the chain may change, and a version may be rolled back to or
    uploaded again, and it is still no news.
    """
    leaf, ending = version.leaf.fingerprint, first(version).fingerprint
    return leaf if ending == leaf else f"{leaf}+{ending}"


def moments(version: Version) -> dict[str, datetime]:
    """Return when each stage of a chain's end is reached, by stage, in the order of STAGES."""
    end, life = ends(version)
    if life <= SHORT:
        left = (life / SHORT_RENEW_PART, life / SHORT_SOON_PART, SHORT_URGENT)
    else:
        least = URGENT_LEAST_OF_LONG if life > LONG else URGENT_LEAST
        left = (life / RENEW_PART, life / SOON_PART, max(life / URGENT_PART, least))
    return dict(zip(STAGES, (*(end - each for each in left), end, end + OVERDUE_AFTER), strict=True))


def reached(version: Version, now: datetime) -> str | None:
    """Return the last stage that is reached by now; None while there is time."""
    return next((stage for stage, at in reversed(moments(version).items()) if at <= now), None)


def next_moment(version: Version, now: datetime) -> datetime | None:
    """Return when the next stage is reached; None when there is none any more."""
    return min((at for at in moments(version).values() if at > now), default=None)


def coming(version: Version, now: datetime) -> dict[str, datetime]:
    """Return when each stage will be reached that is not reached by now."""
    return {stage: at for stage, at in moments(version).items() if at > now}


def due(version: Version, now: datetime) -> datetime | None:
    """Return when a version that is served from now on has to be looked at: at once if a stage is reached."""
    return now if reached(version, now) else next_moment(version, now)


def left(until: datetime, now: datetime) -> str:
    """Return how long it is until a moment, or how long ago it was, in words: "12 days", "5 hours"."""
    hours = int(abs(until - now).total_seconds() // 3600)
    if not hours:
        return "less than an hour"
    days = hours // 24
    number, unit = (days, "day") if days > 1 else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def warning(version: Version, now: datetime) -> str | None:
    """Return a sentence if the served chain should be renewed by now; None if there is time, or it is too late."""
    if reached(version, now) not in {RENEW, SOON, URGENT}:
        return None
    end = version.expires_at
    whose = "The certificate" if end == version.leaf.expires_at else "An intermediate certificate"
    return f"{whose} expires on {end:%Y-%m-%d}, in {left(end, now)}: renew it and update the endpoint."
