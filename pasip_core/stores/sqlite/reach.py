"""Accounts and how far they reach: followers and polarity of each mention of a day, beside its columns."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import NamedTuple

import numpy as np

from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import POLARITIES, Account, AccountOrder, mean_polarity

from ..cells import COUNTED
from .choosing import Chosen, Told
from .columns import UNKNOWN, Array, DayColumns, author_key, gaps
from .rows import marks, moment_of_row, rows_of
from .selecting import select
from .summing import MIXED
from .writing import batches

BLOCK = 100_000
"""Mentions that are added up at once: some megabytes."""
READ = "SELECT first, followers, polarity FROM day_reach WHERE first >= ? AND first < ?"
STANCES = np.array([POLARITIES.get(name, np.nan) for name in COUNTED])
STANCE = "CASE s.sentiment " + " ".join(f"WHEN '{name}' THEN {value}" for name, value in POLARITIES.items()) + " END"
SCORES = "m.positive - m.negative"


class Spoken(NamedTuple):
    """Mentions by row number: the account of each (a place among ``keys``, hashes of names), its platform's number."""

    keys: Array
    account: Array
    platform: Array
    numbers: Array
    engagement: Array
    followers: Array
    polarity: Array


@dataclass
class Voices:
    """Accounts of days added up, many days at once: each step then works on long arrays. ``parts`` hold a row an
    account and day (see ``_summed``), ``waiting`` the mentions that are in none yet."""

    platforms: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    parts: list[tuple[Array, ...]] = field(default_factory=list)
    waiting: list[Spoken] = field(default_factory=list)

    def number(self, platform: str) -> int:
        """The number of a platform."""
        return self.platforms.setdefault(platform, len(self.platforms))

    def add(self, spoken: Spoken) -> None:
        """Some mentions, in the order of their row numbers."""
        if not len(spoken.numbers):
            return
        self.waiting.append(spoken)
        if sum(len(one.numbers) for one in self.waiting) >= BLOCK:
            self._add_up()

    def _add_up(self) -> None:
        if self.waiting:
            self.parts.append(_summed(_joined(self.waiting), len(self.platforms)))
            self.waiting = []

    def ranked(self, connection: sqlite3.Connection, order: AccountOrder, limit: int) -> list[Account]:
        """The first in this order."""
        self._add_up()
        if not self.parts or limit <= 0:
            return []
        found = _merged([np.concatenate(column) for column in zip(*self.parts, strict=True)])
        keys, at, mentions, told, engagement, weighted, weight, plain, analysed, last, followers = found
        place = _measures(order, mentions, told, engagement, weighted, weight, plain, analysed, followers)
        first = np.lexsort((last, mentions, place))[::-1][:limit]
        names = self._names(connection, keys[first].tolist(), last[first].tolist())
        platforms = list(self.platforms)
        return [
            Account(
                platforms[at[i]], name, int(mentions[i]), int(told[i]), int(engagement[i]) if told[i] else None,
                None if followers[i] == UNKNOWN else int(followers[i]),
                mean_polarity(float(weighted[i]), int(weight[i]), float(plain[i]), int(analysed[i])),
                moment_of_row(int(last[i])),
            )
            for i, name in zip(first.tolist(), names, strict=True)
        ]  # fmt: skip

    def _names(self, connection: sqlite3.Connection, keys: Sequence[int], rows: Sequence[int]) -> list[str]:
        asked = [n for key, n in zip(keys, rows, strict=True) if key not in self.names]
        found: dict[int, str] = {}
        for batch in batches(asked):
            found.update(connection.execute(f"SELECT n, author FROM scraped_data WHERE n IN ({marks(batch)})", batch))
        return [self.names.get(key) or found[n] for key, n in zip(keys, rows, strict=True)]


def _joined(spoken: Sequence[Spoken]) -> Spoken:
    """All of them as one, with a place among ``keys`` for each account of each."""
    keys, account, *rest = zip(*spoken, strict=True)
    before = np.cumsum([0, *(len(one) for one in keys[:-1])])
    moved = [places + first for places, first in zip(account, before, strict=True)]
    return Spoken(np.concatenate(keys), np.concatenate(moved), *(np.concatenate(column) for column in rest))


