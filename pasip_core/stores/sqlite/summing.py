"""Sums over the columns of days: how the mentions that are meant add up."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

import numpy as np

from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import Total

from ..cells import COUNTED
from ..ports import Dimension
from .choosing import Meant
from .columns import CONFIDENCES, READ_DIMENSIONS, UNKNOWN, Array, DayColumns, author_key, story_key
from .rows import SECOND_BITS, marks, milliseconds, story_bytes
from .writing import batches

MIXED = 0x9E3779B97F4A7C15
"""An odd number of 64 bits: multiples of it spread the numbers of places over all keys."""
HOURS = 27
"""More than a day has in any zone."""
NO_ROW = -1
KEYED: dict[Dimension, str] = {"author": "author", "story": "lower(hex(cluster_id))"}
"""Dimensions of more values than a day's groups could be numbered by, and how a row tells them."""


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
