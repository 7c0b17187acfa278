"""Mentions as they stand in their rows, with keywords and stances."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pasip_core.domain.mention import Mention

from .changes import KeywordSets
from .database import Database
from .rows import MENTION_COLUMNS, marks, mention_from
from .writing import BATCH


@dataclass(frozen=True)
class Reading:
    """Reads them by a condition, by their numbers, or from rows that somebody else found."""

    database: Database
    sets: KeywordSets

    def listed(self, condition: str, values: tuple[object, ...], limit: int) -> list[Mention]:
        """The first ``limit`` that the condition (index, WHERE, order) leads to."""
        with self.database.snapshot() as connection:
            rows = connection.execute(
                f"SELECT {MENTION_COLUMNS} FROM scraped_data {condition} LIMIT ?", (*values, limit)
            ).fetchall()
            return self.mentions(connection, rows)

    def counted(self, condition: str, values: tuple[object, ...], bound: int | None = None) -> int:
        """How many it leads to, counting no further than ``bound``."""
        rows = f"SELECT 1 FROM scraped_data {condition} LIMIT ?"
        with self.database.reading() as connection:
            found = connection.execute(f"SELECT count(*) FROM ({rows})", (*values, -1 if bound is None else bound))
            return int(found.fetchone()[0])

    def mentions(self, connection: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> list[Mention]:
        """Mentions in the order of their rows, with keywords and stances."""
        sets = {row["n"]: self.sets.keywords(connection, row["keyword_set"]) for row in rows}
        stances: dict[int, dict[str, str]] = {n: {} for n in sets}
        pairs = [(keyword, n) for n, keywords in sets.items() for keyword in keywords]
        for start in range(0, len(pairs), BATCH):
            part = pairs[start : start + BATCH]
            asked = ",".join("(?,?)" for _ in part)
            found = connection.execute(
                f"WITH wanted(k, r) AS (VALUES {asked}) SELECT s.keyword, s.n, s.sentiment FROM wanted "
                "CROSS JOIN stances s ON s.keyword = wanted.k AND s.n = wanted.r WHERE s.sentiment IS NOT NULL",
                [value for pair in part for value in pair],
            )
            for keyword, n, sentiment in found:
                stances[n][keyword] = sentiment
        return [mention_from(row, sets[row["n"]], stances[row["n"]]) for row in rows]

    def by_number(self, connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Mention]:
        """Those in these rows, in their order."""
        if not numbers:
            return []
        rows = connection.execute(
            f"SELECT {MENTION_COLUMNS} FROM scraped_data WHERE n IN ({marks(numbers)})", numbers
        ).fetchall()
        place = {n: index for index, n in enumerate(numbers)}
        return self.mentions(connection, sorted(rows, key=lambda row: place[row["n"]]))
