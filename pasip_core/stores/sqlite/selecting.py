"""Filters as SQL: which rows are meant, and how to walk them in order."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from pasip_core.domain.analysis import SURE
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.errors import InputError

from ..ports import Order
from ..words import match_expression, pieces
from .rows import marks, rows_of, story_bytes

NOTHING_KNOWN = -1
"""Where a mention without any known engagement stands among the others."""

FACTS = "scraped_data m INDEXED BY facts"
BY_AUTHOR = "scraped_data m INDEXED BY by_author"
FEW = 3_000
SAID = (
    "SELECT count(*) FROM (SELECT 1 FROM scraped_data m INDEXED BY by_author "
    "WHERE m.author <> '' AND m.author IN (%s) AND m.n >= ? AND m.n < ? LIMIT ?)"
)
SENTIMENT = "coalesce(m.sentiment, 'pending')"
STANCE = "coalesce(s.sentiment, 'pending')"
TOPIC = "topic_mentions o"
NAMED = "mention_names"
EMOTION = "coalesce(m.emotion, 'pending')"
MODEL = "coalesce(m.model_version, 'pending')"
CONFIDENCE = f"CASE WHEN m.sentiment IS NULL THEN 'pending' WHEN m.confidence < {SURE} THEN 'low' ELSE 'high' END"
MEMBERS = "SELECT keyword_set FROM keyword_set_members WHERE keyword IN"


@dataclass
class Selection:
    """``FROM``, ``WHERE`` and their values. ``m`` is the mention, ``n`` its row number, ``sentiment`` what counts."""

    tables: str
    n: str
    sentiment: str = SENTIMENT
    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, condition: str, *values: object) -> None:
        """One more condition."""
        self.conditions.append(condition)
        self.values += values

    def one_of(self, expression: str, allowed: Sequence[object]) -> None:
        """The expression has one of these values; none given: any."""
        if allowed:
            self.add(f"{expression} IN ({marks(allowed)})", *allowed)

    @property
    def sql(self) -> str:
        """``FROM … WHERE …``."""
        return f"FROM {self.tables} WHERE {' AND '.join(self.conditions)}"


def select(filters: Filters, rows: tuple[int, int] | None = None, names: tuple[int, ...] = ()) -> Selection:
    """The mentions that the filters mean, of the whole period or of these ``rows`` (first, end) of it.

    ``names`` are the numbers that ``filters.entity`` means.
    """
    first, end = rows or rows_of(filters.period)
    chosen = _starting_point(filters, names, (first, end))
    chosen.add(f"{chosen.n} >= ? AND {chosen.n} < ? AND m.excluded = 0", first, end)
    if len(filters.keywords) > 1:
        chosen.add(f"m.keyword_set IN ({MEMBERS} ({marks(filters.keywords)}))", *filters.keywords)
    chosen.one_of("m.author", filters.accounts)
    if filters.without:
        chosen.add(f"m.author NOT IN ({marks(filters.without)})", *filters.without)
    chosen.one_of("m.platform", filters.platforms)
    chosen.one_of("m.source", filters.sources)
    chosen.one_of(chosen.sentiment, filters.sentiments)
    if filters.topic and not chosen.tables.startswith(TOPIC):
        chosen.add(f"EXISTS (SELECT 1 FROM {TOPIC} WHERE o.topic = ? AND o.n = {chosen.n})", filters.topic)
    if names and NAMED not in chosen.tables:
        held = f"SELECT n FROM {NAMED} WHERE name IN ({marks(names)}) AND n >= ? AND n < ?"
        chosen.add(f"+{chosen.n} IN ({held})", *names, first, end)
    chosen.one_of(EMOTION, filters.emotions)
    if filters.unsure:
        chosen.add("m.confidence < ?", SURE)
    return chosen


def _starting_point(filters: Filters, names: tuple[int, ...], rows: tuple[int, int]) -> Selection:
    """The tables, the one that leaves fewest rows first; for accounts their index, save where one is nobody's."""
    words, keyword = text_query(filters.text), filters.one_keyword
    if filters.story:
        return _of_story(filters.story, keyword, words)
    if words is not None:
        return _of_words(words, keyword)
    if filters.accounts and "" not in filters.accounts:
        return _of_accounts(keyword)
    if names:
        return _named(keyword, names, rows)
    if keyword is not None:
        chosen = Selection(f"stances s CROSS JOIN {FACTS} ON m.n = s.n", "s.n", STANCE)
        chosen.add("s.keyword = ?", keyword)
        return chosen
    if filters.topic:
        chosen = Selection(f"{TOPIC} CROSS JOIN {FACTS} ON m.n = o.n", "o.n")
        chosen.add("o.topic = ?", filters.topic)
        return chosen
    return Selection(FACTS, "m.n")


def _named(keyword: str | None, names: tuple[int, ...], rows: tuple[int, int]) -> Selection:
    """Mentions that hold a name, each once: where it is one alone, in the order of time."""
    if len(names) == 1:
        chosen = Selection(f"{NAMED} x", "x.n")
    else:
        each = f"SELECT DISTINCT n FROM {NAMED} WHERE name IN ({marks(names)}) AND n >= ? AND n < ?"
        chosen = Selection(f"({each}) x", "x.n", values=[*names, *rows])
    if keyword is not None:
        chosen.tables += " CROSS JOIN stances s ON s.keyword = ? AND s.n = x.n"
        chosen.sentiment = STANCE
        chosen.values.append(keyword)
    chosen.tables += f" CROSS JOIN {FACTS} ON m.n = x.n"
    if len(names) == 1:
        chosen.add("x.name = ?", *names)
    return chosen


