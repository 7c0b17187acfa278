"""Letting go of what is older than is kept; its numbers stay for ever.

The order makes it safe to be killed anywhere: all numbers are brought up to date, then declared final (``Frozen``),
and only then do the mentions behind them go, in small batches. From the declaration on ``rollup`` keeps the stored
cells, and ``Intake`` takes nothing older.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from loguru import logger

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period, day_of, hour_of
from pasip_core.domain.retention import Frozen
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from .leftovers import forget_files
from .progress import Clock, Progress, silent, utc_now
from .rollup import HOURS_KEPT, rollup

BATCH = 500
ROUND = 5_000
"""Mentions excluded before their numbers are rolled up and they are removed."""
RUNS_KEPT = timedelta(days=90)
LEASE_TRIES, LEASE_PAUSE = 60, 1.0


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What one slice let go of. ``left``: there is more to do."""

    mentions: int = 0
    runs: int = 0
    files: int = 0
    hours: int = 0
    left: bool = False


def cleanup(
    stores: Stores,
    settings: Settings,
    *,
    owner: str,
    clock: Clock = utc_now,
    progress: Progress = silent,
    seconds: float = float("inf"),
) -> Cleaned:
    """Remove mentions older than RETENTION_DAYS, and hours, runs and files older than their time; for ``seconds``.

    Resumable and idempotent; two at once do no harm.
    """
    until = time.monotonic() + seconds
    removed, finished = 0, freeze(stores, settings, owner=owner, clock=clock)
    for mentions in _remove_frozen(stores, settings, owner, clock):
        removed += mentions
        progress(removed, None, "mentions")
        if removed and time.monotonic() > until:
            finished = False
            break
    done = Cleaned(
        removed,
        runs=_forget_runs(stores, clock),
        files=forget_files(settings.data_dir.resolve(), clock(), settings.zone),
        hours=stores.metrics.forget_hours(hour_of(clock() - HOURS_KEPT)),
        left=not finished,
    )
    logger.info("cleanup: {}", done)
    return done


def freeze(stores: Stores, settings: Settings, *, owner: str, clock: Clock = utc_now) -> bool:
    """Declare final what is older than is kept, once its numbers are up to date; whether they were."""
    today = day_of(clock(), settings.zone)
    platforms = {platform for platform, _ in stores.mentions.voices()}
    due = {p: day for p in sorted(platforms) if (day := settings.retention.oldest_kept(p, today)) is not None}
    frozen = {record.id: record.day for record in stores.frozen.list()}
    due = {p: day for p, day in due.items() if day.isoformat() > frozen.get(p, "")}
    if not due:
        return True
    if not bring_up_to_date(stores, owner, clock, before=max(due.values())):
        return False
    for platform, day in due.items():
        stores.frozen.save(Frozen(platform, day.isoformat()))
    return True


def bring_up_to_date(stores: Stores, owner: str, clock: Clock, *, before: date) -> bool:
    """Roll up; ``False`` where days before ``before`` stay behind, since another process is at it for too long."""
    for _ in range(LEASE_TRIES):
        rollup(stores, owner=owner, clock=clock)
        if not any(day < before for day in stores.mentions.touched_days(100_000)):
            return True
        time.sleep(LEASE_PAUSE)
    logger.warning("numbers before {} are still being recomputed by another process", before)
    return False


def _remove_frozen(stores: Stores, settings: Settings, owner: str, clock: Clock) -> Iterator[int]:
    """Remove what a killed run left excluded, then mentions behind final numbers, oldest first; each time, how many."""
    yield remove_excluded(stores, owner, clock)
    for frozen in stores.frozen.list():
        while excluded := _exclude_some(stores, frozen, settings):
            yield remove_excluded(stores, owner, clock)
            if excluded < ROUND:
                break


def _exclude_some(stores: Stores, frozen: Frozen, settings: Settings) -> int:
    span = stores.mentions.span()
    last = date.fromisoformat(frozen.day) - timedelta(days=1)
    if span is None or day_of(span[0], settings.zone) > last:
        return 0
    period = Period(day_of(span[0], settings.zone), last, settings.zone)
    filters, excluded = Filters(period, platforms=(frozen.id,)), 0
    while excluded < ROUND:
        page = stores.mentions.page(filters, limit=BATCH, order="oldest")
        if not page.mentions:
            break
        excluded += stores.mentions.exclude([mention.id for mention in page.mentions])
    return excluded


def remove_excluded(stores: Stores, owner: str, clock: Clock) -> int:
    """Roll up what was excluded and remove it for good; how many. What others roll up meanwhile goes next time."""
    for _ in range(LEASE_TRIES):
        if rollup(stores, owner=owner, clock=clock) or not stores.mentions.touched_days(1):
            break
        time.sleep(LEASE_PAUSE)
    removed = 0
    while count := stores.mentions.remove_excluded(BATCH):
        removed += count
    return removed


def _forget_runs(stores: Stores, clock: Clock) -> int:
    """Delete records of old runs, but the last one of each source."""
    too_old, forgotten = clock() - RUNS_KEPT, 0
    for source in stores.sources.list():
        latest = stores.source_runs.list({"source": source.id}, order_by="started_at", descending=True, limit=1)
        for run in stores.source_runs.list({"source": source.id}, order_by="started_at"):
            if run.started_at >= too_old or run.id == latest[0].id:
                break
            forgotten += stores.source_runs.delete(run.id)
    return forgotten
