"""How the collection is doing."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pasip_core.domain.metrics import BoundedCount
from pasip_core.domain.runs import ImportRun, SourceInfo, SourceRun
from pasip_core.errors import StoreBusy, StoreError, StoreFull, StoreUnavailable
from pasip_core.stores.ports import Stores

RUNS_LOOKED_AT = 200
WAITING_COUNTED, DAYS_COUNTED = 10_000, 1_000
LEAST_ROOM = 16 << 20
"""Bytes free where the data lies: with less, the next batch of mentions may not fit."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source with its latest run (``None``: never asked)."""

    source: SourceInfo
    last_run: SourceRun | None


@dataclass(frozen=True, slots=True)
class StoreTrouble:
    """Why the stores cannot do all their work, and whether what they hold can be read all the same."""

    error: StoreError
    readable: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the workers still have to do with stored mentions."""

    unanalysed: BoundedCount
    days_to_roll_up: int


def store_trouble(stores: Stores, data_dir: Path) -> StoreTrouble | None:
    """What keeps the stores from being read, else what keeps them from being written to; ``None`` if nothing does.

    Reads a little and writes a little (a lease that nobody else takes). A store that is only busy writing
    is well: what is to be written waits for its turn.
    """
    try:
        stores.mentions.watermark()
        free = _free_bytes(data_dir)
    except StoreError as error:
        return StoreTrouble(error, readable=False)
    if free < LEAST_ROOM:
        full = StoreFull(f"only {free / 1e6:.1f} MB are free in {data_dir}; free some, and the work goes on")
        return StoreTrouble(full, readable=True)
    try:
        with suppress(StoreBusy):
            stores.leases.acquire("health", "health", 1.0)
    except StoreError as error:
        return StoreTrouble(error, readable=True)
    return None


def _free_bytes(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError as error:
        raise StoreUnavailable(f"{folder} is not there ({error.strerror})") from error


def last_collection(stores: Stores) -> SourceRun | None:
    """The run that began last."""
    runs = stores.source_runs.list(order_by="started_at", descending=True, limit=1)
    return runs[0] if runs else None


def source_states(stores: Stores) -> list[SourceState]:
    """Every source that the workers know, with its latest run, by label."""
    states = [SourceState(info, _last_run(stores, info.id)) for info in stores.sources.list()]
    return sorted(states, key=lambda state: (state.source.platform, state.source.label.casefold()))


def _last_run(stores: Stores, source: str) -> SourceRun | None:
    runs = stores.source_runs.list({"source": source}, order_by="started_at", descending=True, limit=1)
    return runs[0] if runs else None


def latest_runs(stores: Stores, limit: int = 50) -> list[SourceRun]:
    """The latest run of each source that ran lately: those under way, then the others by their end, newest first."""
    runs = stores.source_runs.list(order_by="started_at", descending=True, limit=RUNS_LOOKED_AT)
    latest: dict[str, SourceRun] = {}
    for run in runs:
        latest.setdefault(run.source, run)
    by_end = sorted(latest.values(), key=lambda run: run.finished_at or run.started_at, reverse=True)
    return sorted(by_end, key=lambda run: run.finished_at is not None)[:limit]


def recent_imports(stores: Stores, limit: int = 20) -> list[ImportRun]:
    """The latest imported files, newest first."""
    return stores.imports.list(order_by="started_at", descending=True, limit=limit)


def backlog(stores: Stores) -> Backlog:
    """How much waits for analysis (counted up to 10,000) and for its numbers (days up to 1,000)."""
    waiting = stores.mentions.count_unanalysed(bound=WAITING_COUNTED + 1)
    unanalysed = BoundedCount(min(waiting, WAITING_COUNTED), waiting <= WAITING_COUNTED)
    return Backlog(unanalysed, len(stores.mentions.touched_days(DAYS_COUNTED)))
