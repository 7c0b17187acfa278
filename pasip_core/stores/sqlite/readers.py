"""Which model read which mention, from the index by model."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from pasip_core.domain.analysis import CORRECTION

READ = "FROM scraped_data INDEXED BY by_model WHERE model_version IS NOT NULL AND excluded = 0"


def read_by(connection: sqlite3.Connection) -> dict[str, int]:
    """See ``MentionStore.read_by``."""
    return {
        version: connection.execute(f"SELECT count(*) {READ} AND model_version = ?", (version,)).fetchone()[0]
        for version in versions(connection)
    }


def read_by_others(connection: sqlite3.Connection, version: str, limit: int) -> list[int]:
    """Row numbers; see ``MentionStore.read_by_others``. One model after the other, each from the newest on."""
    found: list[int] = []
    for other in versions(connection):
        if other in {version, CORRECTION}:
            continue
        newest = f"SELECT n {READ} AND model_version = ? ORDER BY n DESC LIMIT ?"
        found += [row[0] for row in connection.execute(newest, (other, limit - len(found)))]
        if len(found) == limit:
            break
    return found


def versions(connection: sqlite3.Connection) -> Iterator[str]:
    """Every model version there is, one step in the index each."""
    last = ""
    while True:
        last = connection.execute(f"SELECT min(model_version) {READ} AND model_version > ?", (last,)).fetchone()[0]
        if last is None:
            return
        yield last
