"""The next rows of a list, and how many there are: from indexes, or from the columns of days."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

from pasip_core.domain.filters import Filters

from .selecting import Walk, are_few, count_selected, select

if TYPE_CHECKING:
    from .choosing import Told

Rows = list[tuple[int, int]]
"""Row number and rank."""


def next_rows(
    connection: sqlite3.Connection, filters: Filters, walk: Walk, limit: int, told: Told, names: tuple[int, ...]
) -> Rows:
    """The next rows; within one snapshot. ``names`` are the numbers that ``filters.entity`` means."""
    if _leads_to_few(connection, filters):
        return _read(connection, filters, walk, limit, names)
    if walk.order == "engagement" or _are_sparse(filters):
        from .choosing import Chosen
        from .ranking import most_engaged, next_in_time  # numpy: only who asks needs it

        listed = most_engaged if walk.order == "engagement" else next_in_time
        return listed(Chosen(connection, filters, told, names=names), walk, limit)
    if len(filters.keywords) > 1 and not filters.text.strip():
        return _of_several(connection, filters, walk, limit, names)
    return _read(connection, filters, walk, limit, names)


def count_rows(connection: sqlite3.Connection, filters: Filters, bound: int, told: Told, names: tuple[int, ...]) -> int:
    """How many rows there are, ``bound`` at most; within one snapshot."""
    if not _leads_to_few(connection, filters) and _are_sparse(filters):
        from .choosing import Chosen
        from .ranking import count_meant

        return count_meant(Chosen(connection, filters, told, names=names), bound)
    return count_selected(connection, select(filters, names=names), bound)


def _leads_to_few(connection: sqlite3.Connection, filters: Filters) -> bool:
    """Whether an index leads to few rows: of a story, or of accounts that said little."""
    return bool(filters.story) or are_few(connection, filters)


def _are_sparse(filters: Filters) -> bool:
    """Whether no index leads to what is meant: it knows one side of the filters, and the rest is sought row by row.

    Words leave few rows to look at.
    """
    if filters.text.strip():
        return False
    sides = (
        filters.keywords, filters.platforms or filters.sources, filters.sentiments, filters.accounts, filters.without,
        filters.emotions, filters.topic, filters.entity, filters.unsure,
    )  # fmt: skip
    return sum(map(bool, sides)) > 1


def _of_several(
    connection: sqlite3.Connection, filters: Filters, walk: Walk, limit: int, names: tuple[int, ...]
) -> Rows:
    """Several keywords and nothing else: the first rows of the union are among the first rows of each."""
    found: set[tuple[int, int]] = set()
    for keyword in filters.keywords:
        found.update(_read(connection, replace(filters, keywords=(keyword,)), walk, limit, names))
    return sorted(found, reverse=walk.order == "newest")[:limit]


def _read(connection: sqlite3.Connection, filters: Filters, walk: Walk, limit: int, names: tuple[int, ...]) -> Rows:
    chosen = select(filters, walk.rows(filters.period), names)
    return [(row[0], row[1]) for row in connection.execute(*walk.sql(chosen, limit))]
