"""Real worker processes, and the jobs they run in tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import make_keyword
from tests.guard import pace
from tests.replicas import World, open_world
from workers.processes import spawn

ROOT = Path(__file__).parents[2]
DELAY = 0.05


def environment(settings: Settings) -> dict[str, str]:
    """The environment that gives another process these settings."""
    values = {name: getattr(settings, name) for name in settings.model_fields_set}
    plain = {name: v.get_secret_value() if isinstance(v, SecretStr) else v for name, v in values.items()}
    given = {name.upper(): str(value) for name, value in plain.items()}
    return {**os.environ, **given, "PYTHONUNBUFFERED": "1", "LOG_LEVEL": "WARNING"}


@pytest.fixture
def start_worker(queue_settings: Settings) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts ``python -m workers.main QUEUE``; all of them, and what they run, are gone afterwards."""
    started: list[subprocess.Popen[bytes]] = []

    def start(queue: str, settings: Settings = queue_settings) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "workers.main", queue]
        process = spawn(argv, env=environment(settings), cwd=ROOT, by=signal.SIGKILL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield open_world(stack, tmp_path / "outlets", stories=12)


@pytest.fixture
def make_installation(
    world: World, redis_url: str, tmp_path: Path
) -> Iterator[Callable[[str], tuple[Settings, Stores]]]:
    """Settings and stores of an installation that collects from ``world``; with one keyword.

    Fails a test in which the workers, taken together, asked a site faster than the delay allows.
    """
    opened: list[Stores] = []

    def make(name: str) -> tuple[Settings, Stores]:
        settings = Settings(
            _env_file=None, data_dir=tmp_path / name, redis_url=redis_url, scraping_delay=DELAY, **world.settings()
        )
        stores = connect(settings)
        opened.append(stores)
        stores.keywords.save(make_keyword("banjir"))
        return settings, stores

    yield make
    for stores in opened:
        stores.close()
    asked = (*world.replicas.values(), world.google, world.gdelt)
    assert [fault for replica in asked for fault in pace.too_many(replica, DELAY)] == []
