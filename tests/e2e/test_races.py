"""Fifty writers at once, over HTTP against the real local server: one wins, the rest are told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.authority import CA
from tests.e2e.product import Answer, Product, fresh

WRITERS = 50


def race(attempts: list[Callable[[], Answer]]) -> list[Answer]:
    """Do all at the same time and return what each was told."""
    barrier = threading.Barrier(len(attempts))
    answers: list[Answer] = []

    def run(attempt: Callable[[], Answer]) -> None:
        barrier.wait(30)
        answers.append(attempt())

    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return answers


def test_racing_updates_have_one_winner_a_version(product: Product) -> None:
    """Of 50 updates each that is told 200 made one version; the rest got 409, and the history has no gap."""
    ca = CA("Race Root")
    product.app("race")
    path = "/apps/race/ssl-endpoints"
    name = product.call("POST", path, fresh(ca, "race.example.com"))["name"]
    uploads = [fresh(ca, "race.example.com") for _ in range(WRITERS)]
    answers = race([partial(product.ask, "PATCH", f"{path}/{name}", each) for each in uploads])
    won = [answer.body for answer in answers if answer.status == 200]
    history: list[dict[str, Any]] = product.call("GET", f"{path}/{name}/versions")
    fingerprints = {each["version"]: each["details"]["fingerprint"] for each in history}

    assert {200, 409} >= {answer.status for answer in answers}
    assert len(won) >= 1
    assert list(range(len(won) + 1, 0, -1)) == [each["version"] for each in history]
    assert {each["version"]: each["details"]["fingerprint"] for each in won}.items() <= fingerprints.items()


def test_one_of_fifty_gets_a_domain(product: Product) -> None:
    """Fifty apps that add one name at once: one has it, the others are told that it is in use."""
    for number in range(WRITERS):
        product.ask("POST", "/apps", {"name": f"racer-{number}"})
    taken = {"hostname": "prize.example.com"}
    answers = race(
        [partial(product.ask, "POST", f"/apps/racer-{number}/domains", taken) for number in range(WRITERS)]
    )
    owners = [n for n in range(WRITERS) if len(product.call("GET", f"/apps/racer-{n}/domains")) > 1]

    assert {201: 1, 422: WRITERS - 1} == Counter(answer.status for answer in answers)
    assert 1 == len(owners)
