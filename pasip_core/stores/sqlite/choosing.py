"""Which mentions of days the filters mean, told by the columns of these days."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pasip_core.domain.analysis import LOW
from pasip_core.domain.filters import Filters

from ..cells import COUNTED
from .columns import CONFIDENCES, Array, DayColumns, author_key, days_with_columns, pairs_of, story_key
from .rows import marks, story_bytes
from .selecting import text_query
from .topics import of_topic

HITS = "SELECT group_concat(t.rowid) FROM mention_text t WHERE mention_text MATCH ? AND t.rowid >= ? AND t.rowid < ?"
"""As one text: as rows, each of them would pass through Python."""
SETS = "SELECT keyword_set FROM keyword_set_members WHERE keyword IN"
FEW = 16


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
