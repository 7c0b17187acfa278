"""Processes that collect from a row's replica, and their end before their time.

Forked from one clean process that has loaded everything: a fresh interpreter would take seconds for each.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pasip_core.pipeline.collect import collect
from pasip_core.pipeline.quota_book import QuotaBook
from pasip_core.settings import Settings
from pasip_core.sources.http import PoliteClient
from pasip_core.stores.connect import connect
from tests.core.source_rows import ROWS, Row, made
from tests.replicas import Replica

MOST_RUNS = 30
CONNECTORS = {row.name: row for row in ROWS if row.platform}
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


def settings_of(row: Row, folder: Path, host: str) -> Settings:
    told = row.told_settings(f"http://{host}")
    return Settings(_env_file=None, data_dir=folder, private_hosts_allowed=host, scraping_delay=0, **told)


def collect_once(name: str, folder: Path, host: str) -> int:
    """One collection, as a job makes it; how many mentions were new."""
    row = CONNECTORS[name]
    settings = settings_of(row, folder, host)
    stores = connect(settings)
    with PoliteClient(settings) as client:
        source = made(row, host, settings, client, QuotaBook(stores))
        run = collect(source, stores=stores, settings=settings)
    stores.close()
    return run.new


def collect_and_say(said: Connection, *given: Any) -> None:
    collect_once(*given)
    said.send("ended")


def collect_dry(said: Connection, *given: Any) -> None:
    """Collect until two runs in a row bring nothing."""
    new = [collect_once(*given)]
    said.send("once")
    while any(new[-2:]):
        new.append(collect_once(*given))
        assert len(new) < MOST_RUNS


@contextmanager
def process_of(work: Callable[..., None], *given: Any) -> Iterator[tuple[BaseProcess, Connection]]:
    """A process of its own that does this, and what it says."""
    heard, said = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=work, args=(said, *given))
    process.start()
    said.close()
    yield process, heard
    process.join()


def kill_after(requests: int, seconds: float, replica: Replica, *given: Any) -> None:
    """Kill a collection so long after so many requests of it arrived, or once it has come to its end."""
    enough = len(replica.arrivals) + requests
    with process_of(collect_and_say, *given) as (process, heard):
        while len(replica.arrivals) < enough and not heard.poll(0.001):
            pass
        time.sleep(seconds)  # the moment is the point: it is not waiting for anything
        process.kill()


def run_dry(replica: Replica, *given: Any) -> int:
    """Let a process collect until nothing is new; how many requests its first run made."""
    begun = len(replica.arrivals)
    with process_of(collect_dry, *given) as (process, heard):
        assert heard.recv() == "once"
        requests = len(replica.arrivals) - begun
    assert process.exitcode == 0
    return requests
