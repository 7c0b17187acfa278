"""What many tests need: settings for a folder of their own, and a real Redis server. Nobody outside is asked."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from pasip_core.settings import Settings
from tests.guard import outside
from workers.redis_server import start_redis, wait_for_redis

SLOW_LAST = ("slow", "browser")
GUARD = Path(outside.__file__).parent
ROOT = GUARD.parents[1]


def pytest_configure() -> None:
    """From here on nothing but this machine is reached, by child processes neither.

    One thread a process: two processes share the work, and threads of theirs would wait for each other.
    """
    os.environ["OMP_NUM_THREADS"] = "1"
    handle, os.environ[outside.NOTES] = tempfile.mkstemp(prefix="pasip-outside-")
    os.close(handle)
    paths = (str(GUARD), str(ROOT), os.environ.get("PYTHONPATH"))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    outside.watch()


def pytest_unconfigure() -> None:
    Path(os.environ[outside.NOTES]).unlink(missing_ok=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, so that a mistake shows within seconds; the browser comes at the very end.

    Where processes share the work it begins at once instead, since nothing takes longer.
    """
    shared = "PYTEST_XDIST_WORKER" in os.environ
    items.sort(key=lambda item: -1 if shared and item.get_closest_marker("browser") else _slowness(item))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Where processes share the work, a file stays in one of them, and so does all that one installation serves."""
    return _ByFile(config, log)


class _ByFile(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "tests/browser" if file.startswith("tests/browser/") else file


def _slowness(item: pytest.Item) -> int:
    return max((n + 1 for n, mark in enumerate(SLOW_LAST) if item.get_closest_marker(mark)), default=0)


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> Iterator[None]:
    """What the developer has set for their own installation must not reach a test."""
    saved = dict(os.environ)
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    yield
    os.environ.clear()
    os.environ.update(saved)


@pytest.fixture(autouse=True)
def _nobody_outside_is_asked() -> Iterator[None]:
    """Fails a test in which anything was tried to be reached beyond this machine."""
    yield
    assert outside.noted() == []


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a real Redis server for this session; the path is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="pasip-redis-", dir="/tmp"))
    server = start_redis(folder / "r.sock", folder / "redis")
    url = f"unix://{folder}/r.sock"
    with Redis.from_url(url) as connection:
        wait_for_redis(connection, server)
    yield url
    server.terminate()
    server.wait(10)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation under a temporary folder; its Redis is not running."""
    return Settings(_env_file=None, data_dir=tmp_path / "data")


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A connection to an empty Redis."""
    with Redis.from_url(redis_url) as connection:
        connection.flushall()
        yield connection


@pytest.fixture
def queue_settings(redis: Redis, redis_url: str, tmp_path: Path) -> Settings:
    """Settings of an installation under a temporary folder, with an empty Redis that answers."""
    return Settings(_env_file=None, data_dir=tmp_path / "data", redis_url=redis_url)
