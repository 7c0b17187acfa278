"""Processes that write as the workers do: a batch of new mentions, their analyses, the numbers of their days."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count, islice
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from pasip_core.domain.mention import Mention
from pasip_core.pipeline.rollup import rollup
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.benchmarks.corpus import mentions
from tests.builders import NOW
from tests.contracts.helpers import understand
from workers.main import NICENESS

WRITERS = 4
OWN, SHARED = 90, 10
"""In each batch: mentions of this writer alone, and such as all writers come upon."""
DAYS_AGO = range(20, 50)
"""When what they write was published: outside of what is read meanwhile, so that growth does not pass for waiting."""


def batches(writer: int) -> Iterator[list[Mention]]:
    """New mentions without end; the same ones every time."""
    numbers = count()
    own, shared = mentions(1_000_000, seed=1000 + writer), mentions(1_000_000, seed=999)
    while True:
        yield [_lately(mention, next(numbers)) for mention in (*islice(own, OWN), *islice(shared, SHARED))]


def _lately(mention: Mention, number: int) -> Mention:
    moment = NOW - timedelta(days=DAYS_AGO[number % len(DAYS_AGO)], seconds=number % 7000)
    return replace(mention, published_at=moment, analysis=None, stances={})


def write(stores: Stores, batch: list[Mention], owner: str) -> None:
    """What a collection, the enrichment behind it and the rollup behind that do; the latter one at a time."""
    stores.mentions.upsert(batch)
    stores.mentions.save_analyses([understand(mention, "negative") for mention in batch])
    rollup(stores, owner=owner, limit_days=50)


@dataclass
class Writers:
    """They write while they are let go, until they have written all they should or are told that it is over."""

    going: Event
    over: Event
    working: list[SpawnProcess]

    def go(self) -> None:
        """Begin, or go on."""
        self.going.set()

    def pause(self) -> None:
        """Wait after the batch at hand."""
        self.going.clear()

    def at_work(self) -> bool:
        """Whether any of them has not ended."""
        return any(process.is_alive() for process in self.working)


@contextmanager
def writers(folder: Path, most: int | None = None) -> Iterator[Writers]:
    """Four of them on the store in ``folder``, with at most so many batches each; raises where one of them failed."""
    fresh = multiprocessing.get_context("spawn")
    going, over = fresh.Event(), fresh.Event()
    working = [fresh.Process(target=_work, args=(folder, number, most, going, over)) for number in range(WRITERS)]
    for process in working:
        process.start()
    try:
        yield Writers(going, over, working)
    finally:
        over.set()
        going.set()
        for process in working:
            process.join(120)
    assert [process.exitcode for process in working] == [0] * WRITERS


def _work(folder: Path, number: int, most: int | None, going: Event, over: Event) -> None:
    os.nice(NICENESS)
    stores = connect(Settings(_env_file=None, data_dir=folder))
    for batch in islice(batches(number), most):
        going.wait()
        if over.is_set():
            break
        write(stores, batch, f"writer-{number}")
    stores.close()
