"""A very large store out of a large one: each mention several times, under ids of their own, within SQLite.

Making five million mentions one by one takes half an hour of Python; this takes minutes. The rows are appended in the
order of time, as collecting appends them, so that the file is as dense as a grown one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from pasip_core.stores.sqlite.rows import SECOND_BITS

ROWS_AT_ONCE = 20_000
COPIED_AS_THEY_ARE = ("keyword_sets", "keyword_set_members", "voices")
OF_A_MENTION = {
    "n": f"(o.n >> {SECOND_BITS} << {SECOND_BITS}) + (o.n & {(1 << SECOND_BITS) - 1}) * :times + c.copy",
    "id": "randomblob(12)",
    "content_hash": "randomblob(16)",
    "cluster_id": "randomblob(16)",
}
"""The columns of a copy that differ from the original. Rows of one second stay rows of that second."""


def multiply(small: Path, large: Path, times: int) -> None:
    """Fill the empty store ``large`` with every mention of ``small`` so many times; numbers are left to rollup."""
    connection = sqlite3.connect(large, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -200000")
    connection.execute("ATTACH ? AS old", (str(small),))
    connection.execute("CREATE TEMP TABLE copies (copy INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO copies VALUES (?)", ((copy,) for copy in range(times)))
    for table in COPIED_AS_THEY_ARE:
        connection.execute(f"INSERT OR IGNORE INTO {table} SELECT * FROM old.{table}")
    for first, last in _slices(connection):
        _copy(connection, {"first": first, "last": last, "times": times})
    connection.close()


def _slices(connection: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """First and last row numbers of every so many old rows."""
    first = -(1 << 62)
    while True:
        row = connection.execute(
            "SELECT min(n), max(n) FROM (SELECT n FROM old.scraped_data WHERE n >= ? ORDER BY n LIMIT ?)",
            (first, ROWS_AT_ONCE),
        ).fetchone()
        if row[0] is None:
            return
        yield row
        first = row[1] + 1


def _copy(connection: sqlite3.Connection, asked: dict[str, int]) -> None:
    chosen = "FROM old.scraped_data o CROSS JOIN copies c WHERE o.n BETWEEN :first AND :last"
    new_n, columns = OF_A_MENTION["n"], _columns(connection, "scraped_data")
    values = ", ".join(OF_A_MENTION.get(name, f"o.{name}") for name in columns)
    said = [name for name in _columns(connection, "sentiment_analysis") if name != "number"]
    told = ", ".join({"data_id": "m.id", "content_hash": "m.content_hash"}.get(name, f"a.{name}") for name in said)
    connection.execute("BEGIN")
    connection.execute(
        f"INSERT INTO scraped_data ({', '.join(columns)}) SELECT {values} {chosen} ORDER BY o.n, c.copy", asked
    )
    connection.execute(
        f"INSERT INTO stances SELECT o.keyword, {new_n}, o.sentiment, o.corrected FROM "
        "(SELECT DISTINCT keyword FROM keyword_set_members) k CROSS JOIN old.stances o ON o.keyword = k.keyword "
        "AND o.n BETWEEN :first AND :last CROSS JOIN copies c",
        asked,
    )
    connection.execute(
        f"INSERT INTO sentiment_analysis ({', '.join(said)}) SELECT {told} FROM old.scraped_data o CROSS JOIN copies c "
        f"CROSS JOIN old.sentiment_analysis a INDEXED BY analyses_of ON a.data_id = o.id "
        f"CROSS JOIN scraped_data m ON m.n = {new_n} WHERE o.n BETWEEN :first AND :last",
        asked,
    )
    connection.execute("COMMIT")


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]
