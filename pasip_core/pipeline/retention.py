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
from pasip_core.domain.platforms import OTHER_NAMES, most_like
from pasip_core.domain.retention import EVERY_PLATFORM, Frozen
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores
from pasip_core.stores.samples import forget_gone

from .leftovers import forget_files
from .progress import Clock, Progress, silent, utc_now
from .quota_book import forget_old_uses
from .rollup import HOURS_KEPT, rollup

BATCH = 500
ROUND = 5_000
"""Mentions excluded before their numbers are rolled up and they are removed."""
RUNS_KEPT = timedelta(days=90)
LEASE_TRIES, LEASE_PAUSE = 60, 1.0
EVERY = 10**12
"""More mentions than there can be."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a cleanup lets go of now: so many mentions of a platform, from before the day ``before``."""

    platform: str
    before: date
    mentions: int


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What one slice let go of; ``uses`` are of quotas, long aged. ``left``: there is more to do."""

    mentions: int = 0
    runs: int = 0
    files: int = 0
    hours: int = 0
    uses: int = 0
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
    """Remove what is older than it is kept: mentions, hours, runs, uses of quotas, files; for ``seconds``.

    Resumable and idempotent; two at once do no harm.
    """
    for doubt in unknown_platforms(stores, settings):
        logger.warning("{}", doubt)
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
        uses=forget_old_uses(stores, clock()),
        left=not finished,
    )
    logger.info("cleanup: {}", done)
    return done


def freeze(stores: Stores, settings: Settings, *, owner: str, clock: Clock = utc_now) -> bool:
    """Declare final what is older than is kept, once its numbers are up to date; whether they were."""
    frozen = _frozen_days(stores)
    due = {p: day for p, day in _oldest_kept(stores, settings, clock).items() if day > frozen.get(p, date.min)}
    if not due:
        return True
    if not bring_up_to_date(stores, owner, clock, before=max(due.values())):
        return False
    for platform, day in due.items():
        stores.frozen.save(Frozen(platform, day.isoformat()))
    return True


def _oldest_kept(stores: Stores, settings: Settings, clock: Clock) -> dict[str, date]:
    """By the setting: the first day whose mentions are kept, of each stored platform that has one."""
    today = day_of(clock(), settings.zone)
    platforms = sorted({platform for platform, _ in stores.mentions.voices()})
    return {p: day for p in platforms if (day := settings.retention.oldest_kept(p, today)) is not None}


def _frozen_days(stores: Stores) -> dict[str, date]:
    return {frozen.id: date.fromisoformat(frozen.day) for frozen in stores.frozen.list()}


def due(stores: Stores, settings: Settings, *, clock: Clock = utc_now) -> list[Due]:
    """What ``cleanup`` would let go of, by platform, those included of which nothing is old. Changes nothing."""
    days = _frozen_days(stores)
    for platform, day in _oldest_kept(stores, settings, clock).items():
        days[platform] = max(day, days.get(platform, day))
    return [Due(platform, day, _count(stores, settings, platform, day)) for platform, day in sorted(days.items())]


def _count(stores: Stores, settings: Settings, platform: str, before: date) -> int:
    filters = _older(stores, settings, platform, before)
    return stores.mentions.count(filters, bound=EVERY).value if filters else 0


def _older(stores: Stores, settings: Settings, platform: str, before: date) -> Filters | None:
    """Mentions of the platform from before that day; ``None`` where nothing is as old."""
    span, last = stores.mentions.span(), before - timedelta(days=1)
    if span is None or (first := day_of(span[0], settings.zone)) > last:
        return None
    return Filters(Period(first, last, settings.zone), platforms=(platform,))


def unknown_platforms(stores: Stores, settings: Settings) -> list[str]:
    """A sentence on each platform of RETENTION_DAYS of which nobody knows: it may be misspelt, or still to come."""
    stored = {platform for platform, _ in stores.mentions.voices()}
    known = sorted({*OTHER_NAMES, *stored})
    told = []
    for name in sorted(settings.retention.days.keys() - {EVERY_PLATFORM, *known}):
        meant = f", perhaps {likely} is meant" if (likely := most_like(name)) else ""
        told.append(f"RETENTION_DAYS: no mention is of {name!r}{meant}; known are {', '.join(known)}")
    return told


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
    filters, excluded = _older(stores, settings, frozen.id, date.fromisoformat(frozen.day)), 0
    while filters and excluded < ROUND:
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
    if removed:
        forget_gone(stores)
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
