"""Every backend that is reachable, behind one fixture.

SQLite runs always. A server joins where its address is given: ``TEST_MONGODB_URL`` for the document store,
``TEST_INFLUXDB_URL`` (with ``TEST_INFLUXDB_TOKEN``, ``…_ORG``, ``…_BUCKET``) for the series. A new backend is a line in
``BACKENDS``; no test changes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores

Backend = Callable[[Path], Settings]


def _embedded(folder: Path) -> Settings:
    return Settings(_env_file=None, data_dir=folder)


def _mongodb(folder: Path) -> Settings:
    address = os.environ["TEST_MONGODB_URL"].rstrip("/")
    return Settings(_env_file=None, data_dir=folder, database_url=f"{address}/pasip_test_{uuid4().hex[:12]}")


def _influxdb(folder: Path) -> Settings:
    given = {
        f"influxdb_{name}": os.environ.get(f"TEST_INFLUXDB_{name.upper()}", "") for name in ("token", "org", "bucket")
    }
    return Settings(_env_file=None, data_dir=folder, influxdb_url=os.environ["TEST_INFLUXDB_URL"], **given)


BACKENDS: dict[str, tuple[Backend, str]] = {
    "sqlite": (_embedded, ""),
    "mongodb": (_mongodb, "TEST_MONGODB_URL"),
    "influxdb": (_influxdb, "TEST_INFLUXDB_URL"),
}
REACHABLE = [name for name, (_, variable) in BACKENDS.items() if not variable or os.environ.get(variable)]


@pytest.fixture(params=REACHABLE)
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty store of each backend."""
    return BACKENDS[request.param][0](tmp_path / "data")


@pytest.fixture
def stores(store_settings: Settings) -> Iterator[Stores]:
    """An empty store of each backend, opened."""
    opened = connect(store_settings)
    yield opened
    opened.close()
