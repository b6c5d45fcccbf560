"""The names that the service gives."""

from __future__ import annotations

import re
from random import Random

from chalicelib.model import names
from chalicelib.model.app import NAME


def test_names_have_their_shapes() -> None:
    """Endpoints are city-NNNN, add-ons ssl-shape-NNNN, and an app's name is one that users could choose."""
    random = Random(1)

    for _ in range(500):
        assert re.fullmatch(r"[a-z]+-[1-9][0-9]{3}", names.endpoint(random))
        assert re.fullmatch(r"ssl-[a-z]+-[1-9][0-9]{3}", names.addon(random))
        assert NAME.fullmatch(names.app(random))


def test_hostnames_are_many() -> None:
    """There are about a million hostnames, and no city stands twice in the list."""
    assert len(names.CITIES) * len(names.NUMBERS) > 1_000_000
    assert len(set(names.CITIES)) == len(names.CITIES)
