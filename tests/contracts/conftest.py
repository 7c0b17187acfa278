"""Every backend that is reachable, behind one fixture.

SQLite runs always, and so do the MongoDB backend and series in InfluxDB, against stand-ins (``tests/replicas``) that
are neither MongoDB nor InfluxDB. A real server joins where its address is given: ``TEST_MONGODB_URL`` for the document
store, ``TEST_INFLUXDB_URL`` (with ``TEST_INFLUXDB_TOKEN``, ``…_ORG``, ``…_BUCKET``) for the series. Each store has a
database of its own, and a bucket named after that one. A new backend is a line in ``BACKENDS``; no test changes.
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
from influxdb_client import InfluxDBClient
from pydantic import SecretStr
from pymongo import MongoClient

from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.influx import InfluxServer
from pasip_core.stores.ports import Stores
from tests.contracts.mongo_language import foreign, reads_everything
from tests.replicas.influx import ORG, TOKEN, InfluxReplica
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
    """A new database on the server; options of the address stay, and where its user is known."""
    parts = urlsplit(address)
    path, query = f"/pasip_test_{uuid4().hex[:12]}", parts.query
    if parts.username and "authsource=" not in query.lower():
        query = "&".join(filter(None, (query, f"authSource={parts.path.strip('/') or 'admin'}")))
    there = urlunsplit(parts._replace(path=path, query=query))
    return Settings(_env_file=None, data_dir=folder, database_url=there)


def _influxdb(folder: Path) -> Settings:
    token, org, bucket = (os.environ.get(f"TEST_INFLUXDB_{name}", "") for name in ("TOKEN", "ORG", "BUCKET"))
    return _own_bucket(_embedded(folder), os.environ["TEST_INFLUXDB_URL"], token, org, bucket or "pasip-test")


def _influxdb_stand_in(folder: Path) -> Settings:
    return _own_bucket(_embedded(folder), _influxdb_standing_in().url, TOKEN, ORG, "pasip-test")


def _both_stand_ins(folder: Path) -> Settings:
    return _own_bucket(_stand_in(folder), _influxdb_standing_in().url, TOKEN, ORG, "pasip-test")


@lru_cache(maxsize=1)
def _influxdb_standing_in() -> InfluxReplica:
    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(InfluxReplica())


def _own_bucket(documents: Settings, url: str, token: str, org: str, bucket: str) -> Settings:
    """A new bucket for the series of a document store."""
    named = {"url": url, "token": SecretStr(token), "org": org, "bucket": f"{bucket}-{uuid4().hex[:12]}"}
    made = documents.model_copy(update={f"influxdb_{name}": value for name, value in named.items()})
    InfluxServer.named_by(made).prepare()
    return made


STAND_IN, BOTH = "mongodb-stand-in", "mongodb-and-influxdb-stand-ins"
BACKENDS: dict[str, tuple[Backend, str]] = {
    "sqlite": (_embedded, ""),
    STAND_IN: (_stand_in, ""),
    "mongodb": (_mongodb, "TEST_MONGODB_URL"),
    "influxdb": (_influxdb, "TEST_INFLUXDB_URL"),
    "influxdb-stand-in": (_influxdb_stand_in, ""),
    BOTH: (_both_stand_ins, ""),
}
REACHABLE = [name for name, (_, variable) in BACKENDS.items() if not variable or os.environ.get(variable)]


@pytest.fixture(params=REACHABLE)
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings of an empty store of each backend."""
    settings = BACKENDS[request.param][0](tmp_path / "data")
    said = _standing_in().commands if request.param in {STAND_IN, BOTH} else []
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
    if settings.influxdb_url:
        token, org = settings.influxdb_token.get_secret_value(), settings.influxdb_org
        with InfluxDBClient(settings.influxdb_url, token=token, org=org) as series:
            buckets = series.buckets_api()
            buckets.delete_bucket(buckets.find_bucket_by_name(settings.influxdb_bucket))


@pytest.fixture
def stores(store_settings: Settings) -> Iterator[Stores]:
    """An empty store of each backend, opened."""
    opened = connect(store_settings)
    yield opened
    opened.close()


@pytest.fixture
def other_stores(request: pytest.FixtureRequest, store_settings: Settings, tmp_path: Path) -> Iterator[Stores]:
    """A second empty store of the same backend as ``stores``."""
    settings = BACKENDS[request.node.callspec.params["store_settings"]][0](tmp_path / "other")
    opened = connect(settings)
    yield opened
    opened.close()
    drop(settings)
