"""Sums over the columns of days: which mentions are meant, and how they add up."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

import numpy as np

from pasip_core.domain.analysis import LOW
from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import Total

from ..cells import COUNTED
from ..ports import Dimension
from .columns import (
    CONFIDENCES,
    READ_DIMENSIONS,
    UNKNOWN,
    Array,
    DayColumns,
    author_key,
    days_with_columns,
    pairs_of,
    story_key,
)
from .rows import SECOND_BITS, marks, milliseconds, story_bytes
from .selecting import text_query
from .topics import of_topic
from .writing import batches

MIXED = 0x9E3779B97F4A7C15
"""An odd number of 64 bits: multiples of it spread the numbers of places over all keys."""
HOURS = 27
"""More than a day has in any zone."""
HITS = "SELECT group_concat(t.rowid) FROM mention_text t WHERE mention_text MATCH ? AND t.rowid >= ? AND t.rowid < ?"
"""As one text: as rows, each of them would pass through Python."""
SETS = "SELECT keyword_set FROM keyword_set_members WHERE keyword IN"
NO_ROW = -1
FEW = 16
KEYED: dict[Dimension, str] = {"author": "author", "story": "lower(hex(cluster_id))"}
"""Dimensions of more values than a day's groups could be numbered by, and how a row tells them."""


@dataclass(frozen=True)
class Meant:
    """Mentions of one day: their places in it, the sentiment that counts, and the keyword towards which, as numbers.

    Where no stance counts, ``keywords`` is empty.
    """

    places: Array
    tones: Array
    keywords: Array


class Told:
    """Which mentions of a day hold words, of the latest questions: a page asks many about one text.

    Nothing here gets old, since other mentions of a day are other columns. As bits, some 10 MB at most for days of
    three thousand mentions; what came first goes first.
    """

    KEPT = 20_000

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], bytes] = {}
        self._lock = threading.Lock()

    def of(self, connection: sqlite3.Connection, day: DayColumns, words: str) -> Array:
        """Whether each mention of the day does."""
        known = self._known.get((words, day.made))
        if known is not None:
            return np.unpackbits(np.frombuffer(known, np.uint8), count=len(day.facts)).view(bool)
        told = np.zeros(len(day.facts), bool)
        found = connection.execute(HITS, (words, day.first, day.end)).fetchone()[0]
        if found:
            told[day.places(np.fromstring(found, np.int64, sep=","))] = True
        with self._lock:
            self._known[words, day.made] = np.packbits(told).tobytes()
            if len(self._known) > self.KEPT:
                del self._known[next(iter(self._known))]
        return told


@dataclass(frozen=True)
class Chosen:
    """The mentions of days that the filters mean; each keyword's own, by stance, where they are split by keyword."""

    connection: sqlite3.Connection
    filters: Filters
    told: Told
    by_keyword: bool = False
    names: tuple[int, ...] = ()
    """Numbers of the name that the filters mean, and of those merged into it."""
    by_reading: bool = False

    @property
    def reads_readings(self) -> bool:
        """Whether emotion, model or confidence count."""
        return self.by_reading or bool(self.filters.emotions) or self.filters.unsure

    @property
    def reads_stances(self) -> bool:
        """Whether stances count, and not the sentiment of the whole."""
        return self.by_keyword or self.filters.one_keyword is not None

    def days(self, *, newest_first: bool = False) -> Iterator[DayColumns]:
        """The days of the filters that have columns, with all that is looked at."""
        return days_with_columns(
            self.connection,
            self.filters.period,
            stances=self.reads_stances,
            readings=self.reads_readings,
            newest_first=newest_first,
        )

    @cached_property
    def _sets(self) -> list[int]:
        """The sets that hold one of several keywords."""
        names = self.filters.keywords
        return [row[0] for row in self.connection.execute(f"{SETS} ({marks(names)})", names)]

    @cached_property
    def _words(self) -> str | None:
        return text_query(self.filters.text)

    def of(self, day: DayColumns) -> Meant:
        """Those of one day."""
        filters, facts = self.filters, day.facts
        if self.reads_stances:
            stances = day.stances_of(filters.keywords)
            found = Meant(stances["place"], stances["sentiment"], stances["keyword"])
        else:
            found = Meant(np.arange(len(facts)), facts["sentiment"], np.empty(0))
        places = found.places
        keep = np.ones(len(places), bool)
        if filters.keywords and not self.reads_stances:
            keep &= np.isin(facts["keyword_set"][places], self._sets)
        if filters.platforms or filters.sources:
            keep &= np.array([self._speaks(*voice) for voice in day.voices])[facts["voice"][places]]
        if filters.sentiments:
            keep &= np.array([tone in filters.sentiments for tone in COUNTED])[found.tones]
        if filters.story:
            keep &= facts["story"][places] == story_key(story_bytes(filters.story))
        if filters.accounts or filters.without:
            keep &= self._by_account(day)[facts["account"][places]]
        if filters.emotions:
            felt = np.array([name in filters.emotions for name in day.readings["emotion"]])
            keep &= felt[day.read["emotion"][places]]
        if filters.unsure:
            keep &= day.read["confidence"][places] == CONFIDENCES.index(LOW)
        if self.names:
            pairs = pairs_of(self.connection, day)
            holds = np.zeros(len(facts), bool)
            holds[pairs["place"][np.isin(pairs["name"], self.names)]] = True
            keep &= holds[places]
        if self._words is not None:
            keep &= self.told.of(self.connection, day, self._words)[places]
        if filters.topic:
            keep &= of_topic(self.connection, day, filters.topic)[places]
        return Meant(places[keep], found.tones[keep], found.keywords[keep] if self.reads_stances else found.keywords)

    def _by_account(self, day: DayColumns) -> Array:
        """Whether mentions of each account of the day are meant."""
        named, left_out = self._accounts
        keys = np.ascontiguousarray(day.accounts["key"])
        kept = ~_any_of(keys, left_out)
        return kept & _any_of(keys, named) if self.filters.accounts else kept

    @cached_property
    def _accounts(self) -> tuple[Array, Array]:
        """Keys of those that are named, and of those that are left out."""
        named, left_out = (
            np.array([author_key(name) for name in names], np.uint64)
            for names in (self.filters.accounts, self.filters.without)
        )
        return named, left_out

    def _speaks(self, platform: str, source: str) -> bool:
        platforms, sources = self.filters.platforms, self.filters.sources
        return (not platforms or platform in platforms) and (not sources or source in sources)


