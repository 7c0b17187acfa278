"""How many mentions hold which names: from the columns of days, and from rows where a day has none."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import numpy as np

from pasip_core.domain.filters import Filters
from pasip_core.domain.names import KINDS, Merged, NamedEntity, NameTotal, asked_kinds, sorted_totals

from ..cells import COUNTED
from .choosing import Chosen
from .columns import Array, DayColumns, gaps, pairs_of
from .naming import KIND_BITS, entities_of, numbers_of
from .selecting import select

TONES = len(COUNTED)
NOT_MEANT = 255
ALL_KINDS = (1 << KIND_BITS) - 1


@dataclass(frozen=True)
class Groups:
    """Names that count as one, by number: ``mains`` maps a number to that of its group, ``known`` to what it is called.

    The number of a group is that of one of its members: what it is called need not stand in any mention.
    """

    mains: Mapping[int, int]
    known: Mapping[int, NamedEntity]
    hidden: frozenset[int]
    by_id: Mapping[str, int]
    top: int
    """Beyond all numbers."""

    @classmethod
    def read(cls, connection: sqlite3.Connection, merged: Merged) -> Groups:
        """As people merged and hid names."""
        groups = merged.groups()
        numbers = numbers_of(connection, {id for ids in groups.values() for id in ids} | merged.hidden)
        mains: dict[int, int] = {}
        known: dict[int, NamedEntity] = {}
        by_id: dict[str, int] = {}
        for main, ids in groups.items():
            members = [numbers[id] for id in ids if id in numbers]
            entity = merged.entity(main)
            if members and entity:
                mains |= dict.fromkeys(members, members[0])
                known[members[0]], by_id[main] = entity, members[0]
        hidden = {mains.get(numbers[id], numbers[id]) for id in merged.hidden if id in numbers}
        hidden |= {by_id[main] for main in merged.hidden if main in by_id}
        last = connection.execute("SELECT max(number) FROM names").fetchone()[0] or 0
        return cls(mains, known, frozenset(hidden), by_id, last + 1)

    def united(self, numbers: Array, mentions: Array, tones: Array) -> tuple[Array, Array]:
        """Numbers of groups with tones, those of one mention once; the names of a mention stand together."""
        if not self.mains:
            return numbers, tones
        merged = np.flatnonzero(self.table[numbers])
        mains, of = self.table[numbers[merged]], mentions[merged]
        again = np.zeros(len(merged), bool)
        for back in range(1, int(np.bincount(of).max(initial=0))):
            again[back:] |= (of[back:] == of[:-back]) & (mains[back:] == mains[:-back])
        numbers = numbers.copy()
        numbers[merged] = mains
        keep = np.ones(len(numbers), bool)
        keep[merged[again]] = False
        return numbers[keep], tones[keep]

    @cached_property
    def table(self) -> Array:
        """By number that of its group, 0 where it stands for itself."""
        found = np.zeros(self.top, np.int64)
        found[list(self.mains)] = list(self.mains.values())
        return found


@dataclass(frozen=True)
class Wanted:
    """Which numbers are counted at all: those of these kinds, or ``only`` these, with all that counts as them."""

    kinds: frozenset[int]
    groups: Groups
    only: frozenset[int] | None = None

    @classmethod
    def asked(cls, connection: sqlite3.Connection, groups: Groups, kinds: Sequence[str], only: Sequence[str]) -> Wanted:
        """By ids that count as no other."""
        places = frozenset(KINDS.index(kind) for kind in asked_kinds(kinds))
        if not only:
            return cls(places, groups)
        single = numbers_of(connection, [id for id in only if id not in groups.by_id])
        mains = {*single.values(), *(groups.by_id[id] for id in only if id in groups.by_id)}
        members = {number for number, main in groups.mains.items() if main in mains}
        return cls(places, groups, frozenset(mains | members))

    @cached_property
    def listed(self) -> Array:
        """By number whether it may count; what was merged may be of another kind than what it counts as."""
        found = np.zeros(self.groups.top, bool)
        if self.only is not None:
            found[sorted(self.only)] = True
            return found
        for place in self.kinds:
            found[place :: 1 << KIND_BITS] = True
        found[list(self.groups.mains)] = True
        return found


@dataclass
class Count:
    """Mentions by name and tone. Without its kind a number is the place of a name among all."""

    parts: list[tuple[Array, Array]] = field(default_factory=list)

    def add(self, numbers: Array, tones: Array) -> None:
        """One mention of each."""
        self.parts.append((numbers, tones))

    def volumes(self) -> tuple[Array, Array]:
        """Numbers of names, and a row of volumes by tone for each."""
        if not self.parts:
            return np.empty(0, np.int64), np.empty((0, TONES), np.int64)
        numbers, tones = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        places = numbers >> KIND_BITS
        top = int(places.max(initial=0)) + 1
        summed = np.bincount(places * TONES + tones, minlength=top * TONES).reshape(top, TONES)
        kinds = np.zeros(top, np.int64)
        kinds[places] = numbers & ALL_KINDS
        held = np.flatnonzero(summed.any(axis=1))
        return (held << KIND_BITS) | kinds[held], summed[held]


def tally_names(
    connection: sqlite3.Connection,
    chosen: Chosen,
    merged: Merged,
    kinds: Sequence[str],
    limit: int | None,
    only: Sequence[str],
) -> list[NameTotal]:
    """See ``MentionStore.tally_names``; within one snapshot."""
    groups, count = Groups.read(connection, merged), Count()
    wanted = Wanted.asked(connection, groups, kinds, [merged.main(id) for id in only])
    done: set[date] = set()
    for day in chosen.days():
        count.add(*groups.united(*_of_day(connection, day, chosen, wanted)))
        done.add(day.day)
    for gap in gaps(chosen.filters.period, done):
        count.add(*groups.united(*_of_rows(connection, replace(chosen.filters, period=gap), chosen.names, wanted)))
    return _loudest(connection, wanted, count, limit)


def _of_day(
    connection: sqlite3.Connection, day: DayColumns, chosen: Chosen, wanted: Wanted
) -> tuple[Array, Array, Array]:
    """Number, mention and tone of each name in a mention that is meant."""
    pairs, meant = pairs_of(connection, day), chosen.of(day)
    tones = np.full(len(day.facts), NOT_MEANT, np.uint8)
    tones[meant.places] = meant.tones
    pairs = pairs[wanted.listed[pairs["name"]]]
    numbers, places = pairs["name"].astype(np.int64), pairs["place"].astype(np.int64)
    found = tones[places]
    keep = found != NOT_MEANT
    return numbers[keep], places[keep], found[keep]


def _of_rows(
    connection: sqlite3.Connection, filters: Filters, names: tuple[int, ...], wanted: Wanted
) -> tuple[Array, Array, Array]:
    """The same of days without columns."""
    chosen = select(filters, names=names)
    rows = connection.execute(
        f"SELECT y.name, {chosen.n}, {chosen.sentiment} "
        f"FROM {chosen.tables} CROSS JOIN mention_names y ON y.n = m.n "
        f"WHERE {' AND '.join(chosen.conditions)} ORDER BY {chosen.n}",
        chosen.values,
    ).fetchall()
    numbers = np.array([row[0] for row in rows], np.int64)
    _, mentions = np.unique(np.array([row[1] for row in rows], np.int64), return_inverse=True)
    tones = np.array([COUNTED.index(row[2]) for row in rows], np.uint8)
    keep = wanted.listed[numbers]
    return numbers[keep], mentions[keep], tones[keep]


def _loudest(connection: sqlite3.Connection, wanted: Wanted, count: Count, limit: int | None) -> list[NameTotal]:
    groups = wanted.groups
    numbers, volumes = count.volumes()
    keep = np.isin(numbers, sorted(groups.hidden), invert=True)
    numbers, volumes = numbers[keep], volumes[keep]
    kind_of = numbers & ALL_KINDS
    for number, entity in groups.known.items():
        place = np.searchsorted(numbers, number)
        kind_of[place : place + 1][numbers[place : place + 1] == number] = KINDS.index(entity.kind)
    first = _first(kind_of, volumes.sum(axis=1), sorted(wanted.kinds), limit)
    loudest = numbers[first].tolist()
    entities = entities_of(connection, [n for n in loudest if n not in groups.known])
    totals = [
        NameTotal(groups.known.get(n) or entities[n], dict(zip(COUNTED, row, strict=True)))
        for n, row in zip(loudest, volumes[first].tolist(), strict=True)
    ]
    return sorted_totals(totals, limit)


def _first(kind_of: Array, volumes: Array, kinds: Sequence[int], limit: int | None) -> Array:
    """Places of the loudest of each kind, and of those as loud as the last one of them."""
    found = []
    for kind in kinds:
        places = np.flatnonzero(kind_of == kind)
        if limit is not None and len(places) > limit:
            floor = np.partition(volumes[places], -limit)[-limit]
            places = places[volumes[places] >= floor]
        found.append(places)
    return np.concatenate(found) if found else np.empty(0, np.int64)
