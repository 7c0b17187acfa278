"""How well the machine reads: which model read what, how far it agrees with people, and what that leaves unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pasip_core.domain.analysis import CORRECTION, PENDING, SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import Total
from pasip_core.domain.period import Period, day_of
from pasip_core.domain.quality import LEAST_LABELS, ONLY, PAUSE, UNCLEAR, Label, Rescoring, Sample, week_of, week_period
from pasip_core.stores.ports import Stores
from pasip_core.stores.samples import drawn

from .error_band import bands, wilson

if TYPE_CHECKING:
    import pandas as pd

FEW, MIXED, CHOSEN, NOTHING = "few labels", "several models", "chosen by what was read", "nothing read"
"""Why there is no band."""
MOSTLY = 0.9
"""The least share of what models read that one of them must have read."""
MOST_CORRECTIONS = 1_000

Confusion = tuple[tuple[int, int, int], ...]
"""Labels by what people say (rows) and what the model says (columns), both in the order of ``SENTIMENTS``."""
Errors = tuple[tuple[str, Confusion], ...]
"""The confusion of each model version that has labels."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a model agrees with the labels of the random samples."""

    version: str
    confusion: Confusion

    @property
    def labels(self) -> int:
        """How many there are."""
        return sum(map(sum, self.confusion))

    @property
    def enough(self) -> bool:
        """Whether anything may be said."""
        return self.labels >= LEAST_LABELS

    @property
    def same(self) -> int:
        """How many the model reads as people do."""
        return sum(self.confusion[n][n] for n in range(len(SENTIMENTS)))

    @property
    def between(self) -> tuple[float, float]:
        """The share of all texts of which that is so: the 95 % interval."""
        return wilson(self.same, self.labels)

    def by_class(self) -> list[ClassAgreement]:
        """One a sentiment."""
        columns = list(zip(*self.confusion, strict=True))
        return [
            ClassAgreement(name, sum(self.confusion[n]), sum(columns[n]), self.confusion[n][n])
            for n, name in enumerate(SENTIMENTS)
        ]


@dataclass(frozen=True, slots=True)
class ClassAgreement:
    """One sentiment: how often people and the model say it, and both of the same text."""

    sentiment: str
    people: int
    model: int
    both: int

    @property
    def precision(self) -> float | None:
        """Of what the model reads so, the share that people do."""
        return self.both / self.model if self.model else None

    @property
    def recall(self) -> float | None:
        """Of what people say is so, the share that the model finds."""
        return self.both / self.people if self.people else None


@dataclass(frozen=True, slots=True)
class Share:
    """Percent of what is analysed: as it was read, and the 95 % band of what may be true."""

    read: float
    low: float
    high: float


@dataclass(frozen=True)
class ErrorBand:
    """The band of a period, whole and by its points (see ``Period.points``); ``reason`` says why there is none.

    ``points`` has the columns day and last (of the point), sentiment, read, low, high (percent) and of (mentions),
    without points of which nothing is analysed.
    """

    reason: str = ""
    version: str = ""
    labels: int = 0
    whole: dict[str, Share] | None = None
    points: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Readers:
    """Which model read how many mentions, the loudest first, and how far reading again has come."""

    counts: tuple[tuple[str, int], ...]
    corrected: int
    rescoring: Rescoring | None
    paused: bool

    @property
    def present(self) -> str:
        """The version that reads now, as far as workers have told."""
        return self.rescoring.version if self.rescoring else ""

    @property
    def left(self) -> int:
        """How many another model read."""
        return sum(n for version, n in self.counts if version != self.present) if self.present else 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """Corrections that people chose to make, the latest of them: of how many the model had said something else."""

    corrections: int
    other: int


def readers(stores: Stores) -> Readers:
    """Of all mentions there are."""
    counts = stores.mentions.read_by()
    corrected = counts.pop(CORRECTION, 0)
    loudest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Readers(tuple(loudest), corrected, stores.rescorings.get(ONLY), stores.rescorings.get(PAUSE) is not None)


def model_errors(stores: Stores) -> Errors:
    """From all labels there are, by version."""
    counts: dict[str, list[list[int]]] = {}
    for label in stores.labels.list():
        if label.sentiment == UNCLEAR:
            continue
        for version, said in label.said.items():
            if said in SENTIMENTS:
                table = counts.setdefault(version, [[0] * len(SENTIMENTS) for _ in SENTIMENTS])
                table[SENTIMENTS.index(label.sentiment)][SENTIMENTS.index(said)] += 1
    return tuple((version, _frozen(table)) for version, table in sorted(counts.items()))


def _frozen(table: Sequence[Sequence[int]]) -> Confusion:
    return tuple((row[0], row[1], row[2]) for row in table)


