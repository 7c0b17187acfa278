"""The mentions of one day as arrays: made from their rows, kept in ``day_columns``, and read again."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import blake2b
from itertools import count, groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pasip_core.domain.analysis import HIGH, LOW, PENDING
from pasip_core.domain.period import Period, day_of

from ..cells import COUNTED
from .changes import forget_columns
from .rows import marks, moment_of_row, rows_of
from .selecting import CONFIDENCE, EMOTION, MODEL

Array = NDArray[Any]

FACTS = np.dtype([
    ("n", "<i8"), ("engagement", "<i8"), ("account", "<u4"), ("voice", "<u4"), ("keyword_set", "<u4"),
    ("sentiment", "u1"), ("story", "<u8"),
])  # fmt: skip
"""One a mention, by row number. ``account`` and ``voice`` are places in lists of the same day, ``story`` stands for its
story as ``story_key`` does."""
ACCOUNTS = np.dtype([("key", "<u8"), ("place", "<u4")])
"""The hash of an author's name, and a mention of theirs."""
STANCES = np.dtype([("place", "<u4"), ("keyword", "<u4"), ("sentiment", "u1")])
"""One a mention and keyword, by keyword; ``place`` is that of the mention."""
READ = np.dtype([("emotion", "<u2"), ("model", "<u2"), ("confidence", "u1")])
"""One a mention, by row number: places in lists of the same day, and in ``CONFIDENCES``."""
CONFIDENCES = (LOW, HIGH, PENDING)
READ_DIMENSIONS = frozenset({"emotion", "model", "confidence"})
PAIRS = np.dtype([("place", "<u4"), ("name", "<u4")])
"""One a mention and name, by mention: its place, the number of the name."""
UNKNOWN = -(1 << 63)
"""The engagement of a mention that told none."""

ROWS = (
    "SELECT n, engagement, author, platform, source, keyword_set, coalesce(sentiment, 'pending'), cluster_id "
    "FROM scraped_data INDEXED BY facts WHERE n >= ? AND n < ? AND excluded = 0 ORDER BY n"
)
READ_ROWS = (
    f"SELECT {EMOTION}, {MODEL}, {CONFIDENCE}, author_followers, positive - negative FROM scraped_data m "
    "WHERE n >= ? AND n < ? AND excluded = 0 ORDER BY n"
)
STANCE_ROWS = (
    "SELECT s.n, s.keyword, coalesce(s.sentiment, 'pending') FROM (SELECT DISTINCT keyword FROM keyword_set_members) k "
    "CROSS JOIN stances s ON s.keyword = k.keyword AND s.n >= ? AND s.n < ? ORDER BY s.keyword, s.n"
)
WITHOUT = {"stances": "x'' AS stances", "readings": "'{}' AS readings", "read": "x'' AS read"}
"""What stands in place of columns that were not asked for."""
COLUMNS = ("first", "end", "voices", "keywords", "facts", "accounts", "stances", "readings", "read")
NAME_ROWS = "SELECT n, name FROM mention_names INDEXED BY names_of_mention WHERE n >= ? AND n < ? ORDER BY n"


@dataclass(frozen=True)
class DayColumns:
    """The arrays of ``day``; ``stances`` and ``keywords``, and ``readings`` and ``read``, only where they were asked
    for. ``made`` names them."""

    day: date
    first: int
    end: int
    made: bytes
    voices: list[tuple[str, str]]
    keywords: list[str]
    facts: Array
    accounts: Array
    stances: Array
    readings: dict[str, list[str]]
    read: Array
    topics: tuple[list[str], Array] = ([], np.empty(0, np.int64))
    """Where they were asked for (see ``topics``): names, the empty one first, and the place of each mention's."""

    @cached_property
    def numbers(self) -> Array:
        """Row numbers, rising."""
        return np.ascontiguousarray(self.facts["n"])

    def places(self, numbers: Array) -> Array:
        """Where these rows are found, those that are no mention of the day left out."""
        places = np.searchsorted(self.numbers, numbers)
        near = places < len(self.facts)
        places, numbers = places[near], numbers[near]
        found: Array = places[self.numbers[places] == numbers]
        return found

    def stances_of(self, keywords: Collection[str]) -> Array:
        """Those towards any of these keywords."""
        numbers = [number for number, keyword in enumerate(self.keywords) if keyword in keywords]
        begins, ends = (np.searchsorted(self.stances["keyword"], [n + more for n in numbers]) for more in (0, 1))
        parts = [self.stances[begin:end] for begin, end in zip(begins, ends, strict=True)]
        return np.concatenate(parts) if parts else self.stances[:0]


