"""Stories: looking texts up by what they are recognised by, and bringing copies together."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pasip_core.domain.mention import Mention
from pasip_core.domain.period import Period
from pasip_core.domain.stories import Alike, Fingerprint

from .changes import next_change, touch
from .database import Database
from .mentions import SqliteMentions
from .rows import first_row, marks, milliseconds, moment, rows_of
from .writing import BATCH, batches

UNLOOKED = "stories_to_look l CROSS JOIN scraped_data m INDEXED BY facts ON m.n = l.n AND m.excluded = 0"
ALIKE = (
    "SELECT DISTINCT m.cluster_id, f.words, f.sketch FROM fingerprint_bands b CROSS JOIN fingerprints f ON f.n = b.n "
    "CROSS JOIN scraped_data m INDEXED BY facts ON m.n = b.n "
    "WHERE b.band IN ({}) AND b.n >= ? AND b.n < ? AND m.excluded = 0"
)
OF_STORY = "FROM scraped_data INDEXED BY of_story WHERE cluster_id = ? AND excluded = 0"


@dataclass(frozen=True)
class SqliteStories:
    """See ``StoryStore``."""

    database: Database
    zone: ZoneInfo
    mentions: SqliteMentions

    def unlooked(self, limit: int) -> list[Mention]:
        """See ``StoryStore``."""
        with self.database.snapshot() as connection:
            rows = connection.execute(f"SELECT l.n FROM {UNLOOKED} ORDER BY l.n DESC LIMIT ?", (limit,))
            return self.mentions.numbered(connection, [row[0] for row in rows])

    def count_unlooked(self, *, bound: int | None = None) -> int:
        """See ``StoryStore``."""
        rows = f"SELECT 1 FROM {UNLOOKED} LIMIT ?"
        with self.database.reading() as connection:
            found = connection.execute(f"SELECT count(*) FROM ({rows})", (-1 if bound is None else bound,))
            return int(found.fetchone()[0])

    def look_again(self, period: Period) -> int:
        """See ``StoryStore``."""
        first, end = rows_of(period)
        noted = 0
        while first < end:
            with self.database.writing() as connection:
                asked = "SELECT n FROM scraped_data WHERE n >= ? AND n < ? AND excluded = 0 ORDER BY n LIMIT ?"
                rows = connection.execute(asked, (first, end, BATCH)).fetchall()
                noted += connection.executemany("INSERT OR IGNORE INTO stories_to_look (n) VALUES (?)", rows).rowcount
            first = rows[-1][0] + 1 if rows else end
        return noted

    def keep_fingerprints(self, fingerprints: Sequence[Fingerprint], at: datetime) -> None:
        """See ``StoryStore``."""
        for batch in batches(fingerprints):
            with self.database.writing() as connection:
                fitting = self._fitting(connection, batch)
                connection.executemany("DELETE FROM fingerprints WHERE n = ?", ((n,) for n, _ in fitting))
                connection.executemany(
                    "INSERT INTO fingerprints (n, words, sketch, bands, looked_at) VALUES (?, ?, ?, ?, ?)",
                    (
                        (n, one.words, one.sketch, json.dumps(one.bands), milliseconds(at))
                        for n, one in fitting
                        if one.bands
                    ),
                )
                connection.executemany(
                    "INSERT OR IGNORE INTO fingerprint_bands (band, n) VALUES (?, ?)",
                    ((band, n) for n, one in fitting for band in one.bands),
                )

    def _fitting(self, connection: sqlite3.Connection, batch: Sequence[Fingerprint]) -> list[tuple[int, Fingerprint]]:
        """Row numbers of those whose text is still the same."""
        ids = [bytes.fromhex(one.data_id) for one in batch]
        found = connection.execute(
            f"SELECT id, n, content_hash FROM scraped_data WHERE id IN ({marks(ids)}) AND excluded = 0", ids
        )
        rows = {row["id"].hex(): row for row in found}
        return [
            (row["n"], one)
            for one in {one.data_id: one for one in batch}.values()
            if (row := rows.get(one.data_id)) is not None and row["content_hash"].hex() == one.content_hash
        ]

    def mark_looked(self, fingerprints: Sequence[Fingerprint]) -> int:
        """See ``StoryStore``."""
        marked = 0
        for batch in batches(fingerprints):
            with self.database.writing() as connection:
                numbers = [(n,) for n, _ in self._fitting(connection, batch)]
                marked += connection.executemany("DELETE FROM stories_to_look WHERE n = ?", numbers).rowcount
        return marked

    def forget_fingerprints(self, before: datetime) -> int:
        """See ``StoryStore``."""
        forgotten = 0
        some = "SELECT n FROM fingerprints WHERE looked_at < ? LIMIT ?"
        while True:
            with self.database.writing() as connection:
                done = connection.execute(
                    f"DELETE FROM fingerprints WHERE n IN ({some})", (milliseconds(before), BATCH)
                ).rowcount
            forgotten += done
            if done < BATCH:
                return forgotten

    def alike(self, bands: Sequence[int], start: datetime, end: datetime) -> list[Alike]:
        """See ``StoryStore``."""
        if not bands:
            return []
        with self.database.reading() as connection:
            rows = connection.execute(ALIKE.format(marks(bands)), (*bands, first_row(start), first_row(end)))
            return [Alike(row[0].hex(), row[1], row[2]) for row in rows]

    def begins(self, stories: Sequence[str]) -> dict[str, tuple[datetime, str]]:
        """See ``StoryStore``."""
        found = {}
        with self.database.snapshot() as connection:
            for story in stories:
                row = connection.execute(
                    f"SELECT published_at, id {OF_STORY} ORDER BY n LIMIT 1", (bytes.fromhex(story),)
                ).fetchone()
                if row is not None:
                    found[story] = moment(row[0]), row[1].hex()
        return found

    def save_stories(self, joined: Mapping[str, str]) -> int:
        """See ``StoryStore``."""
        moved = 0
        for batch in batches(list(joined.items())):
            while done := self._move(batch):
                moved += done
                if done < BATCH:
                    break
        return moved

    def _move(self, joined: Sequence[tuple[str, str]]) -> int:
        """A batch of mentions; how many."""
        with self.database.writing() as connection:
            moves = [
                (bytes.fromhex(into), row[0])
                for story, into in joined
                for row in connection.execute(f"SELECT n {OF_STORY} LIMIT {BATCH}", (bytes.fromhex(story),))
            ][:BATCH]
            connection.executemany("UPDATE scraped_data SET cluster_id = ? WHERE n = ?", moves)
            if moves:
                touch(connection, next_change(connection), (n for _, n in moves), self.zone)
        return len(moves)
