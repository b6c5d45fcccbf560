"""Long lists in pieces."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.functional.conftest import Answer, Api


def test_every_page_has_its_rows(api: Api) -> None:
    """A long list comes in pieces that end where the next one begins, in whatever size is asked."""
    for number in range(5):
        api.call("POST", "/apps", {"name": f"app-{number}"})
    whole, pages, asked = api.call("GET", "/apps"), list[Answer](), "id ..; max=2"
    while asked:
        pages.append(api.call("GET", "/apps", Range=asked))
        asked = pages[-1].headers.get("Next-Range", "")

    assert [206, 206, 200] == [page.status for page in pages]
    assert whole.body == [row for page in pages for row in page.body]
    assert all(f"]{page.body[-1]['id']}.." in page.headers["Next-Range"] for page, _ in pairwise(pages))


@pytest.mark.parametrize(
    "asked", ["domain ..; ;", "id ..;" + " " * 100_000 + "x", "bytes=0-1", "id ]gone..;", "]"]
)
def test_odd_range_is_ignored(api: Api, asked: str) -> None:
    """A Range that cannot be read is answered with everything, and quickly."""
    api.call("POST", "/apps", {"name": "example"})
    answer = api.call("GET", "/apps", Range=asked)

    assert (200, 1) == (answer.status, len(answer.body))