def make(connection: sqlite3.Connection, day: Period) -> None:
    """Put the mentions of one day into columns, in place of those that were there."""
    first, end = rows_of(day)
    forget_columns(connection, [day.first.toordinal()], day.zone)
    voices: dict[tuple[str, str], int] = defaultdict(count().__next__)
    authors: dict[str, int] = defaultdict(count().__next__)
    rows = [
        (n, UNKNOWN if told is None else told, authors[author], voices[platform, source], number, COUNTED.index(tone),
         story_key(story))
        for n, told, author, platform, source, number, tone, story in connection.execute(ROWS, (first, end))
    ]  # fmt: skip
    if not rows:
        return
    facts = np.array(rows, FACTS)
    accounts = np.empty(len(authors), ACCOUNTS)
    accounts["key"] = [author_key(author) for author in authors]
    accounts["place"] = np.unique(facts["account"], return_index=True)[1]
    keywords, stances = _stances(connection, facts["n"], (first, end))
    seen = connection.execute(READ_ROWS, (first, end)).fetchall()
    readings, read = _readings(seen)
    connection.execute(
        f"INSERT INTO day_columns ({', '.join(COLUMNS)}) VALUES ({marks(COLUMNS)})",
        (first, end, json.dumps(list(voices)), json.dumps(keywords), facts.tobytes(), accounts.tobytes(), stances,
         json.dumps(readings), read),
    )  # fmt: skip
    connection.execute("INSERT INTO day_reach VALUES (?, ?, ?)", (first, *_reach(seen)))
    pairs = _pairs(connection, np.ascontiguousarray(facts["n"]), (first, end))
    connection.execute("INSERT INTO day_names (first, pairs) VALUES (?, ?)", (first, pairs))


def _reach(seen: Sequence[sqlite3.Row]) -> tuple[bytes, bytes]:
    """Followers and polarity of the same mentions; see ``reach``. They go with the columns."""
    followers = np.array([UNKNOWN if row[3] is None else row[3] for row in seen], np.int64)
    polarity = np.array([np.nan if row[4] is None else row[4] for row in seen], np.float32)
    return followers.tobytes(), polarity.tobytes()


def author_key(author: str) -> int:
    """64 bits that stand for a name: numbers are grouped far faster than texts."""
    return int.from_bytes(blake2b(author.encode(), digest_size=8).digest(), "little")


def story_key(story: bytes) -> int:
    """The same for a story, whose id is a hash already."""
    return int.from_bytes(story[:8], "little")


def _stances(connection: sqlite3.Connection, numbers: Array, rows: tuple[int, int]) -> tuple[list[str], bytes]:
    """The keywords, and the stances towards them."""
    places = {n: place for place, n in enumerate(numbers.tolist())}
    keywords: dict[str, int] = defaultdict(count().__next__)
    found = [
        (places[n], keywords[keyword], COUNTED.index(tone))
        for n, keyword, tone in connection.execute(STANCE_ROWS, rows)
        if n in places
    ]
    return list(keywords), np.array(found, STANCES).tobytes()


def _readings(seen: Sequence[sqlite3.Row]) -> tuple[dict[str, list[str]], bytes]:
    """The names of emotions and models, and what was read of each mention."""
    emotions: dict[str, int] = defaultdict(count().__next__)
    models: dict[str, int] = defaultdict(count().__next__)
    found = [(emotions[row[0]], models[row[1]], CONFIDENCES.index(row[2])) for row in seen]
    return {"emotion": list(emotions), "model": list(models)}, np.array(found, READ).tobytes()


def _pairs(connection: sqlite3.Connection, numbers: Array, rows: tuple[int, int]) -> bytes:
    """The names of mentions; those of excluded ones are left out."""
    found = np.array(connection.execute(NAME_ROWS, rows).fetchall(), np.int64).reshape(-1, 2)
    places = np.minimum(np.searchsorted(numbers, found[:, 0]), len(numbers) - 1)
    kept = numbers[places] == found[:, 0]
    pairs = np.empty(int(kept.sum()), PAIRS)
    pairs["place"], pairs["name"] = places[kept], found[kept, 1]
    return pairs.tobytes()


def pairs_of(connection: sqlite3.Connection, day: DayColumns) -> Array:
    """The names in the mentions of a day; none where it was put into columns before names were read."""
    row = connection.execute("SELECT pairs FROM day_names WHERE first = ?", (day.first,)).fetchone()
    return np.frombuffer(row[0] if row else b"", PAIRS)


def days_with_columns(
    connection: sqlite3.Connection,
    period: Period,
    *,
    stances: bool,
    readings: bool = False,
    newest_first: bool = False,
) -> Iterator[DayColumns]:
    """The days of the period that have columns, in order. One that is no day in the period's zone is passed over."""
    left_out = ({"stances"} if not stances else set()) | ({"readings", "read"} if not readings else set())
    names = ", ".join((*(WITHOUT[name] if name in left_out else name for name in COLUMNS), "made"))
    order = "first DESC" if newest_first else "first"
    for row in connection.execute(
        f"SELECT {names} FROM day_columns WHERE first >= ? AND first < ? ORDER BY {order}", rows_of(period)
    ):
        day = day_of(moment_of_row(row["first"]), period.zone)
        if rows_of(Period(day, day, period.zone)) == (row["first"], row["end"]):
            yield DayColumns(
                day,
                row["first"],
                row["end"],
                row["made"],
                [(platform, source) for platform, source in json.loads(row["voices"])],
                json.loads(row["keywords"]) if stances else [],
                np.frombuffer(row["facts"], FACTS),
                np.frombuffer(row["accounts"], ACCOUNTS),
                np.frombuffer(row["stances"], STANCES),
                json.loads(row["readings"]),
                np.frombuffer(row["read"], READ),
            )


def gaps(period: Period, done: Collection[date]) -> Iterator[Period]:
    """The days that are not done yet, those that follow each other as one."""
    for known, days in groupby(period.days(), key=lambda day: day in done):
        if not known:
            gap = list(days)
            yield Period(gap[0], gap[-1], period.zone)