def _summed(spoken: Spoken, width: int) -> tuple[Array, ...]:
    """A row an account: key, platform (of ``width``), mentions, told, engagement, polarity by engagement, that
    engagement, polarity, analysed, last row, last row that tells followers, and what it tells."""
    code, size = spoken.account * width + spoken.platform, len(spoken.keys) * width
    known, said = spoken.engagement != UNKNOWN, ~np.isnan(spoken.polarity)
    reactions = np.where(known, spoken.engagement, 0)
    polarity = np.where(said, spoken.polarity, 0.0)
    engagement, weight = np.zeros(size, np.int64), np.zeros(size, np.int64)
    np.add.at(engagement, code, reactions)
    np.add.at(weight, code[said], reactions[said])
    last, followed, followers = np.zeros(size, np.int64), np.full(size, UNKNOWN), np.full(size, UNKNOWN)
    last[code] = spoken.numbers  # of several the later one stays
    tells = spoken.followers != UNKNOWN
    followed[code[tells]], followers[code[tells]] = spoken.numbers[tells], spoken.followers[tells]
    counts = (np.bincount(code[which], minlength=size) for which in (slice(None), known, said))
    mentions, told, analysed = counts
    sums = (mentions, told, engagement, np.bincount(code, polarity * reactions, size), weight,
            np.bincount(code, polarity, size), analysed, last, followed, followers)  # fmt: skip
    groups = np.flatnonzero(mentions)
    return spoken.keys[groups // width], groups % width, *(column[groups] for column in sums)


def _merged(columns: Sequence[Array]) -> list[Array]:
    """The rows of each account as one; without the last row that tells followers."""
    keys, platforms, *sums, last, followed, followers = columns
    mixed = keys + platforms.astype(np.uint64) * np.uint64(MIXED)
    order = np.argsort(mixed)
    mixed = mixed[order]
    starts = np.flatnonzero(np.concatenate(([True], mixed[1:] != mixed[:-1])))
    group = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(mixed)))
    latest = np.maximum.reduceat(followed[order], starts)
    tells = (followed[order] == latest[group]) & (followed[order] != UNKNOWN)
    told = np.full(len(starts), UNKNOWN)
    told[group[tells]] = followers[order][tells]
    added = [np.add.reduceat(column[order], starts) for column in sums]
    first = order[starts]
    return [keys[first], platforms[first], *added, np.maximum.reduceat(last[order], starts), told]


def _measures(
    order: AccountOrder,
    mentions: Array,
    told: Array,
    engagement: Array,
    weighted: Array,
    weight: Array,
    plain: Array,
    analysed: Array,
    followers: Array,
) -> Array:
    """What ``domain.influence.measure`` gives, for all accounts at once; what is unknown lies lowest."""
    if order == "mentions":
        return mentions
    if order == "followers":
        return followers
    known: Array
    with np.errstate(divide="ignore", invalid="ignore"):
        if order == "engagement":
            value, known = engagement, told > 0
        elif order == "rate":
            value, known = engagement / told / followers, (told > 0) & (followers > 0)
        else:
            mean = np.where(weight > 0, weighted / weight, plain / analysed)
            value, known = mean * mentions * (1 if order == "positive" else -1), analysed > 0
    return np.where(known, value, -np.inf)


def accounts(
    connection: sqlite3.Connection,
    filters: Filters,
    order: AccountOrder,
    limit: int,
    aside: Collection[tuple[str, str]],
    told: Told,
    names: tuple[int, ...],
) -> list[Account]:
    """See ``MentionStore.accounts``; within one snapshot. ``names`` are the numbers that ``filters.entity`` means."""
    voices, seen = Voices(), set[date]()
    chosen = Chosen(connection, replace(filters, without=(*filters.without, "")), told, names=names)
    for day, followers, scores in _days(connection, chosen):
        meant = chosen.of(day)
        facts = day.facts if len(meant.places) == len(day.facts) else day.facts[meant.places]
        at = np.array([voices.number(platform) for platform, _ in day.voices])
        voices.add(Spoken(
            day.accounts["key"], facts["account"], at[facts["voice"]], facts["n"], facts["engagement"],
            followers[meant.places], STANCES[meant.tones] if chosen.reads_stances else scores[meant.places],
        ))  # fmt: skip
        seen.add(day.day)
    for gap in gaps(filters.period, seen):
        _add_rows(connection, voices, replace(filters, period=gap), names)
    found = voices.ranked(connection, order, limit + len(aside))
    return [one for one in found if (one.platform, one.author) not in aside][:limit]


def _days(connection: sqlite3.Connection, chosen: Chosen) -> Iterator[tuple[DayColumns, Array, Array]]:
    """Days with their followers and polarities; those of an older version have none, and are summed from rows."""
    period = chosen.filters.period
    kept = {row["first"]: (row["followers"], row["polarity"]) for row in connection.execute(READ, rows_of(period))}
    for day in chosen.days():
        if day.first in kept:
            followers, polarity = kept[day.first]
            yield day, np.frombuffer(followers, np.int64), np.frombuffer(polarity, np.float32)


def _add_rows(connection: sqlite3.Connection, voices: Voices, filters: Filters, asked: tuple[int, ...]) -> None:
    """Mentions of days without columns, from their rows."""
    chosen = select(filters, names=asked)
    chosen.add("m.author <> ''")
    polarity = STANCE if filters.one_keyword else SCORES
    sql = f"SELECT m.author, m.platform, {chosen.n}, m.engagement, m.author_followers, {polarity} {chosen.sql}"
    rows = connection.execute(f"{sql} ORDER BY {chosen.n}", chosen.values).fetchall()
    if not rows:
        return
    authors: dict[str, int] = defaultdict(count().__next__)
    account = np.array([authors[row[0]] for row in rows])
    keys = [author_key(author) for author in authors]
    voices.names.update(zip(keys, authors, strict=True))
    told = [(row[2], *(UNKNOWN if value is None else value for value in row[3:5])) for row in rows]
    numbers, engagement, followers = np.array(told, np.int64).T
    voices.add(Spoken(
        np.array(keys, np.uint64), account, np.array([voices.number(row[1]) for row in rows]), numbers, engagement,
        followers, np.array([np.nan if row[5] is None else row[5] for row in rows]),
    ))  # fmt: skip
