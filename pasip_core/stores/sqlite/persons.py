"""What is stored of persons: finding it wherever it stands, and putting pseudonyms in its place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pasip_core.domain.mention import Mention
from pasip_core.domain.period import day_of
from pasip_core.domain.rules.fold import fold

from .changes import move_versions, next_change
from .database import Database
from .rows import day_number, marks, moment_of_row
from .writing import batches

LOOKED_AT = 5_000
"""Rows in one read transaction: well under a second."""

# What is plain ASCII is folded by SQLite itself; calling back for every row would take ten times as long.
# GLOB stops at a zero byte.
PLAIN = "CASE WHEN {0} GLOB '*[^' || char(1) || '-~]*' OR instr({0}, char(0)) THEN folded({0}) ELSE lower({0}) END"
TEXT = PLAIN.format("(m.title || ' ' || m.content || ' ' || m.url || ' ' || m.author)")
RAW = "CASE WHEN instr(m.raw_data, '\\') THEN folded_json(m.raw_data) ELSE lower(m.raw_data) END"


def held(connection: sqlite3.Connection, words: Sequence[str], after: int | None) -> tuple[list[int], int | None]:
    """Row numbers of the next stretch that hold one of the words, and the last row looked at; ``None`` at the end."""
    connection.create_function("folded", 1, fold, deterministic=True)
    connection.create_function("folded_json", 1, _fold_json, deterministic=True)
    first = -(1 << 63) if after is None else after + 1
    last = connection.execute(
        "SELECT max(n), count(*) FROM (SELECT n FROM scraped_data WHERE n >= ? ORDER BY n LIMIT ?)", (first, LOOKED_AT)
    ).fetchone()
    if last[0] is None:
        return [], None
    wanted = " OR ".join("instr(said, ?) OR instr(raw, ?)" for _ in words)
    rows = connection.execute(
        f"WITH looked AS MATERIALIZED (SELECT m.n AS n, {TEXT} AS said, {RAW} AS raw FROM scraped_data m "
        f"WHERE m.n BETWEEN ? AND ?) SELECT n FROM looked WHERE {wanted} ORDER BY n",
        (first, last[0], *(word for word in words for _ in range(2))),
    )
    return [row[0] for row in rows], last[0] if last[1] == LOOKED_AT else None


def _fold_json(text: str) -> str:
    """Raw data as it reads: escapes stand for letters that a name may have."""
    return fold(json.dumps(json.loads(text), ensure_ascii=False))


def replace_authors(database: Database, mentions: Sequence[Mention], zone: ZoneInfo) -> int:
    """See ``MentionStore.replace_authors``."""
    count = 0
    for batch in batches(mentions):
        with database.writing() as connection:
            ids = [bytes.fromhex(mention.id) for mention in batch]
            found = connection.execute(f"SELECT id, n FROM scraped_data WHERE id IN ({marks(ids)})", ids)
            numbers = {row["id"].hex(): row["n"] for row in found}
            connection.executemany(
                "UPDATE scraped_data SET author = ?, url = ?, raw_data = ? WHERE n = ?",
                (
                    (m.author, m.url, json.dumps(dict(m.raw_data)), numbers[m.id])
                    for m in batch
                    if m.id in numbers
                ),
            )  # fmt: skip
            days = {day_number(day_of(moment_of_row(n), zone)) for n in numbers.values()}
            if days:
                move_versions(connection, next_change(connection), days)
        count += len(numbers)
    return count