def _of_words(words: str, keyword: str | None) -> Selection:
    if keyword is None:
        chosen = Selection(f"mention_text t CROSS JOIN {FACTS} ON m.n = t.rowid", "t.rowid")
    else:  # before the facts: most matches of a common word do not carry the keyword
        stances = "stances s ON s.keyword = ? AND s.n = t.rowid"
        chosen = Selection(
            f"mention_text t CROSS JOIN {stances} CROSS JOIN {FACTS} ON m.n = t.rowid", "t.rowid", STANCE
        )
        chosen.values.append(keyword)
    chosen.add("mention_text MATCH ?", words)
    return chosen


def _of_accounts(keyword: str | None) -> Selection:
    if keyword is None:
        chosen = Selection(BY_AUTHOR, "m.n")
    else:
        chosen = Selection(f"{BY_AUTHOR} CROSS JOIN stances s ON s.keyword = ? AND s.n = m.n", "m.n", STANCE)
        chosen.values.append(keyword)
    chosen.add("m.author <> ''")
    return chosen


def are_few(connection: sqlite3.Connection, filters: Filters) -> bool:
    """Whether accounts are named that said so little in the period that their rows are sooner read than columns."""
    if not filters.accounts or "" in filters.accounts or filters.text.strip():
        return False
    found = connection.execute(SAID % marks(filters.accounts), (*filters.accounts, *rows_of(filters.period), FEW + 1))
    return int(found.fetchone()[0]) <= FEW


def count_selected(connection: sqlite3.Connection, chosen: Selection, bound: int) -> int:
    """How many rows are meant, ``bound`` at most."""
    sql = f"SELECT count(*) FROM (SELECT 1 {chosen.sql} LIMIT ?)"
    return int(connection.execute(sql, (*chosen.values, bound)).fetchone()[0])


def _of_story(story: str, keyword: str | None, words: str | None) -> Selection:
    """A story has few mentions: from them to all else."""
    chosen = Selection("scraped_data m INDEXED BY of_story", "m.n")
    if keyword is not None:
        chosen.tables += " CROSS JOIN stances s ON s.keyword = ? AND s.n = m.n"
        chosen.values.append(keyword)
        chosen.sentiment = STANCE
    if words is not None:
        chosen.tables += " CROSS JOIN mention_text t ON t.rowid = m.n"
    chosen.add("m.cluster_id = ?", story_bytes(story))
    if words is not None:
        chosen.add("mention_text MATCH ?", words)
    return chosen


def text_query(text: str) -> str | None:
    """``text`` as a query of the text index; ``None`` for an empty one."""
    asked = pieces(text)
    return None if asked is None else match_expression(asked)


@dataclass(frozen=True)
class Walk:
    """An order of rows: how to sort, and how to go on behind a cursor."""

    order: Order
    after: tuple[int, int] | None

    def rows(self, period: Period) -> tuple[int, int]:
        """The rows (first, end) of the period that may still come.

        One range, not a condition beside that of the period: a plan that used the wider one of two would
        walk over every page before this one.
        """
        first, end = rows_of(period)
        if self.after is None or self.order == "engagement":
            return first, end
        n = self.after[1]
        return (first, min(end, n)) if self.order == "newest" else (max(first, n + 1), end)

    def sql(self, chosen: Selection, limit: int) -> tuple[str, list[object]]:
        """``SELECT n, engagement`` of the next ``limit`` rows; ``chosen`` holds those that ``rows`` leaves."""
        known = f"coalesce(m.engagement, {NOTHING_KNOWN})"
        values = list(chosen.values)
        condition = ""
        if self.after is not None and self.order == "engagement":
            rank, n = self.after
            condition = f" AND ({known} < ? OR ({known} = ? AND {chosen.n} < ?))"
            values += [rank, rank, n]
        sorting = {
            "newest": f"{chosen.n} DESC",
            "oldest": chosen.n,
            "engagement": f"{known} DESC, {chosen.n} DESC",
        }[self.order]
        return f"SELECT {chosen.n} AS n, {known} AS rank {chosen.sql}{condition} ORDER BY {sorting} LIMIT ?", [
            *values,
            limit,
        ]


def read_cursor(order: Order, cursor: str | None) -> tuple[int, int] | None:
    """(rank, row number) behind which to go on. ``InputError`` where it is none of ours for this order."""
    if cursor is None:
        return None
    match = re.fullmatch(r"(newest|oldest|engagement)\.(-?\d{1,18})\.(-?\d{1,19})", cursor)
    if not match or match[1] != order:
        raise InputError(f"after: {cursor[:60]!r} is no cursor of this list; start at the first page", field="after")
    return int(match[2]), int(match[3])


def write_cursor(order: Order, rank: int, n: int) -> str:
    """The cursor behind a row."""
    return f"{order}.{rank}.{n}"
