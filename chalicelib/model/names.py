"""Names that the service gives: hostnames of endpoints, add-ons, apps, and the form of ids."""

from __future__ import annotations

import re
from random import Random

CITIES = (
    "accra adelaide ankara athens austin bangkok beirut belgrade bergen berlin bilbao bogota boston"
    " bremen brisbane brussels bucharest cairo calgary caracas chicago cologne cordoba cusco dakar dallas"
    " darwin denver dublin durban florence geneva genoa glasgow granada hamburg hanoi havana helsinki"
    " hobart istanbul jakarta kampala karachi kyiv kobe kyoto lagos lahore leeds leipzig lima lisbon lyon"
    " madrid malaga malmo manila medellin melbourne memphis miami milan montreal mumbai munich nagoya"
    " nairobi naples nice odessa osaka oslo ottawa padua palermo paris perth phoenix porto prague pune"
    " quito reims riga rome rotterdam sapporo seattle seoul seville sofia sydney taipei tallinn tampa"
    " tampere tokyo toronto tripoli tunis turin utrecht valencia venice verona vienna vilnius warsaw"
    " wellington zagreb zurich"
).split()
SHAPES = (
    "angular circular concave conical convex cubic curved cylindrical flat globular octagonal opposite"
    " oval parallel pointed pyramidal rectangular regular round shaped solid spherical square symmetrical"
    " tapered triangular trim vertical"
).split()
NUMBERS = range(1000, 10000)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # an id; no name looks like one


def endpoint(random: Random) -> str:
    """Return a name such as tokyo-2121: one of about a million."""
    return f"{random.choice(CITIES)}-{random.choice(NUMBERS)}"


def addon(random: Random) -> str:
    """Return a name such as ssl-rectangular-1234."""
    return f"ssl-{random.choice(SHAPES)}-{random.choice(NUMBERS)}"


def app(random: Random) -> str:
    """Return a name for an app that was made without one."""
    return f"{random.choice(SHAPES)}-{random.choice(CITIES)}-{random.choice(NUMBERS)}"
