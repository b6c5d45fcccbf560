"""Long lists in pieces."""

from __future__ import annotations

from collections.abc import Callable
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


def pages(api: Api, path: str, most: int) -> list[Answer]:
    """Return the pages of a list, one after the other."""
    found, asked = list[Answer](), f"id ..; max={most}"
    while asked:
        found.append(api.call("GET", path, Range=asked))
        asked = found[-1].headers.get("Next-Range", "")
    return found


@pytest.mark.parametrize("most", [1, 2, 3, 100])
@pytest.mark.parametrize("path", ["/endpoints", "/domains"])
def test_account_wide_lists_have_each_row_once(api: Api, login: Callable[..., Api], path: str, most: int) -> None:
    """Own apps and shared ones come in pages of the size asked, wherever an app's domains are cut in two."""
    friend = login("friend@example.com")
    for caller, names in ((api, ("one", "two", "bare")), (friend, ("shared", "secret"))):
        for name in names:
            caller.call("POST", "/apps", {"name": f"app-{name}"})
    friend.call("POST", "/apps/app-shared/collaborators", {"user": "owner@example.com", "permission": "read"})
    for name, number in (("one", 3), ("two", 1), ("shared", 2)):
        for place in range(number):
            caller = friend if name == "shared" else api
            added = caller.call("POST", f"/apps/app-{name}/domains", {"hostname": f"{name}-{place}.example.com"})
            assert 201 == added.status
    whole, found = api.call("GET", path), pages(api, path, most)
    rows = [row for page in found for row in page.body]

    assert 200 == whole.status
    assert sorted(row["id"] for row in whole.body) == sorted(row["id"] for row in rows)
    assert {"/endpoints": 4, "/domains": 6}[path] == len({row["id"] for row in rows})
    assert [most] * (len(found) - 1) == [len(page.body) for page in found[:-1]]
    assert [206] * (len(found) - 1) + [200] == [page.status for page in found]
    assert sorted(row["app"]["name"] for row in whole.body) == [row["app"]["name"] for row in whole.body]


@pytest.mark.parametrize("path", ["/endpoints", "/domains"])
@pytest.mark.parametrize("asked", ["id ]gone..;", "id ]zzzzzzzz-0000..; max=1", "id ..; max=0"])
def test_odd_range_of_an_account_wide_list(api: Api, path: str, asked: str) -> None:
    """A place that is none is ignored."""
    api.call("POST", "/apps", {"name": "example"})
    api.call("POST", "/apps/example/domains", {"hostname": "www.example.com"})

    assert 1 == len(api.call("GET", path, Range=asked).body)
