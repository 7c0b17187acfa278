"""Stores of any size for the benchmarks to ask, made once a run."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from itertools import islice
from pathlib import Path

from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.benchmarks.corpus import mentions
from tests.benchmarks.multiplying import multiply
from tests.contracts.helpers import roll_up
from tests.scale.sample import assign_topics

SMALL, MILLION = 10_000, 1_000_000
AT_ONCE = 10_000
DONE = "filled"


def large() -> int:
    """How many mentions the large store holds (``--mentions``)."""
    return int(os.environ.get("BENCH_MENTIONS", str(MILLION)))


def beside() -> int:
    """The size with which the large one is compared."""
    return SMALL if large() <= MILLION else MILLION


@cache
def filled(count: int) -> Stores:
    """A store with so many mentions over a year, rolled up; beyond a million whole millions, the first one repeated.

    ``BENCH_DIR`` keeps it for the next run.
    """
    folder = _kept() / str(count)
    stores = connect(Settings(_env_file=None, data_dir=folder))
    if not (folder / DONE).exists():
        if count > MILLION:
            filled(MILLION)
            multiply(path_of(MILLION), path_of(count), count // MILLION)
            stores.mentions.touch_everything()
            roll_up(stores)
        else:
            _fill(stores, count)
        (folder / DONE).touch()
    return stores


def _fill(stores: Stores, count: int) -> None:
    source = mentions(count)
    while batch := list(islice(source, AT_ONCE)):
        stores.mentions.upsert(batch)
        roll_up(stores)
        assign_topics(stores, batch)


@cache
def _kept() -> Path:
    return Path(os.environ.get("BENCH_DIR") or _until_the_end().name)


@cache
def _until_the_end() -> tempfile.TemporaryDirectory[str]:
    """Removed with the process."""
    return tempfile.TemporaryDirectory(prefix="pasip-bench-")


def path_of(count: int) -> Path:
    """The file of a store that is ``filled``."""
    return _kept() / str(count) / "pasip.db"
