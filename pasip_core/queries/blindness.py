"""Days whose numbers are too low because sources were blind (see ``domain.rhythm``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pasip_core.domain.filters import Filters
from pasip_core.domain.rhythm import HOUR, Rhythm
from pasip_core.domain.runs import SourceInfo
from pasip_core.stores.ports import Stores

GOOD_PART = 0.2
"""Of the usual volume of a day; what is missed below that does not bend a chart."""


@dataclass(frozen=True, slots=True)
class BlindDay:
    """A day on which ``share`` (0 to 1) of the usual volume was missed, and the sources, most missed first.

    ``hours`` are those of the day (0 to 23) in which any of them was blind.
    """

    day: date
    share: float
    sources: tuple[SourceInfo, ...]
    hours: tuple[int, ...] = ()


def blind_days(stores: Stores, filters: Filters) -> list[BlindDay]:
    """Days of the period on which blind sources missed a good part of what is usual, as far as rhythms reach back.

    Platforms and sources of the filters narrow what counts as usual; keywords and texts do not.
    """
    rhythms = [rhythm for rhythm in stores.rhythms.list() if rhythm.is_known]
    if not any(rhythm.blind for rhythm in rhythms):
        return []
    infos = {info.id: info for info in stores.sources.list()}
    meant = [(infos[r.id], r) for r in rhythms if r.id in infos and _is_meant(infos[r.id], r, filters)]
    usual = sum(rhythm.daily for _, rhythm in meant)
    missed: dict[date, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    hours: dict[date, set[int]] = defaultdict(set)
    for info, rhythm in meant:
        for at, expected in _missed(rhythm, filters):
            missed[at.date()][info.id] += expected
            hours[at.date()].add(at.hour)
    found = []
    for day, by_source in sorted(missed.items()):
        if usual and sum(by_source.values()) >= GOOD_PART * usual:
            most_first = sorted(by_source, key=lambda id: -by_source[id])
            share = min(1.0, sum(by_source.values()) / usual)
            found.append(BlindDay(day, share, tuple(infos[id] for id in most_first), tuple(sorted(hours[day]))))
    return found


def _is_meant(info: SourceInfo, rhythm: Rhythm, filters: Filters) -> bool:
    if filters.platforms and info.platform not in filters.platforms:
        return False
    return not filters.sources or bool(set(filters.sources) & set(rhythm.voices))


def _missed(rhythm: Rhythm, filters: Filters) -> Iterator[tuple[datetime, float]]:
    """Blind hours of the period in its zone, and what was expected in each."""
    period = filters.period
    for hour, expected in zip(rhythm.blind, rhythm.missed, strict=True):
        at = (rhythm.begins + hour * HOUR).astimezone(period.zone)
        if period.first <= at.date() <= period.last:
            yield at, expected
