"""From mentions to numbers: recompute the days that changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from loguru import logger

from pasip_core.domain.metrics import Cell, DayNumbers, SetCell
from pasip_core.domain.period import hour_of
from pasip_core.errors import LeaseLost
from pasip_core.stores.ports import Fence, Stores

from .progress import Clock, Progress, silent, utc_now

C = TypeVar("C", Cell, SetCell)

LEASE, LEASE_SECONDS = "rollup", 60.0
HOURS_KEPT = timedelta(days=90)
DAYS_AT_ONCE = 500


def rollup(
    stores: Stores,
    *,
    owner: str,
    clock: Clock = utc_now,
    progress: Progress = silent,
    limit_days: int | None = None,
) -> int:
    """Recompute each touched day, newest first; how many days. 0 where another process is at it.

    Killed at any line it leaves a day either as it was, noted for the next run, or done. A process that
    loses its lease stops quietly: its successor does the rest.
    """
    fence = stores.leases.acquire(LEASE, owner, LEASE_SECONDS)
    if fence is None:
        return 0
    done = 0
    try:
        while days := stores.mentions.touched_days(min(DAYS_AT_ONCE, (limit_days or DAYS_AT_ONCE) - done)):
            for day in days:
                stores.leases.renew(fence, LEASE_SECONDS)
                recompute(stores, day, fence, clock)
                done += 1
                progress(done, max(done, len(days)), "numbers")
            if limit_days is not None and done >= limit_days:
                break
    except LeaseLost as error:
        logger.info("rollup leaves the rest to another process: {}", error)
    finally:
        stores.leases.release(fence)
    return done


def recompute(stores: Stores, day: date, fence: Fence, clock: Clock) -> None:
    """One day. What came after ``touched`` stays noted, whether or not the numbers already hold it."""
    touched = stores.mentions.touched(day)
    numbers = _with_frozen(stores, stores.mentions.numbers(day))
    oldest = hour_of(clock() - HOURS_KEPT)
    kept = {hour: cells for hour, cells in numbers.hours.items() if hour >= oldest}
    stores.metrics.write(replace(numbers, hours=kept), fence)
    stores.mentions.settle(touched, fence)


def _with_frozen(stores: Stores, fresh: DayNumbers) -> DayNumbers:
    """The stored cells of platforms whose numbers of that day are final, the fresh ones of all others."""
    final = {frozen.id for frozen in stores.frozen.list() if frozen.holds(fresh.day)}
    if not final:
        return fresh
    stored = stores.metrics.read(fresh.day)
    hours = {*fresh.hours, *stored.hours}
    return DayNumbers(
        fresh.day,
        {hour: _either(fresh.hours.get(hour, ()), stored.hours.get(hour, ()), final) for hour in hours},
        _either(fresh.cells, stored.cells, final),
        _either(fresh.sets, stored.sets, final),
    )


def _either(fresh: Iterable[C], stored: Iterable[C], final: Collection[str]) -> tuple[C, ...]:
    kept = [cell for cell in stored if cell.platform in final]
    return tuple([cell for cell in fresh if cell.platform not in final] + kept)


def rebuild(stores: Stores) -> None:
    """Note every day for recomputing, as a change of the time zone needs."""
    stores.mentions.touch_everything()
