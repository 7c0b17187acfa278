"""When a source usually speaks, and when it should have spoken and did not.

The expected number of mentions in an hour comes from the source's own last 28 days: with ``s`` mentions heard in the
``d`` hours of the other weeks that have the same local weekday and time of day, and ``m`` an hour at that time of day
on any weekday (itself smoothed over its neighbours: a quarter before, a half, a quarter after),

    expected = (s + 4 m) / (d + 4)

so that four weeks of one weekday would count as much as what all weekdays say together. Mentions are taken for
independent (a Poisson process), so a stretch of hours in which ``E`` were expected passes without any with
probability ``exp(-E)``. A stretch of silence for which that is below 1 % (``E`` > 4.6) is a blind spot; hours at its
ends in which less than a quarter of its busiest hour was expected (a night) are not counted to it. A source that was
first heard less than 14 days ago has no rhythm yet.

A blind spot asks a person to look, it proves nothing: there are so many stretches in four weeks that even a source
that speaks just as assumed is called blind for some hours once or twice, and news come in bursts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median, quantiles
from zoneinfo import ZoneInfo

from .period import hour_of

HOUR = timedelta(hours=1)
WINDOW, SHOWN, OLD_ENOUGH = timedelta(days=28), timedelta(days=7), timedelta(days=14)
SETTLING = HOUR
"""An hour is judged once it has been over for so long: by then what was said in it has been collected."""
PRIOR = 4
UNLIKELY = 0.01
EDGE = 0.25


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is known of one source's rhythm at ``computed_at``; ``id`` is the source's.

    Hours are counted from ``begins``, 28 days before the end. ``counts`` are the mentions of each of the last 168
    hours; ``blind`` names the hours that are part of a blind spot and ``missed`` how many mentions were expected in
    each of them; ``daily`` is how many are expected on a usual day. ``silent_since`` is set while the last blind spot
    lasts. ``delay`` and ``delay_p95`` are seconds from publication to collection, median and 95th percentile over
    seven days, ``None`` where nothing was heard. ``voices`` are the names under which its mentions are stored.
    """

    id: str
    computed_at: datetime
    begins: datetime
    counts: tuple[int, ...] = ()
    blind: tuple[int, ...] = ()
    missed: tuple[float, ...] = ()
    daily: float = 0.0
    first_heard: datetime | None = None
    silent_since: datetime | None = None
    delay: float | None = None
    delay_p95: float | None = None
    voices: tuple[str, ...] = ()

    @property
    def ends(self) -> datetime:
        """The end of the last hour."""
        return self.begins + WINDOW

    @property
    def shown_from(self) -> datetime:
        """The first hour of ``counts``."""
        return self.ends - len(self.counts) * HOUR

    @property
    def is_known(self) -> bool:
        """Whether the source is old enough to have a rhythm."""
        return self.first_heard is not None and self.ends - self.first_heard >= OLD_ENOUGH

    def spots(self) -> Iterator[tuple[datetime, datetime, float]]:
        """Blind spots, oldest first: beginning, end, and how many mentions were expected."""
        place = 0
        while place < len(self.blind):
            last = place
            while last + 1 < len(self.blind) and self.blind[last + 1] == self.blind[last] + 1:
                last += 1
            begins, ends = self.begins + self.blind[place] * HOUR, self.begins + (self.blind[last] + 1) * HOUR
            yield begins, ends, sum(self.missed[place : last + 1])
            place = last + 1


def judged_until(now: datetime) -> datetime:
    """The end of the last hour that can be judged."""
    return hour_of(now - SETTLING)


def learn(
    source: str,
    heard: Mapping[datetime, int],
    now: datetime,
    zone: ZoneInfo,
    *,
    delays: Sequence[float] = (),
    voices: Collection[str] = (),
) -> Rhythm:
    """The rhythm of a source from its mentions by hour (beginnings of hours, UTC, at least those of the window)."""
    begins = judged_until(now) - WINDOW
    hours = [begins + n * HOUR for n in range(WINDOW // HOUR)]
    counts = [heard.get(hour, 0) for hour in hours]
    first = next((n for n, count in enumerate(counts) if count), None)
    delay, delay_p95 = _spread(delays)
    rhythm = Rhythm(
        source, now, begins, tuple(counts[-(SHOWN // HOUR) :]), delay=delay, delay_p95=delay_p95,
        voices=tuple(sorted(voices)), first_heard=None if first is None else hours[first],
    )  # fmt: skip
    if first is None or not rhythm.is_known:
        return rhythm
    expected = [0.0] * first + expected_counts(hours[first:], counts[first:], zone)
    return _with_spots(rhythm, counts, expected, first)


def expected_counts(hours: Sequence[datetime], counts: Sequence[int], zone: ZoneInfo) -> list[float]:
    """How many mentions were to be expected in each of these hours; see above."""
    slots = [(local.weekday(), local.hour) for local in (hour.astimezone(zone) for hour in hours)]
    heard: dict[object, int] = {}
    seen: dict[object, int] = {}
    for slot, count in zip(slots, counts, strict=True):
        for key in (slot, slot[1]):
            heard[key] = heard.get(key, 0) + count
            seen[key] = seen.get(key, 0) + 1
    any_day = [heard.get(hour, 0) / seen.get(hour, 1) for hour in range(24)]
    smooth = [(any_day[hour - 1] + 2 * any_day[hour] + any_day[(hour + 1) % 24]) / 4 for hour in range(24)]
    return [
        (heard[slot] - count + PRIOR * smooth[slot[1]]) / (seen[slot] - 1 + PRIOR)
        for slot, count in zip(slots, counts, strict=True)
    ]


def _with_spots(rhythm: Rhythm, counts: Sequence[int], expected: Sequence[float], first: int) -> Rhythm:
    blind: list[int] = []
    silent_since = None
    for start, end in _silences(counts, first):
        if math.exp(-sum(expected[start:end])) < UNLIKELY:
            spot = _trimmed(range(start, end), expected)
            blind += spot
            silent_since = rhythm.begins + spot[0] * HOUR if end == len(counts) else None
    observed = (len(counts) - first) / 24
    return replace(
        rhythm,
        blind=tuple(blind),
        missed=tuple(round(expected[n], 3) for n in blind),
        daily=round(sum(expected) / observed, 3),
        silent_since=silent_since,
    )


def _silences(counts: Sequence[int], first: int) -> Iterator[tuple[int, int]]:
    """Each longest stretch of hours without a mention from ``first`` on: its first hour and the one behind it."""
    start = None
    for n in range(first, len(counts)):
        if counts[n] == 0 and start is None:
            start = n
        elif counts[n] and start is not None:
            yield start, n
            start = None
    if start is not None:
        yield start, len(counts)


def _trimmed(silence: range, expected: Sequence[float]) -> range:
    least = EDGE * max(expected[n] for n in silence)
    usual = [n for n in silence if expected[n] >= least]
    return range(usual[0], usual[-1] + 1)


def _spread(delays: Sequence[float]) -> tuple[float | None, float | None]:
    if not delays:
        return None, None
    return median(delays), quantiles(delays, n=20, method="inclusive")[-1] if len(delays) > 1 else delays[0]


def owners(voices: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Which voices each source has for its own: a voice that several bring belongs to those that bring fewest.

    An aggregator brings the articles of many outlets: their silence is the outlets', and says nothing of it.
    """
    fewest: dict[str, int] = {}
    for brought in voices.values():
        for voice in brought:
            fewest[voice] = min(fewest.get(voice, len(brought)), len(brought))
    return {source: {voice for voice in brought if len(brought) == fewest[voice]} for source, brought in voices.items()}
