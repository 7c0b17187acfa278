"""Writing what is understood of mentions: analyses, keywords, corrections, and taking mentions out."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pasip_core.domain.analysis import CORRECTION, Analysis, SentimentScores
from pasip_core.errors import InputError

from ..ports import Matched, Understood
from ..values import check_sentiments
from .changes import KeywordSets, next_change, touch
from .database import Database
from .rows import ANALYSIS_COLUMNS, analysis_values, id_bytes, marks
from .writing import batches

STATE = "SELECT n, id, content_hash, keyword_set, sentiment, emotion, model_version FROM scraped_data"


@dataclass(frozen=True)
class Understanding:
    """See the methods of the same names in ``MentionStore``."""

    database: Database
    sets: KeywordSets
    zone: ZoneInfo

    def save_analyses(self, understood: Sequence[Understood], anew: bool = False) -> int:
        """Batch by batch; how many became current."""
        current = 0
        for one in understood:
            check_sentiments(one.analysis.sentiment, *one.stances.values())
        for batch in batches(understood):
            with self.database.writing() as connection:
                rows = self._rows(connection, [u.analysis.data_id for u in batch])
                fitting = [
                    (rows[u.analysis.data_id], u)
                    for u in batch
                    if u.analysis.data_id in rows
                    and rows[u.analysis.data_id]["content_hash"] == bytes.fromhex(u.content_hash)
                    and u.fits(self.sets.keywords(connection, rows[u.analysis.data_id]["keyword_set"]))
                ]
                new_ones = [
                    (row, one)
                    for row, one in fitting
                    if self._append(connection, one.analysis, row["content_hash"])
                    or row["sentiment"] is None
                    or (anew and row["model_version"] != one.analysis.model_version)
                ]
                open_ones = [(row, one) for row, one in new_ones if row["model_version"] != CORRECTION]
                for row, one in open_ones:
                    self._make_current(connection, row, one.analysis, one.stances)
                if open_ones:
                    touch(connection, next_change(connection), (row["n"] for row, _ in open_ones), self.zone)
            current += len(open_ones)
        return current

    def _rows(self, connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, sqlite3.Row]:
        keys = [id_bytes(id) for id in ids]
        found = connection.execute(f"{STATE} WHERE id IN ({marks(keys)}) AND excluded = 0", keys)
        return {row["id"].hex(): row for row in found}

    def _append(
        self, connection: sqlite3.Connection, analysis: Analysis, content_hash: bytes, keyword: str | None = None
    ) -> bool:
        """Add to the history, where the same model's word on the same text is there only once; whether it is new."""
        if analysis.model_version != CORRECTION:
            known = connection.execute(
                "SELECT 1 FROM sentiment_analysis WHERE data_id = ? AND model_version = ? AND content_hash = ?",
                (bytes.fromhex(analysis.data_id), analysis.model_version, content_hash),
            ).fetchone()
            if known:
                return False
        values = analysis_values(analysis, content_hash, keyword)
        connection.execute(
            f"INSERT INTO sentiment_analysis ({ANALYSIS_COLUMNS}, content_hash, keyword) VALUES ({marks(values)})",
            values,
        )
        return True

    def _make_current(self, connection: sqlite3.Connection, row: sqlite3.Row, analysis: Analysis, stances: Any) -> None:
        scores = analysis.scores
        connection.execute(
            "UPDATE scraped_data SET sentiment = ?, confidence = ?, positive = ?, negative = ?, neutral = ?, "
            "emotion = ?, model_version = ?, processed_at = ? WHERE n = ?",
            (analysis.sentiment, analysis.confidence, scores.positive, scores.negative, scores.neutral,
             analysis.emotion, analysis.model_version, analysis_values(analysis, b"")[8], row["n"]),
        )  # fmt: skip
        keywords = self.sets.keywords(connection, row["keyword_set"])
        connection.executemany(
            "UPDATE stances SET sentiment = ? WHERE keyword = ? AND n = ? AND corrected = 0",
            ((stances.get(k, analysis.sentiment), k, row["n"]) for k in keywords),
        )

    def save_matches(self, matched: Sequence[Matched]) -> int:
        """Batch by batch; how many got other keywords."""
        changed_in_all = 0
        for one in matched:
            check_sentiments(*one.stances.values())
        for batch in batches(list({m.data_id: m for m in matched}.values())):
            self.sets.prepare(m.keywords for m in batch)
            with self.database.writing() as connection:
                rows = self._rows(connection, [m.data_id for m in batch])
                fitting = [
                    (rows[m.data_id], m)
                    for m in batch
                    if m.data_id in rows and self._fits(connection, rows[m.data_id], m)
                ]
                connection.executemany(
                    "UPDATE scraped_data SET rules_revision = ? WHERE n = ?",
                    ((m.revision, row["n"]) for row, m in fitting),
                )
                changed = [row["n"] for row, m in fitting if self._replace_keywords(connection, row, m)]
                if changed:
                    touch(connection, next_change(connection), changed, self.zone)
            changed_in_all += len(changed)
        return changed_in_all

    def _fits(self, connection: sqlite3.Connection, row: sqlite3.Row, one: Matched) -> bool:
        is_same_text = row["content_hash"] == bytes.fromhex(one.content_hash)
        return is_same_text and one.fits(self.sets.keywords(connection, row["keyword_set"]), row["model_version"])

    def _replace_keywords(self, connection: sqlite3.Connection, row: sqlite3.Row, one: Matched) -> bool:
        old, new = set(self.sets.keywords(connection, row["keyword_set"])), set(one.keywords)
        if old == new:
            return False
        n = row["n"]
        number = self.sets.number(new)
        connection.execute("UPDATE scraped_data SET keyword_set = ? WHERE n = ?", (number, n))
        connection.executemany("DELETE FROM stances WHERE keyword = ? AND n = ?", ((k, n) for k in old - new))
        whole = row["sentiment"], row["model_version"]
        connection.executemany(
            "INSERT INTO stances (keyword, n, sentiment) VALUES (?, ?, ?)",
            ((k, n, one.told(k, *whole) or row["sentiment"]) for k in new - old),
        )
        connection.executemany(
            "UPDATE stances SET sentiment = ? WHERE keyword = ? AND n = ? AND corrected = 0",
            ((told, k, n) for k in new & old if (told := one.told(k, *whole))),
        )
        return True

    def correct(self, id: str, sentiment: str, at: datetime, keyword: str | None) -> None:
        """A person's word, on the whole or towards one keyword."""
        check_sentiments(sentiment)
        with self.database.writing() as connection:
            row = self._rows(connection, [id]).get(id)
            if row is None:
                raise InputError(f"mention: {id!r} is not there", field="mention", value=id)
            keywords = self.sets.keywords(connection, row["keyword_set"])
            if keyword is not None and keyword not in keywords:
                raise InputError(f"keyword: this mention has no {keyword!r}", field="keyword", value=keyword)
            said = Analysis(
                id, sentiment, 1.0, SentimentScores.certain(sentiment), at, CORRECTION, emotion=row["emotion"],
                keywords_mentioned=(keyword,) if keyword else keywords,
            )  # fmt: skip
            self._append(connection, said, row["content_hash"], keyword)
            if keyword is None:
                self._make_current(connection, row, said, {})
            else:
                connection.execute(
                    "UPDATE stances SET sentiment = ?, corrected = 1 WHERE keyword = ? AND n = ?",
                    (sentiment, keyword, row["n"]),
                )
            touch(connection, next_change(connection), [row["n"]], self.zone)

    def exclude(self, ids: Sequence[str]) -> int:
        """Batch by batch; how many were not excluded yet."""
        count = 0
        for batch in batches(ids):
            with self.database.writing() as connection:
                numbers = [row["n"] for row in self._rows(connection, batch).values()]
                connection.executemany("UPDATE scraped_data SET excluded = 1 WHERE n = ?", ((n,) for n in numbers))
                if numbers:
                    touch(connection, next_change(connection), numbers, self.zone)
            count += len(numbers)
        return count

    def remove_excluded(self, limit: int) -> int:
        """Remove what no number counts any more."""
        with self.database.writing() as connection:
            rows = connection.execute(
                "SELECT n, id, keyword_set FROM scraped_data WHERE excluded = 1 "
                "AND n NOT IN (SELECT n FROM pending_hours) LIMIT ?",
                (min(limit, 500),),
            ).fetchall()
            for row in rows:
                keywords = self.sets.keywords(connection, row["keyword_set"])
                connection.executemany(
                    "DELETE FROM stances WHERE keyword = ? AND n = ?", ((k, row["n"]) for k in keywords)
                )
            connection.executemany("DELETE FROM sentiment_analysis WHERE data_id = ?", ((r["id"],) for r in rows))
            connection.executemany("DELETE FROM topic_mentions WHERE n = ?", ((r["n"],) for r in rows))
            connection.executemany("DELETE FROM scraped_data WHERE n = ?", ((r["n"],) for r in rows))
            if rows:
                next_change(connection)
        return len(rows)
