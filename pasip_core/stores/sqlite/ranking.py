"""Lists of mentions from the columns of days: by engagement, which no index has in order, and by time where filters
leave so few of many that rows would be read in vain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period, day_of

from .choosing import Chosen, Meant
from .columns import UNKNOWN, DayColumns, gaps
from .rows import moment_of_row, rows_of
from .selecting import NOTHING_KNOWN, Walk, count_selected, select

Place = tuple[int, int]
"""Engagement and row number, by which mentions are ordered."""


def most_engaged(chosen: Chosen, walk: Walk, limit: int) -> list[tuple[int, int]]:
    """(row number, rank) of the next rows; within one snapshot."""
    connection, filters, names = chosen.connection, chosen.filters, chosen.names
    best: list[Place] = []
    seen: set[date] = set()
    for day in chosen.days():
        floor = best[-1][0] if len(best) == limit else NOTHING_KNOWN
        best = _merged(best, _behind(day, chosen.of(day), walk.after, floor, limit), limit)
        seen.add(day.day)
    for gap in gaps(filters.period, seen):
        rows = connection.execute(*walk.sql(select(replace(filters, period=gap), names=names), limit))
        best = _merged(best, ((rank, n) for n, rank in rows), limit)
    return [(n, rank) for rank, n in best]


def next_in_time(chosen: Chosen, walk: Walk, limit: int) -> list[tuple[int, int]]:
    """(row number, rank) of the next rows by time; within one snapshot. Days behind the last of them are not read."""
    filters = chosen.filters
    first, end = walk.rows(filters.period)
    if first >= end:
        return []
    newest_first, found = walk.order == "newest", list[tuple[int, int]]()
    for part in _stretches(replace(chosen, filters=_within(filters, first, end)), newest_first):
        if isinstance(part, Period):
            rows = _of_gap(chosen, part, walk, (first, end), limit - len(found))
        else:
            day, meant = part
            places = meant.places if not newest_first else meant.places[::-1]
            numbers = day.numbers[places]
            places = places[(numbers >= first) & (numbers < end)][: limit - len(found)]
            ranks = day.facts["engagement"][places]
            ranks = np.where(ranks == UNKNOWN, NOTHING_KNOWN, ranks)
            rows = list(zip(day.numbers[places].tolist(), ranks.tolist(), strict=True))
        found += rows
        if len(found) >= limit:
            break
    return found


def count_meant(chosen: Chosen, bound: int) -> int:
    """How many mentions are meant, ``bound`` at most; within one snapshot."""
    found = 0
    for part in _stretches(chosen, newest_first=True):
        if isinstance(part, Period):
            rows = select(replace(chosen.filters, period=part), names=chosen.names)
            found += count_selected(chosen.connection, rows, bound - found)
        else:
            found += len(part[1].places)
        if found >= bound:
            return bound
    return found


def _stretches(chosen: Chosen, newest_first: bool) -> Iterator[tuple[DayColumns, Meant] | Period]:
    """The period in order: days with columns and those of them that are meant, and the days between that have none."""
    period = chosen.filters.period
    step = timedelta(days=-1 if newest_first else 1)
    awaited, last = (period.last, period.first) if newest_first else (period.first, period.last)
    for day in chosen.days(newest_first=newest_first):
        if day.day != awaited:
            yield _from_to(awaited, day.day - step, period)
        yield day, chosen.of(day)
        awaited = day.day + step
    if (last - awaited) * step.days >= timedelta(0):
        yield _from_to(awaited, last, period)


def _from_to(one: date, other: date, of: Period) -> Period:
    return Period(min(one, other), max(one, other), of.zone)


def _within(filters: Filters, first: int, end: int) -> Filters:
    """The same over those of its days on which these rows lie."""
    period = filters.period
    days = (day_of(moment_of_row(n), period.zone) for n in (first, end - 1))
    begin, last = (min(max(day, period.first), period.last) for day in days)
    return replace(filters, period=Period(begin, last, period.zone))


def _of_gap(chosen: Chosen, gap: Period, walk: Walk, rows: tuple[int, int], limit: int) -> list[tuple[int, int]]:
    """The next rows of days without columns."""
    first, end = rows_of(gap)
    there = max(first, rows[0]), min(end, rows[1])
    selected = select(replace(chosen.filters, period=gap), there, chosen.names)
    return [(n, rank) for n, rank in chosen.connection.execute(*walk.sql(selected, limit))]


def _merged(best: list[Place], more: Iterable[Place], limit: int) -> list[Place]:
    return sorted([*best, *more], reverse=True)[:limit]


def _behind(day: DayColumns, meant: Meant, after: Place | None, floor: int, limit: int) -> Iterable[Place]:
    """The first mentions of a day behind a place; what is below the floor comes on a later page."""
    told = day.facts["engagement"][meant.places]
    ranks = np.where(told == UNKNOWN, NOTHING_KNOWN, told)
    numbers = day.numbers[meant.places]
    keep = ranks >= floor
    if after is not None:
        keep &= (ranks < after[0]) | ((ranks == after[0]) & (numbers < after[1]))
    ranks, numbers = ranks[keep], numbers[keep]
    first = np.lexsort((numbers, ranks))[-limit:]
    return zip(ranks[first].tolist(), numbers[first].tolist(), strict=True)