def agreements(errors: Errors) -> list[Agreement]:
    """One a model, the one with most labels first."""
    return sorted((Agreement(*one) for one in errors), key=lambda a: -a.labels)


def labels_of(stores: Stores, week: str) -> list[Label]:
    """The labels of a sample, the latest first."""
    return stores.labels.list({"week": week}, order_by="at", descending=True)


def sample_of(stores: Stores, week: Period) -> Sample:
    """The sample of a week as it is kept, or would be drawn of the mentions there are now."""
    return stores.samples.get(week.first.isoformat()) or drawn(stores, week, week.end)


def weeks(stores: Stores, zone: ZoneInfo, now: datetime) -> list[Period]:
    """The weeks that are over and have mentions, the latest first."""
    today, span = day_of(now, zone), stores.mentions.span()
    if span is None:
        return []
    like = Period(day_of(span[0], zone), day_of(span[1], zone), zone)
    mondays = {week_of(total.by["day"]) for total in stores.metrics.sums(like, ("day",))}  # type: ignore[arg-type]
    over = [monday for monday in mondays if monday + timedelta(days=7) <= today]
    return [week_period(monday, like) for monday in sorted(over, reverse=True)]


def chosen_corrections(stores: Stores) -> Chosen:
    """What people corrected of their own choice: mostly what is wrong, so that no estimate can be made of it."""
    found = stores.audit.list({"action": "mention.correct"}, order_by="at", descending=True, limit=MOST_CORRECTIONS)
    judged = [entry.detail for entry in found if entry.detail.get("before") and not entry.detail.get("keyword")]
    return Chosen(len(judged), sum(detail["before"] != detail.get("sentiment") for detail in judged))


def error_band(stores: Stores, filters: Filters, errors: Errors) -> ErrorBand:
    """What the errors of the model that read these mentions leave unknown of their sentiment.

    Where one keyword is chosen the counts are those of stances, the errors still those of whole texts. What people
    corrected counts as known.
    """
    if filters.unsure or filters.emotions:
        return ErrorBand(CHOSEN)
    if all(Agreement(*one).labels < LEAST_LABELS for one in errors):
        return ErrorBand(FEW, labels=max((Agreement(*one).labels for one in errors), default=0))
    found = stores.mentions.tally(replace(filters, sentiments=()), ("day", "model", "sentiment"))
    by_model: dict[str, int] = {}
    for total in found:
        if total.by["sentiment"] != PENDING and total.by["model"] != CORRECTION:
            version = str(total.by["model"])
            by_model[version] = by_model.get(version, 0) + total.volume
    if not by_model:
        return ErrorBand(NOTHING)
    version = max(by_model, key=lambda name: by_model[name])
    if by_model[version] < MOSTLY * sum(by_model.values()):
        return ErrorBand(MIXED, version)
    agreement = next(
        (Agreement(*one) for one in errors if one[0] == version), Agreement(version, _frozen([[0] * 3] * 3))
    )
    if not agreement.enough:
        return ErrorBand(FEW, version, agreement.labels)
    return _banded(found, agreement, filters.period)


def _banded(found: Sequence[Total], agreement: Agreement, period: Period) -> ErrorBand:
    """The band of the period, and of each point."""
    import numpy as np
    import pandas as pd

    analysed = [total for total in found if total.by["sentiment"] != PENDING]
    days = {total.by["day"] for total in analysed}
    points = [point for point in period.points() if not days.isdisjoint(point.days())]
    places: dict[object, int] = {day: n for n, point in enumerate(points) for day in point.days()}
    read, certain = np.zeros((2, len(points) + 1, len(SENTIMENTS)))
    for total in analysed:
        counts = certain if total.by["model"] == CORRECTION else read
        counts[[places[total.by["day"]], -1], SENTIMENTS.index(str(total.by["sentiment"]))] += total.volume
    band = bands(read, np.array(agreement.confusion), certain)
    all_of = read + certain
    as_read = 100 * all_of / all_of.sum(axis=1, keepdims=True)
    columns = (as_read, 100 * band.low, 100 * band.high)
    whole = {name: Share(*(float(c[-1, n]) for c in columns)) for n, name in enumerate(SENTIMENTS)}
    rows = [
        (point.first, point.last, name, *(float(c[n, m]) for c in columns), int(all_of[n].sum()))
        for n, point in enumerate(points)
        for m, name in enumerate(SENTIMENTS)
    ]
    table = pd.DataFrame(rows, columns=["day", "last", "sentiment", "read", "low", "high", "of"])
    return ErrorBand("", agreement.version, agreement.labels, whole, table)
