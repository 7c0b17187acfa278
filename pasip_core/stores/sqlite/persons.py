"""What is stored of persons: finding it wherever it stands, and putting pseudonyms in its place."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from pasip_core.domain.mention import Mention
from pasip_core.domain.naming import ANSWERING, AT_SIGNS, Speech
from pasip_core.domain.period import Period, day_of
from pasip_core.domain.rules.fold import fold

from .changes import move_versions, next_change
from .database import Database
from .rows import day_number, marks, moment_of_row, rows_of
from .writing import batches

LOOKED_AT = 5_000
"""Rows in one read transaction: well under a second."""

COLUMNS = ("title", "content", "url", "author")
# LIKE reads ASCII letters of either case by itself; calling back for every row takes several times as long. Texts with
# other letters, or with a zero byte, where LIKE ends, are longer as bytes.
TEXT = " OR ".join(
    f"m.{name} LIKE :like ESCAPE '\\' "
    f"OR (length(m.{name}) <> length(CAST(m.{name} AS BLOB)) AND instr(folded(m.{name}), :word))"
    for name in COLUMNS
)
RAW = (
    "m.raw_data LIKE :like ESCAPE '\\' "
    "OR (instr(m.raw_data, char(92)) AND instr(folded_json(m.raw_data), :word))"
)  # fmt: skip
STRETCH = "SELECT max(n), count(*) FROM (SELECT n FROM scraped_data WHERE n >= ? ORDER BY n LIMIT ?)"
HELD = f"SELECT m.n FROM scraped_data m WHERE m.n BETWEEN :first AND :last AND ({TEXT} OR {RAW})"


def held(connection: sqlite3.Connection, words: Sequence[str], after: int | None) -> tuple[list[int], int | None]:
    """Row numbers of the next stretch that hold one of the words, and the last row looked at; ``None`` at the end."""
    connection.create_function("folded", 1, fold, deterministic=True)
    connection.create_function("folded_json", 1, _fold_json, deterministic=True)
    first = -(1 << 63) if after is None else after + 1
    last, looked_at = connection.execute(STRETCH, (first, LOOKED_AT)).fetchone()
    if last is None:
        return [], None
    found: set[int] = set()
    for word in words:
        asked = {"first": first, "last": last, "word": word, "like": _anywhere(word)}
        found.update(row[0] for row in connection.execute(HELD, asked))
    return sorted(found), last if looked_at == LOOKED_AT else None


def _anywhere(word: str) -> str:
    """The pattern of texts that hold the word."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"


def _fold_json(text: str) -> str:
    """Raw data as it reads: escapes stand for letters that a name may have, or for halves that SQLite cannot take."""
    return fold(json.dumps(json.loads(text), ensure_ascii=False)).encode("utf-8", "replace").decode()


SIGNS = " OR ".join(f"instr(m.{name}, '{sign}')" for name in ("content", "title") for sign in AT_SIGNS)
SPEECHES = (
    "SELECT m.n, m.platform, m.author, m.title || char(10) || m.content, m.raw_data FROM scraped_data m "
    f"WHERE m.n IN (%s) AND ({SIGNS} OR m.raw_data LIKE '%%{ANSWERING}%%') ORDER BY m.n DESC"
)


def speeches(connection: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[Speech]:
    """Those of these rows, newest first, that may speak to somebody."""
    for batch in batches(numbers):
        for _, platform, author, text, raw in connection.execute(SPEECHES % marks(batch), batch):
            yield Speech(platform, author, text, json.loads(raw))


def replace_authors(database: Database, mentions: Sequence[Mention], zone: ZoneInfo) -> int:
    """See ``MentionStore.replace_authors``."""
    from . import columns, topics  # numpy: few need it

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
            days = {day_of(moment_of_row(n), zone) for n in numbers.values()}
            for day in days:  # at once: no rollup follows, and a name must not stay behind as its hash
                columns.make(connection, Period(day, day, zone))
                topics.make_topics(connection, *rows_of(Period(day, day, zone)))
            if days:
                move_versions(connection, next_change(connection), map(day_number, days))
        count += len(numbers)
    return count
