"""How the collection is doing."""

from __future__ import annotations

from dataclasses import dataclass

from pasip_core.domain.metrics import BoundedCount
from pasip_core.domain.runs import ImportRun, SourceInfo, SourceRun
from pasip_core.stores.ports import Stores

RUNS_LOOKED_AT = 200
WAITING_COUNTED, DAYS_COUNTED = 10_000, 1_000


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source with its latest run (``None``: never asked)."""

    source: SourceInfo
    last_run: SourceRun | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the workers still have to do with stored mentions."""

    unanalysed: BoundedCount
    days_to_roll_up: int


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
    """The latest run of each source that ran lately, newest first."""
    runs = stores.source_runs.list(order_by="started_at", descending=True, limit=RUNS_LOOKED_AT)
    latest: dict[str, SourceRun] = {}
    for run in runs:
        latest.setdefault(run.source, run)
    return list(latest.values())[:limit]


def recent_imports(stores: Stores, limit: int = 20) -> list[ImportRun]:
    """The latest imported files, newest first."""
    return stores.imports.list(order_by="started_at", descending=True, limit=limit)


def backlog(stores: Stores) -> Backlog:
    """How much waits for analysis (counted up to 10,000) and for its numbers (days up to 1,000)."""
    waiting = stores.mentions.count_unanalysed(bound=WAITING_COUNTED + 1)
    unanalysed = BoundedCount(min(waiting, WAITING_COUNTED), waiting <= WAITING_COUNTED)
    return Backlog(unanalysed, len(stores.mentions.touched_days(DAYS_COUNTED)))
