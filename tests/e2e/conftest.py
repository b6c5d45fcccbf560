"""One product for all tests that look at it from outside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.product import Product, running


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run the product on a new state folder."""
    with running(tmp_path_factory.mktemp("product") / "state") as product:
        yield product
