"""A record and a vault on each adapter, empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chalicelib import stores
from chalicelib.record.contract import Record, Vault
from chalicelib.sqlite.record import SqliteRecord
from tests import records
from tests.records import MOTO, SQLITE


@dataclass(frozen=True)
class Adapter:
    """What keeps a record, and what is kept beside it."""

    kind: str
    record: Record
    vault: Vault


@pytest.fixture(scope="module", params=[SQLITE, MOTO])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adapter]:
    """Yield each adapter in turn, one a module."""
    made = records.made(request.param, tmp_path_factory.mktemp("record"))
    with pytest.MonkeyPatch.context() as environment, made as variables:
        for name, value in variables.items():
            environment.setenv(name, value)
        records.forget()
        adapter = Adapter(request.param, stores.record(), stores.vault())
        yield adapter
        if isinstance(adapter.record, SqliteRecord):
            adapter.record.close()
    records.forget()


@pytest.fixture
def adapter(kept: Adapter) -> Adapter:
    """Return an adapter with nothing in it."""
    records.empty()
    return kept


@pytest.fixture
def record(adapter: Adapter) -> Record:
    """Return a record with nothing in it."""
    return adapter.record


@pytest.fixture
def vault(adapter: Adapter) -> Vault:
    """Return a vault with nothing in it."""
    return adapter.vault


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Return the path of a file that is not there yet."""
    return str(tmp_path / "record.sqlite")
