"""The mentions with most engagement in a long period, from the columns of its days; no index has this order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np

from pasip_core.domain.filters import Filters

from .columns import UNKNOWN, DayColumns, gaps
from .selecting import NOTHING_KNOWN, Walk, are_few, select
from .summing import Chosen, Meant, Told

Place = tuple[int, int]
"""Engagement and row number, by which mentions are ordered."""


def most_engaged(
    connection: sqlite3.Connection,
    filters: Filters,
    walk: Walk,
    limit: int,
    told: Told,
    names: tuple[int, ...] = (),
) -> list[tuple[int, int]]:
    """(row number, rank) of the next rows; within one snapshot."""
    if are_few(connection, filters):
        return [(n, rank) for n, rank in connection.execute(*walk.sql(select(filters, names=names), limit))]
    best: list[Place] = []
    chosen = Chosen(connection, filters, told, names=names)
    seen: set[date] = set()
    for day in chosen.days():
        floor = best[-1][0] if len(best) == limit else NOTHING_KNOWN
        best = _merged(best, _behind(day, chosen.of(day), walk.after, floor, limit), limit)
        seen.add(day.day)
    for gap in gaps(filters.period, seen):
        rows = connection.execute(*walk.sql(select(replace(filters, period=gap), names=names), limit))
        best = _merged(best, ((rank, n) for n, rank in rows), limit)
    return [(n, rank) for rank, n in best]


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