def _any_of(keys: Array, wanted: Array) -> Array:
    """Which keys are wanted: of few wanted ones far faster than sorting all."""
    if len(wanted) > FEW:
        return np.isin(keys, wanted)
    found = np.zeros(len(keys), bool)
    for key in wanted:
        found |= keys == key
    return found


@dataclass
class Sums:
    """Groups of days added up. A group is a place (its values but the author's or story's) and their key, or 0."""

    filters: Filters
    by: Sequence[Dimension]
    stories: bool = False
    places: dict[tuple[object, ...], int] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)
    parts: list[tuple[Array, ...]] = field(default_factory=list)
    """Place, key, a row of theirs, volume, stories, engagement and how many told it; an array each."""

    @cached_property
    def _keyed(self) -> Dimension | None:
        """The dimension with so many values that keys stand for them."""
        found: list[Dimension] = [name for name in self.by if name in KEYED]
        if len(found) > 1:
            raise ValueError("by: either author or story")
        return found[0] if found else None

    @cached_property
    def _others(self) -> list[Dimension]:
        return [name for name in self.by if name not in KEYED]

    def add(self, day: DayColumns, meant: Meant) -> None:
        """Mentions of one day. Every combination of values is a number, the place of its key in it last."""
        facts = day.facts[meant.places]
        code = np.zeros(len(facts), np.int64)
        values: list[Sequence[object]] = []
        for name in self._others:
            numbers, known = self._dimension(name, day, facts, meant)
            code = code * len(known) + numbers
            values.append(known)
        numbers, known_keys, known_rows = self._keys(day, meant)
        width = max(len(known_keys), 1)
        code = code * width + numbers
        volume = np.bincount(code)
        groups = np.flatnonzero(volume)
        told = facts["engagement"] != UNKNOWN
        engagement = np.zeros(len(volume), np.int64)
        np.add.at(engagement, code[told], facts["engagement"][told])
        known_by = np.bincount(code[told], minlength=len(volume))
        keys, rows = np.zeros(len(groups), np.uint64), np.full(len(groups), NO_ROW)
        if self._keyed:
            keys, rows = known_keys[groups % width], known_rows[groups % width]
        at = self._numbered(groups // width, values)
        told_by = self._stories(code, facts["story"], len(volume))
        self.parts.append((at, keys, rows, volume[groups], told_by[groups], engagement[groups], known_by[groups]))

    def _keys(self, day: DayColumns, meant: Meant) -> tuple[Array | int, Array, Array]:
        """The number of each mention's author or story, and by number its key and a row."""
        facts = day.facts[meant.places]
        if self._keyed == "author":
            return facts["account"], day.accounts["key"], day.numbers[day.accounts["place"]]
        if self._keyed == "story":
            keys, first, numbers = np.unique(facts["story"], return_index=True, return_inverse=True)
            return numbers, keys, facts["n"][first]
        return 0, np.empty(0), np.empty(0)

    def _stories(self, code: Array, stories: Array, groups: int) -> Array:
        """How many stories each group has; zeros where nobody asks."""
        if not self.stories:
            return np.zeros(groups, np.int64)
        keys, numbers = np.unique(stories, return_inverse=True)
        width = max(len(keys), 1)
        return np.bincount(np.unique(code * width + numbers) // width, minlength=groups)

    def _dimension(
        self, name: Dimension, day: DayColumns, facts: Array, meant: Meant
    ) -> tuple[Array | int, Sequence[object]]:
        """The number of each mention's value, and the values by number."""
        if name == "day":
            return 0, [day.day]
        if name == "sentiment":
            return meant.tones, COUNTED
        if name == "confidence":
            return day.read[name][meant.places], CONFIDENCES
        if name in READ_DIMENSIONS:
            return day.read[name][meant.places], day.readings[name]
        if name == "keyword":
            return meant.keywords, day.keywords
        if name == "topic":
            return day.topics[1][meant.places], day.topics[0]
        if name == "hour":
            start = milliseconds(self.filters.period.start) // 1000
            first = ((day.first >> SECOND_BITS) - start) // 3600
            hours = [self.filters.period.start + timedelta(hours=first + n) for n in range(HOURS)]
            return ((facts["n"] >> SECOND_BITS) - start) // 3600 - first, hours
        told = [voice[0 if name == "platform" else 1] for voice in day.voices]
        values = sorted(set(told))
        return np.array([values.index(value) for value in told])[facts["voice"]], values

    def _numbered(self, codes: Array, values: Sequence[Sequence[object]]) -> Array:
        """The numbers of these combinations among all places."""
        distinct, where = np.unique(codes, return_inverse=True)
        combined = np.unravel_index(distinct, [len(known) for known in values]) if values else ()
        each = zip(*([known[n] for n in numbers] for known, numbers in zip(values, combined, strict=True)), strict=True)
        places = list(each) if values else [()] * len(distinct)
        return np.array([self._place(place) for place in places], np.int64)[where]

    def _place(self, place: tuple[object, ...]) -> int:
        return self.places.setdefault(place, len(self.places))

    def add_totals(self, totals: Sequence[Total]) -> None:
        """What was summed elsewhere."""
        names = [str(total.by[self._keyed]) if self._keyed else "" for total in totals]
        keys = [self._key(name) if self._keyed else 0 for name in names]
        self.named |= {key: name for key, name in zip(keys, names, strict=True) if key}
        self.parts.append((
            np.array([self._place(tuple(total.by[name] for name in self._others)) for total in totals], np.int64),
            np.array(keys, np.uint64),
            np.full(len(totals), NO_ROW),
            np.array([total.volume for total in totals], np.int64),
            np.array([total.count or 0 for total in totals], np.int64),
            np.array([total.engagement_total or 0 for total in totals], np.int64),
            np.array([total.engagement_total is not None for total in totals], np.int64),
        ))  # fmt: skip

    def _key(self, name: str) -> int:
        return author_key(name) if self._keyed == "author" else story_key(story_bytes(name))

    def loudest(self, connection: sqlite3.Connection, limit: int | None) -> list[Total]:
        """The groups, loudest first."""
        if not self.parts:
            return []
        at, keys, rows, *measures = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        mixed = keys + at.astype(np.uint64) * np.uint64(MIXED)
        _, one, where = np.unique(mixed, return_index=True, return_inverse=True)
        summed = [np.zeros(len(one), np.int64) for _ in measures]
        for total, measure in zip(summed, measures, strict=True):
            np.add.at(total, where, measure)
        order = np.argsort(-summed[0], kind="stable")[:limit]
        first = one[order]
        names = self._names(connection, keys[first], rows[first])
        places = list(self.places)
        told = zip(at[first].tolist(), names, *(total[order].tolist() for total in summed), strict=True)
        return [
            Total(volume, count if self.stories else None, engagement if known else None, self._by(places[place], name))
            for place, name, volume, count, engagement, known in told
        ]

    def _names(self, connection: sqlite3.Connection, keys: Array, rows: Array) -> list[str]:
        """The authors or stories of groups: of days with columns, one of their mentions tells."""
        if self._keyed is None:
            return [""] * len(keys)
        asked = [int(n) for key, n in zip(keys, rows, strict=True) if n != NO_ROW and int(key) not in self.named]
        found: dict[int, str] = {}
        for batch in batches(asked):
            sql = f"SELECT n, {KEYED[self._keyed]} FROM scraped_data WHERE n IN ({marks(batch)})"
            found.update(connection.execute(sql, batch))
        return [self.named.get(int(key)) or found.get(int(n), "") for key, n in zip(keys, rows, strict=True)]

    def _by(self, place: tuple[object, ...], name: str) -> dict[str, object]:
        told: dict[str, object] = dict(zip(self._others, place, strict=True))
        if self._keyed:
            told[self._keyed] = name
        return {name: told[name] for name in self.by}
