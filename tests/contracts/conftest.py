"""Every backend that is reachable, behind one fixture.

SQLite runs always, and so does the MongoDB backend against a stand-in (``tests/replicas/mongo.py``), which is not
MongoDB. A real server joins where its address is given: ``TEST_MONGODB_URL`` for the document store,
``TEST_INFLUXDB_URL`` (with ``TEST_INFLUXDB_TOKEN``, ``…_ORG``, ``…_BUCKET``) for the series. A new backend is a line in
``BACKENDS``; no test changes.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from pymongo import MongoClient

from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.contracts.mongo_language import foreign, reads_everything
from tests.replicas.mongo import MongoStandIn, mongo_stand_in

Backend = Callable[[Path], Settings]


def _embedded(folder: Path) -> Settings:
    return Settings(_env_file=None, data_dir=folder)


def _mongodb(folder: Path) -> Settings:
    return _database_at(os.environ["TEST_MONGODB_URL"], folder)


def _stand_in(folder: Path) -> Settings:
    return _database_at(_standing_in().url, folder)


@lru_cache(maxsize=1)
def _standing_in() -> MongoStandIn:
    """One for the whole process: each test has a database of its own."""
    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(mongo_stand_in())


def _database_at(address: str, folder: Path) -> Settings:
    """A new database on the server; options of the address stay."""
    parts = urlsplit(address)
    path = f"/pasip_test_{uuid4().hex[:12]}"
    return Settings(_env_file=None, data_dir=folder, database_url=urlunsplit(parts._replace(path=path)))


def _influxdb(folder: Path) -> Settings:
    given = {
        f"influxdb_{name}": os.environ.get(f"TEST_INFLUXDB_{name.upper()}", "") for name in ("token", "org", "bucket")
    }
    return Settings(_env_file=None, data_dir=folder, influxdb_url=os.environ["TEST_INFLUXDB_URL"], **given)


STAND_IN = "mongodb-stand-in"
BACKENDS: dict[str, tuple[Backend, str]] = {
    "sqlite": (_embedded, ""),
    STAND_IN: (_stand_in, ""),
    "mongodb": (_mongodb, "TEST_MONGODB_URL"),
    "influxdb": (_influxdb, "TEST_INFLUXDB_URL"),
}
REACHABLE = [name for name, (_, variable) in BACKENDS.items() if not variable or os.environ.get(variable)]


@pytest.fixture(params=REACHABLE)
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings of an empty store of each backend."""
    settings = BACKENDS[request.param][0](tmp_path / "data")
    said = _standing_in().commands if request.param == STAND_IN else []
    said.clear()
    yield settings
    assert not set().union(*map(foreign, said)), "not every server knows this"
    assert [command for command in said if reads_everything(command) and not _maintains(command)] == []
    drop(settings)


def _maintains(command: dict[str, Any]) -> bool:
    """Looking at everything is the very thing that ``touch_everything`` is for."""
    return command.get("aggregate") == "scraped_data" and list(command["pipeline"][0]) == ["$group"]


def drop(settings: Settings) -> None:
    """Leave nothing on a server that others use too."""
    address = settings.database_url.get_secret_value()
    if address:
        with MongoClient[dict[str, object]](address) as client:
            client.drop_database(client.get_default_database())


@pytest.fixture
def other_stores(request: pytest.FixtureRequest, store_settings: Settings, tmp_path: Path) -> Iterator[Stores]:
    """A second empty store of the same backend as ``stores``."""
    backend: str = request.node.callspec.params["store_settings"]
    opened = connect(BACKENDS[backend][0](tmp_path / "other"))
    yield opened
    opened.close()


@pytest.fixture
def stores(store_settings: Settings) -> Iterator[Stores]:
    """An empty store of each backend, opened."""
    opened = connect(store_settings)
    yield opened
    opened.close()
